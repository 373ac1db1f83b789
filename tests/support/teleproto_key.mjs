// Teaches teleproto, or the GramJS that it comes from, the key of a data centre of one's own; they have no setting for that.
import { createHash, createPublicKey } from 'node:crypto'

/** `require` finds the package. The fingerprint is the low half of the SHA-1 of `n` and `e` as TL strings, https://core.telegram.org/mtproto/auth_key. */
export function addServerKey(require, pem, name = 'teleproto') {
    const bigInt = require('big-integer')
    const { _serverKeys } = require(name + '/crypto/RSA')
    const { n } = createPublicKey(pem).export({ format: 'jwk' })
    const modulus = Buffer.from(n, 'base64url')
    const head = Buffer.from([0xfe, modulus.length & 0xff, modulus.length >> 8, 0])
    const serialized = Buffer.concat([head, modulus, Buffer.from([3, 1, 0, 1])])
    const fingerprint = createHash('sha1').update(serialized).digest().readBigInt64LE(12)
    _serverKeys.set(fingerprint.toString(), { n: bigInt(modulus.toString('hex'), 16), e: 65537 })
}
