// teleproto, or GramJS (npm: telegram) that it comes from, unmodified, against the loopback data centre.
// Usage: teleproto_client.mjs PLAN (see run.py).
import { Answers, check, plan, publicKey, randomFile, randomText, require, run, same, say, sha256 } from './plan.mjs'
import { addServerKey } from '../support/teleproto_key.mjs'

const name = { teleproto: 'teleproto', gramjs: 'telegram' }[plan.client]
const { WebSocket } = require('ws')
const { Api, TelegramClient } = require(name)
const { Logger, PromisedNetSockets, PromisedWebSockets } = require(name + '/extensions')
const { NewMessage } = require(name + '/events')
const { CustomFile } = require(name + '/client/uploads')
const { ConnectionTCPAbridged, ConnectionTCPFull, ConnectionTCPObfuscated } = require(name + '/network')
const { MemorySession } = require(name + '/sessions')

/** GramJS uses port 80 or 443, whatever the session says. */
class Loopback extends PromisedNetSockets {
    connect() {
        return super.connect(plan.port, plan.host)
    }
}
const sockets = name === 'telegram' ? { networkSocket: Loopback, useWSS: false } : {}

function transport() {
    switch (plan.transport) {
        case 'full':
            return { ...sockets, connection: ConnectionTCPFull }
        case 'abridged':
            return { ...sockets, connection: ConnectionTCPAbridged }
        case 'obfuscated':
            return { ...sockets, connection: ConnectionTCPObfuscated }
        case 'websocket':
            // Over WebSockets teleproto goes to Telegram's hosts by name: its hook for the implementation leads here instead.
            PromisedWebSockets.webSocketImpl = class extends WebSocket {
                constructor(url, protocols) {
                    super(`ws://${plan.host}:${plan.port}${new URL(url).pathname}`, protocols)
                }
            }
            return { networkSocket: PromisedWebSockets }
        case 'mtproxy':
        case 'mtproxy-dd':
        case 'mtproxy-ee':
            return { proxy: { MTProxy: true, ip: plan.host, port: plan.port, secret: plan.secret } }
    }
    throw new Error(`${name} does not offer ${plan.transport}`)
}

await run(async () => {
    addServerKey(require, publicKey, name)
    // Its StringSession writes the port as a signed number, and fails for half of them.
    const session = new MemorySession()
    session.setDC(plan.dc, plan.host, plan.port)
    const client = new TelegramClient(session, 1, 'hash', {
        baseLogger: new Logger(plan.verbose ? 'debug' : 'warn'), ...transport(),
    })
    say(name, require(name + '/package.json').version + ',', plan.transport)
    await client.connect()
    check(!(await client.checkAuthorization()), 'authorised before sign-in')
    const failed = (problem) => {
        throw problem
    }
    await client.start(plan.bot_token
        ? { botAuthToken: plan.bot_token }
        : {
            phoneNumber: plan.phone,
            phoneCode: async () => plan.code,
            password: async () => {
                check(plan.password, 'the data centre asked for a password that the account has not')
                return plan.password
            },
            onError: failed,
        })
    const me = await client.getMe()
    same(me.firstName, plan.name, 'signed in as')
    say('signed in as', me.firstName)

    const answers = new Answers()
    client.addEventHandler((event) => answers.add(event.message.message, event.message), new NewMessage({ incoming: true }))
    if (plan.bot_token) {
        say('waiting to be greeted')
        await answers.expect('hello')
    } else {
        const titles = (await client.getDialogs({})).map((dialog) => dialog.title ?? dialog.name)
        for (const title of plan.dialogs) check(titles.includes(title), `dialogs ${titles}, without ${title}`)
        say(titles.length, 'dialogs')
    }
    const text = randomText()
    const sent = await client.sendMessage(plan.peer, { message: text })
    check(sent.id > 0, 'no id for the sent message')
    await answers.expect('echo: ' + text)
    if (!plan.bot_token) {
        const history = await client.getMessages(plan.peer, { limit: 2 })
        same(history.map((message) => message.message), ['echo: ' + text, text], 'history')
    }
    say('message sent and answered')

    for (const size of plan.files) {
        const content = randomFile(size)
        const file = new CustomFile('data.bin', size, '', content)
        await client.sendFile(plan.peer, { file, forceDocument: true })
        const returned = await answers.expect(`file: ${size} ${sha256(content)}`)
        const back = await client.downloadMedia(returned, {})
        check(Buffer.compare(back, content) === 0, `a file of ${size} bytes came back different`)
        say(`file of ${size} bytes sent, and received from the peer`)
    }
    // GramJS has no function for it.
    check(await (client.logOut?.() ?? client.invoke(new Api.auth.LogOut())), 'could not log out')
})
