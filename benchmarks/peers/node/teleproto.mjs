// teleproto's side of the comparison, see peer.mjs.
import { addServerKey } from '../../../tests/support/teleproto_key.mjs'
import { bestTime, check, ige, main, plan, require, row, same } from './peer.mjs'

const bigInt = require('big-integer')
const { Api, TelegramClient } = require('teleproto')
const { Logger, BinaryReader } = require('teleproto/extensions')
const { CustomFile } = require('teleproto/client/uploads')
const { AuthKey } = require('teleproto/crypto/AuthKey')
const { Factorizator } = require('teleproto/crypto/Factorizator')
const { IGE } = require('teleproto/crypto/IGE')
const { MTProtoState } = require('teleproto/network/MTProtoState')
const { MemorySession } = require('teleproto/sessions/Memory')
const { LAYER } = require('teleproto/tl')

const request = () => new Api.messages.SendMessage({
    peer: new Api.InputPeerUser({ userId: bigInt('5000000001'), accessHash: bigInt('5eedf00d12345679', 16) }),
    message: 'x'.repeat(100),
    randomId: bigInt('1122334455667788', 16),
    entities: [
        new Api.MessageEntityBold({ offset: 0, length: 10 }),
        new Api.MessageEntityItalic({ offset: 20, length: 10 }),
        new Api.MessageEntityCode({ offset: 40, length: 10 }),
    ],
})

async function keyOf(bytes) {
    const key = new AuthKey()
    await key.setKey(bytes)
    return key
}

async function open() {
    // Files go over connections of their own, with keys of their own.
    addServerKey(require, plan.hex('public_key'))
    const session = new MemorySession()
    session.setDC(plan.number('dc'), plan.text('host'), plan.number('port'))
    session.setAuthKey(await keyOf(plan.hex('key')), plan.number('dc'))
    const tg = new TelegramClient(session, 1, 'hash', { baseLogger: new Logger('error') })
    await tg.connect()
    return {
        async self() {
            const users = await tg.invoke(new Api.users.GetUsers({ id: [new Api.InputUserSelf()] }))
            check(users.length === 1, 'users.getUsers did not answer with one user')
        },
        async history() {
            const reply = await tg.invoke(new Api.messages.GetHistory({
                peer: new Api.InputPeerChat({ chatId: bigInt(plan.text('chat')) }), limit: 100, hash: bigInt.zero,
                offsetId: 0, offsetDate: 0, addOffset: 0, maxId: 0, minId: 0,
            }))
            check(reply.messages.length > 0, 'an answer without content')
        },
        upload: (content) => tg.uploadFile({ file: new CustomFile('data.bin', content.length, '', content), workers: 4 }),
        download: (size) => tg.downloadFile(new Api.InputDocumentFileLocation({
            id: bigInt(plan.text('file_id')), accessHash: bigInt(plan.text('file_access_hash')),
            fileReference: plan.hex('file_reference'), thumbSize: '',
        }), { fileSize: bigInt(size), dcId: plan.number('dc'), partSizeKb: 512 }),
        close: () => tg.destroy(),
    }
}

await main({
    layer: LAYER,
    open,
    async codec() {
        const seconds = plan.number('seconds'), wire = plan.file('reply'), sent = request()
        check(same(sent.getBytes(), plan.file('request')), "the request's bytes are not the expected ones")
        const decode = () => new BinaryReader(wire).tgReadObject()
        const reply = decode()
        check(same(reply.getBytes(), wire), "the reply's bytes are not the expected ones")
        row('encode_request_ns', await bestTime(seconds, () => sent.getBytes()) * 1e9)
        row('decode_reply_us', await bestTime(seconds, decode) * 1e6)
        row('encode_reply_us', await bestTime(seconds, () => reply.getBytes()) * 1e6)
    },
    async crypto() {
        const seconds = plan.number('seconds')
        const key = Buffer.alloc(32, 0x5a), iv = Buffer.alloc(32, 0xa5)
        await ige(seconds, () => {
            const cipher = new IGE(key, iv)
            return { encrypt: (data) => cipher.encryptIge(data), decrypt: (data) => cipher.decryptIge(data) }
        })
        const state = new MTProtoState(await keyOf(plan.hex('packet_key')), new Logger('none'))
        state.salt = bigInt(1)
        state.id = bigInt(1)
        for (const size of [1, 64]) {
            const body = Buffer.alloc(size * 1024 + 16) // with the message's id, number and length
            row(`packet_write_${size}k_us`, await bestTime(seconds, () => state.encryptMessageData(body)) * 1e6)
        }
        const numbers = plan.text('pq').split(',').map((text) => bigInt(text))
        row('pq_us', await bestTime(seconds, () => numbers.forEach((pq) => Factorizator.factorize(pq))) / numbers.length * 1e6)
    },
})
