// mtcute's side of the comparison, see peer.mjs.
import { bestTime, check, ige, load, main, plan, row, same } from './peer.mjs'

const { MemoryStorage, TcpTransport, TelegramClient, Long, tl } = await load('@mtcute/node/index.js')
const { NodeCryptoProvider } = await load('@mtcute/node/utils.js')
const { TlBinaryReader, TlBinaryWriter } = await load('@mtcute/tl-runtime/index.js')
const { __tlReaderMap: readers } = await load('@mtcute/core/tl/binary/reader.js')
const { __tlWriterMap: writers } = await load('@mtcute/core/tl/binary/writer.js')

const crypto = new NodeCryptoProvider()
await crypto.initialize()

const request = {
    _: 'messages.sendMessage',
    peer: { _: 'inputPeerUser', userId: 5000000001, accessHash: Long.fromString('5eedf00d12345679', false, 16) },
    message: 'x'.repeat(100),
    randomId: Long.fromString('1122334455667788', false, 16),
    entities: [
        { _: 'messageEntityBold', offset: 0, length: 10 },
        { _: 'messageEntityItalic', offset: 20, length: 10 },
        { _: 'messageEntityCode', offset: 40, length: 10 },
    ],
}
const encode = (value) => TlBinaryWriter.serializeObject(writers, value)
const decode = (wire) => TlBinaryReader.deserializeObject(readers, wire)

async function open() {
    const dc = { id: plan.number('dc'), ipAddress: plan.text('host'), port: plan.number('port') }
    const dcs = { main: dc, media: { ...dc, mediaOnly: true } }
    const tg = new TelegramClient({
        apiId: 1, apiHash: 'hash', storage: new MemoryStorage(), defaultDcs: dcs, transport: new TcpTransport(), crypto,
        logLevel: 1, disableUpdates: true,
    })
    await tg.importSession({ version: 3, primaryDcs: dcs, authKey: plan.hex('key'), self: { userId: 1, isBot: false, isPremium: false, usernames: [] } })
    return {
        async self() {
            const users = await tg.call({ _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] })
            check(users.length === 1, 'users.getUsers did not answer with one user')
        },
        async history() {
            const reply = await tg.call({
                _: 'messages.getHistory', peer: { _: 'inputPeerChat', chatId: plan.number('chat') },
                offsetId: 0, offsetDate: 0, addOffset: 0, limit: 100, maxId: 0, minId: 0, hash: Long.ZERO,
            })
            check(reply.messages.length > 0, 'an answer without content')
        },
        upload: (content) => tg.uploadFile({ file: content, fileName: 'data.bin', fileSize: content.length, partSize: 512 }),
        download: (size) => tg.downloadAsBuffer({
            _: 'inputDocumentFileLocation', id: Long.fromString(plan.text('file_id')),
            accessHash: Long.fromString(plan.text('file_access_hash')), fileReference: plan.hex('file_reference'), thumbSize: '',
        }, { fileSize: size, dcId: plan.number('dc'), partSize: 512 }),
        close: () => tg.destroy(),
    }
}

await main({
    layer: tl.LAYER,
    open,
    async codec() {
        const seconds = plan.number('seconds'), wire = plan.file('reply')
        check(same(encode(request), plan.file('request')), "the request's bytes are not the expected ones")
        const reply = decode(wire)
        check(same(encode(reply), wire), "the reply's bytes are not the expected ones")
        row('encode_request_ns', await bestTime(seconds, () => encode(request)) * 1e9)
        row('decode_reply_us', await bestTime(seconds, () => decode(wire)) * 1e6)
        row('encode_reply_us', await bestTime(seconds, () => encode(reply)) * 1e6)
    },
    async crypto() {
        const seconds = plan.number('seconds')
        const key = Buffer.alloc(32, 0x5a), iv = Buffer.alloc(32, 0xa5)
        await ige(seconds, () => crypto.createAesIge(key, iv))
        const numbers = plan.text('pq').split(',').map((text) => {
            const bytes = Buffer.alloc(8)
            bytes.writeBigUInt64BE(BigInt(text))
            return bytes
        })
        row('pq_us', await bestTime(seconds, () => numbers.forEach((pq) => crypto.factorizePQ(pq))) / numbers.length * 1e6)
    },
})
