// mtcute, unmodified, against the loopback data centre. Usage: mtcute_client.mjs PLAN (see run.py).
import { Answers, check, load, plan, publicKey, randomFile, randomText, run, same, say, sha256 } from './plan.mjs'

const {
    IntermediatePacketCodec, MemoryStorage, MtProxyTcpTransport, ObfuscatedPacketCodec, PaddedIntermediatePacketCodec, TcpTransport,
    TelegramClient, tl,
} = await load('@mtcute/node')
const { NodeCryptoProvider } = await load('@mtcute/node/utils.js')
const { addPublicKey } = await load('@mtcute/core/utils.js')

class Coded extends TcpTransport {
    constructor(codec) {
        super()
        this.packetCodec = codec
    }
}

function transport() {
    switch (plan.transport) {
        case 'intermediate':
        case 'temporary-keys':
            return new TcpTransport()
        case 'padded':
            return new Coded(() => new PaddedIntermediatePacketCodec())
        case 'obfuscated':
            return new Coded(() => new ObfuscatedPacketCodec(new IntermediatePacketCodec()))
        case 'obfuscated-padded':
            return new Coded(() => new ObfuscatedPacketCodec(new PaddedIntermediatePacketCodec()))
        case 'mtproxy':
        case 'mtproxy-dd':
        case 'mtproxy-ee':
            return new MtProxyTcpTransport({ host: plan.host, port: plan.port, secret: plan.secret })
    }
    throw new Error(`mtcute does not offer ${plan.transport}`)
}

await run(async () => {
    const crypto = new NodeCryptoProvider()
    await crypto.initialize()
    addPublicKey(crypto, publicKey)
    const dc = { id: plan.dc, ipAddress: plan.host, port: plan.port }
    const client = new TelegramClient({
        apiId: 1,
        apiHash: 'hash',
        storage: new MemoryStorage(),
        defaultDcs: { main: dc, media: { ...dc, mediaOnly: true } },
        transport: transport(),
        crypto,
        logLevel: plan.verbose ? 5 : 2,
        network: { usePfs: plan.transport === 'temporary-keys' },
    })
    say('mtcute,', plan.transport)
    const authorised = await client.getMe().then(() => true, (problem) => {
        check(tl.RpcError.is(problem, 'AUTH_KEY_UNREGISTERED'), `before sign-in: ${problem}`)
        return false
    })
    check(!authorised, 'authorised before sign-in')
    const me = plan.bot_token
        ? await client.start({ botToken: plan.bot_token })
        : await client.start({
            phone: plan.phone,
            code: plan.code,
            password: () => {
                check(plan.password, 'the data centre asked for a password that the account has not')
                return plan.password
            },
        })
    same(me.firstName, plan.name, 'signed in as')
    say('signed in as', me.firstName)

    const answers = new Answers()
    client.onNewMessage.add((message) => {
        if (!message.isOutgoing && message.chat.type === 'user') answers.add(message.text, message)
    })
    if (plan.bot_token) {
        // start() does not wait until mtcute knows where the updates are, and it leaves out what came before: it is greeted again.
        const greeting = setInterval(() => say('waiting to be greeted'), 1000)
        await answers.expect('hello')
        clearInterval(greeting)
    } else {
        const titles = []
        for await (const dialog of client.iterDialogs()) titles.push(dialog.peer.displayName)
        for (const title of plan.dialogs) check(titles.includes(title), `dialogs ${titles}, without ${title}`)
        say(titles.length, 'dialogs')
    }
    const text = randomText()
    const sent = await client.sendText(plan.peer, text)
    check(sent.id > 0, 'no id for the sent message')
    await answers.expect('echo: ' + text)
    if (!plan.bot_token) {
        const history = await client.getHistory(plan.peer, { limit: 2 })
        same(history.map((message) => message.text), ['echo: ' + text, text], 'history')
    }
    say('message sent and answered')

    for (const size of plan.files) {
        const content = randomFile(size)
        await client.sendMedia(plan.peer, { type: 'document', file: content, fileName: 'data.bin', fileMime: 'application/octet-stream' })
        const returned = await answers.expect(`file: ${size} ${sha256(content)}`)
        const back = await client.downloadAsBuffer(returned.media)
        check(Buffer.compare(back, content) === 0, `a file of ${size} bytes came back different`)
        say(`file of ${size} bytes sent, and received from the peer`)
    }
    await client.logOut()
    await client.destroy()
})
