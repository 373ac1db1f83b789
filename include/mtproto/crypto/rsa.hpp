// The server's RSA key: fingerprint and RSA_PAD on the client's side, decryption on the data centre's.
// https://core.telegram.org/mtproto/auth_key#presenting-proof-of-work-server-authentication
#pragma once

#include <mtproto/crypto/aes_ige.hpp>
#include <mtproto/crypto/big_int.hpp>
#include <mtproto/crypto/detail/rsa_pem.hpp>
#include <mtproto/crypto/random.hpp>
#include <mtproto/crypto/secret.hpp>
#include <mtproto/crypto/sha.hpp>

#include <openssl/rsa.h>

#include <algorithm>
#include <optional>
#include <string>

namespace mtproto::crypto {

/// A 2048-bit RSA public key. Immutable; reading it from several threads is safe.
class rsa_public_key
{
public:
    static constexpr std::size_t size = 256; ///< bytes of the modulus and of a ciphertext

    /// From PEM, `BEGIN RSA PUBLIC KEY` (PKCS#1) or `BEGIN PUBLIC KEY`. Fails with errc::bad_key.
    static result<rsa_public_key> from_pem(std::string_view pem)
    {
        auto const key = detail::decode_pem(pem, EVP_PKEY_PUBLIC_KEY);
        if (!key)
            return error(errc::bad_key, "this is not an RSA public key in PEM");
        return from_pkey(key.get());
    }
    /// From modulus and exponent, big endian. Fails with errc::bad_key unless the modulus has exactly 2048
    /// bits.
    static result<rsa_public_key> from_components(bytes_view n, bytes_view e)
    {
        return from_numbers(big_int(n), big_int(e));
    }
    static result<rsa_public_key> from_pkey(const EVP_PKEY* key)
    {
        auto n = detail::rsa_number(key, OSSL_PKEY_PARAM_RSA_N);
        auto e = detail::rsa_number(key, OSSL_PKEY_PARAM_RSA_E);
        if (!n || !e)
            return error(errc::bad_key, "this is not an RSA key");
        return from_numbers(std::move(*n), std::move(*e));
    }

    /// The 64 lower-order bits of SHA-1 of the key serialized as `rsa_public_key n:string e:string`.
    std::uint64_t fingerprint() const noexcept { return fingerprint_; }
    /// The modulus, 256 bytes big endian.
    std::array<std::byte, size> modulus() const { return n_.to_array<size>(); }
    /// The exponent, big endian without leading zeros.
    bytes exponent() const { return e_.to_bytes(); }
    /// PKCS#1 PEM, `BEGIN RSA PUBLIC KEY`: the form that clients of Telegram take.
    std::string to_pem() const
    {
        return detail::encode_pem(detail::rsa_pkey(n_.get(), e_.get()).get(), EVP_PKEY_PUBLIC_KEY);
    }
    /// data^e mod n; nothing if data is not below n.
    std::optional<std::array<std::byte, size>> raw_encrypt(bytes_view data) const
    {
        auto const m = big_int(data);
        if (m >= n_)
            return std::nullopt;
        return mod_exp(m, e_, n_).to_array<size>();
    }

private:
    rsa_public_key(big_int n, big_int e) : n_(std::move(n)), e_(std::move(e))
    {
        // TL strings: lengths from 254 on are written as fe and three bytes, everything is padded to 4 bytes.
        bytes text;
        for (auto const& part : {n_.to_bytes(), e_.to_bytes()}) {
            if (part.size() < 254) {
                text.push_back(static_cast<std::byte>(part.size()));
            } else {
                text.push_back(std::byte{0xfe});
                for (auto shift : {0, 8, 16})
                    text.push_back(static_cast<std::byte>(part.size() >> shift & 255u));
            }
            text.insert(text.end(), part.begin(), part.end());
            text.resize((text.size() + 3) / 4 * 4);
        }
        auto const digest = sha1(text);
        fingerprint_ = load_le64(bytes_view(digest).subspan(12));
    }
    static result<rsa_public_key> from_numbers(big_int n, big_int e)
    {
        if (n.bits() != 2048 || !n.is_odd())
            return error(errc::bad_key, "the RSA modulus does not have exactly 2048 bits");
        if (!e.is_odd() || e < 3 || e.bits() > 64)
            return error(errc::bad_key, "the RSA exponent is not an odd number from 3 to 2^64");
        return rsa_public_key(std::move(n), std::move(e));
    }

    big_int n_;
    big_int e_;
    std::uint64_t fingerprint_ = 0;
};

/// The most that fits into RSA_PAD.
inline constexpr std::size_t rsa_pad_max = 144;

/// RSA_PAD, the only padding a client may use: `data` is a serialized p_q_inner_data. Fails with
/// errc::too_large above 144 bytes.
inline result<std::array<std::byte, 256>> rsa_pad_encrypt(const rsa_public_key& key, bytes_view data,
                                                          random_source& random)
{
    if (data.size() > rsa_pad_max)
        return error(errc::too_large, "RSA_PAD takes at most 144 bytes");
    secret<192> padded;
    auto const text = padded.mutable_view();
    std::copy(data.begin(), data.end(), text.begin());
    random.fill(text.subspan(data.size()));
    secret<32> temp_key;
    std::array<std::byte, 32> const zero_iv{};
    for (int i = 0; i < 256; ++i) { // a modulus has its top bit set, so at worst every second try fails
        random.fill(temp_key.mutable_view());
        std::array<std::byte, 256> block;
        auto const cipher = mutable_bytes(block).subspan(32);
        std::reverse_copy(text.begin(), text.end(), cipher.begin());
        auto const hash = sha256(temp_key.view(), text);
        std::copy(hash.begin(), hash.end(), cipher.begin() + 192);
        ige_encrypt(cipher, temp_key.view(), zero_iv);
        auto const mask = sha256(cipher);
        for (std::size_t j = 0; j < 32; ++j)
            block[j] = temp_key.view()[j] ^ mask[j];
        if (auto const out = key.raw_encrypt(block))
            return *out;
    }
    return error(errc::random_failed, "no random block lies below the RSA modulus");
}

/// A 2048-bit RSA private key: what a data centre holds. Move only, wiped when destroyed.
class rsa_private_key
{
public:
    /// A fresh key with e = 65537. The fingerprint's top four bits are never all zero: some clients print and
    /// compare it without leading zeros.
    static rsa_private_key generate()
    {
        for (;;) {
            detail::pkey_ptr pkey(EVP_RSA_gen(2048));
            detail::require(pkey != nullptr);
            auto pub = rsa_public_key::from_pkey(pkey.get());
            if (pub && pub->fingerprint() >> 60 != 0)
                return rsa_private_key(std::move(pkey), std::move(*pub));
        }
    }
    /// From PEM, `BEGIN RSA PRIVATE KEY` (PKCS#1) or `BEGIN PRIVATE KEY`, not encrypted. Fails with
    /// errc::bad_key.
    static result<rsa_private_key> from_pem(std::string_view pem)
    {
        auto pkey = detail::decode_pem(pem, EVP_PKEY_KEYPAIR);
        if (!pkey)
            return error(errc::bad_key, "this is not an unencrypted RSA private key in PEM");
        auto pub = rsa_public_key::from_pkey(pkey.get());
        if (!pub)
            return pub.error();
        return rsa_private_key(std::move(pkey), std::move(*pub));
    }

    const rsa_public_key& public_key() const noexcept { return public_; }
    std::uint64_t fingerprint() const noexcept { return public_.fingerprint(); }
    /// PKCS#1 PEM, `BEGIN RSA PRIVATE KEY`. The text is a secret.
    std::string to_pem() const { return detail::encode_pem(pkey_.get(), EVP_PKEY_KEYPAIR); }
    /// PKCS#1 PEM of the public half.
    std::string public_pem() const { return public_.to_pem(); }

    /// data^d mod n into `out`; false unless data is 256 bytes and below n.
    bool raw_decrypt(bytes_view data, std::span<std::byte, 256> out) const
    {
        detail::pkey_ctx_ptr const context(EVP_PKEY_CTX_new(pkey_.get(), nullptr));
        std::size_t size = out.size();
        return data.size() == 256 && context && EVP_PKEY_decrypt_init(context.get()) == 1 &&
               EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING) == 1 &&
               EVP_PKEY_decrypt(context.get(), detail::uchars(out.data()), &size, detail::uchars(data.data()),
                                data.size()) == 1 &&
               size == out.size();
    }

private:
    rsa_private_key(detail::pkey_ptr pkey, rsa_public_key pub)
        : pkey_(std::move(pkey)), public_(std::move(pub))
    {
    }

    detail::pkey_ptr pkey_;
    rsa_public_key public_;
};

/// Undoes RSA_PAD: 192 bytes, the data and behind it padding, whose border only the data's own format tells.
/// Fails with errc::bad_digest.
inline result<secret<192>> rsa_pad_decrypt(const rsa_private_key& key, bytes_view cipher)
{
    secret<256> block;
    if (!key.raw_decrypt(cipher, block.mutable_view()))
        return errc::bad_digest;
    auto const body = block.mutable_view().subspan<32>();
    auto const mask = sha256(body);
    secret<32> temp_key;
    for (std::size_t j = 0; j < 32; ++j)
        temp_key.mutable_view()[j] = block.view()[j] ^ mask[j];
    std::array<std::byte, 32> const zero_iv{};
    ige_decrypt(body, temp_key.view(), zero_iv);
    secret<192> out;
    std::reverse_copy(body.begin(), body.begin() + 192, out.mutable_view().begin());
    if (!equal_constant_time(sha256(temp_key.view(), out.view()), body.last(32)))
        return errc::bad_digest;
    return out;
}

/// Undoes the padding of clients from before 2021: SHA-1, data, random bytes, 255 in all. For a server only;
/// a client never offers it. Fails with errc::bad_digest. The data's length is not on the wire, so each
/// multiple of four is tried: 59 short hashes at most.
inline result<bytes> rsa_sha1_decrypt(const rsa_private_key& key, bytes_view cipher)
{
    secret<256> block;
    if (!key.raw_decrypt(cipher, block.mutable_view()) || block.view()[0] != std::byte{})
        return errc::bad_digest;
    auto const hash = bytes_view(block.view()).subspan(1, 20);
    auto const rest = bytes_view(block.view()).subspan(21);
    for (std::size_t size = rest.size() / 4 * 4; size != 0; size -= 4)
        if (equal_constant_time(sha1(rest.first(size)), hash))
            return bytes(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(size));
    return errc::bad_digest;
}

} // namespace mtproto::crypto
