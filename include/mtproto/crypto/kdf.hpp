// Keys derived from an authorization key, and from the nonces of the key exchange.
#pragma once

#include <mtproto/crypto/auth_key.hpp>
#include <mtproto/crypto/detail/sha256_ni.hpp>
#include <mtproto/crypto/secret.hpp>
#include <mtproto/crypto/sha.hpp>

#include <algorithm>

namespace mtproto::crypto {

/// Who wrote a message; each direction uses its own part of the authorization key.
enum class direction
{
    client_to_server,
    server_to_client,
};

/// Key and initialization vector of AES-256-IGE; both 32 bytes.
struct aes_key_iv
{
    secret<32> key{};
    secret<32> iv{};
};

/// A message key as it travels in the clear.
using msg_key_t = std::array<std::byte, 16>;

namespace detail {

inline constexpr std::size_t kdf_x(direction d) noexcept { return d == direction::client_to_server ? 0 : 8; }

// Appends pieces to a key: the documentation defines every key as a concatenation of substrings.
class assembler
{
public:
    explicit assembler(mutable_bytes out) noexcept : out_(out) {}
    assembler& add(bytes_view part) noexcept
    {
        std::copy(part.begin(), part.end(), out_.begin());
        out_ = out_.subspan(part.size());
        return *this;
    }

private:
    mutable_bytes out_;
};

// What msg_key is cut from: SHA-256 over a part of the key and the whole plaintext, its padding included.
inline std::span<const std::byte, 32> msg_key_prefix(const auth_key& key, direction d)
{
    return key.view().subspan(88 + kdf_x(d)).first<32>();
}
inline msg_key_t cut_msg_key(const sha256_digest& large) noexcept
{
    msg_key_t out;
    std::copy_n(large.begin() + 8, out.size(), out.begin());
    return out;
}

} // namespace detail

/// The message key of MTProto 2.0: the middle 128 bits of SHA-256 over a part of the key and the whole
/// plaintext, its padding included.
/// https://core.telegram.org/mtproto/description#defining-aes-key-and-initialization-vector
[[nodiscard]] inline msg_key_t msg_key(const auth_key& key, bytes_view padded_plaintext, direction d)
{
    auto const prefix = detail::msg_key_prefix(key, d);
#if defined(MTPROTO_HAS_AESNI)
    if (auto const size = padded_plaintext.size(); size >= 32 && size % 16 == 0 && detail::has_sha_ni()) {
        sha256_digest large;
        detail::sha256_job const job{prefix.data(), padded_plaintext.data(), size, large.data()};
        detail::sha256_prefixed<1>(&job);
        return detail::cut_msg_key(large);
    }
#endif
    return detail::cut_msg_key(sha256(prefix, padded_plaintext));
}

/// Key and vector that encrypt one message of MTProto 2.0.
[[nodiscard]] inline aes_key_iv derive_aes_key_iv(const auth_key& key, const msg_key_t& msg_key, direction d)
{
    auto const x = detail::kdf_x(d);
    std::array<std::byte, 52> first, second;
    wipe_on_exit const wipe_first(first), wipe_second(second);
    detail::assembler(first).add(msg_key).add(key.view().subspan(x, 36));
    detail::assembler(second).add(key.view().subspan(40 + x, 36)).add(msg_key);
    sha256_digest a, b;
    wipe_on_exit const wipe_a(a), wipe_b(b);
#if defined(MTPROTO_HAS_AESNI)
    if (detail::has_sha_ni()) {
        std::array<std::byte, 64> blocks[2];
        wipe_on_exit const wipe_0(blocks[0]), wipe_1(blocks[1]);
        detail::sha256_last_block(blocks[0].data(), first.data(), first.size(), first.size());
        detail::sha256_last_block(blocks[1].data(), second.data(), second.size(), second.size());
        const std::byte* const in[] = {blocks[0].data(), blocks[1].data()};
        std::byte* const out[] = {a.data(), b.data()};
        detail::sha256_short<2>(in, out);
    } else
#endif
    {
        a = sha256(first);
        b = sha256(second);
    }
    auto const va = bytes_view(a), vb = bytes_view(b);
    aes_key_iv out;
    detail::assembler(out.key.mutable_view()).add(va.first(8)).add(vb.subspan(8, 16)).add(va.subspan(24));
    detail::assembler(out.iv.mutable_view()).add(vb.first(8)).add(va.subspan(8, 16)).add(vb.subspan(24));
    return out;
}

/// The message key of MTProto 1.0: SHA-1 over the plaintext without padding. Only the message that binds a
/// temporary key still uses it. https://core.telegram.org/method/auth.bindTempAuthKey
[[nodiscard]] inline msg_key_t msg_key_v1(bytes_view plaintext)
{
    auto const digest = sha1(plaintext);
    msg_key_t out;
    std::copy_n(digest.begin() + 4, out.size(), out.begin());
    return out;
}

/// Key and vector of MTProto 1.0. https://core.telegram.org/mtproto/description_v1
[[nodiscard]] inline aes_key_iv derive_aes_key_iv_v1(const auth_key& key, const msg_key_t& msg_key,
                                                     direction d)
{
    auto const k = bytes_view(key.view()).subspan(detail::kdf_x(d));
    auto a = sha1(msg_key, k.first(32));
    auto b = sha1(k.subspan(32, 16), msg_key, k.subspan(48, 16));
    auto c = sha1(k.subspan(64, 32), msg_key);
    auto e = sha1(msg_key, k.subspan(96, 32));
    auto const va = bytes_view(a), vb = bytes_view(b), vc = bytes_view(c), ve = bytes_view(e);
    aes_key_iv out;
    detail::assembler(out.key.mutable_view()).add(va.first(8)).add(vb.subspan(8, 12)).add(vc.subspan(4, 12));
    detail::assembler(out.iv.mutable_view())
        .add(va.subspan(8, 12))
        .add(vb.first(8))
        .add(vc.subspan(16, 4))
        .add(ve.first(8));
    for (auto* digest : {&a, &b, &c, &e})
        wipe(*digest);
    return out;
}

/// tmp_aes_key and tmp_aes_iv, which protect the Diffie-Hellman part of the key exchange.
/// https://core.telegram.org/mtproto/auth_key#presenting-proof-of-work-server-authentication
[[nodiscard]] inline aes_key_iv derive_tmp_aes_key_iv(std::span<const std::byte, 32> new_nonce,
                                                      std::span<const std::byte, 16> server_nonce)
{
    auto a = sha1(new_nonce, server_nonce);
    auto b = sha1(server_nonce, new_nonce);
    auto c = sha1(new_nonce, new_nonce);
    aes_key_iv out;
    detail::assembler(out.key.mutable_view()).add(a).add(bytes_view(b).first(12));
    detail::assembler(out.iv.mutable_view()).add(bytes_view(b).subspan(12)).add(c).add(new_nonce.first(4));
    for (auto* digest : {&a, &b, &c})
        wipe(*digest);
    return out;
}

/// new_nonce_hash1 (dh_gen_ok), 2 (dh_gen_retry) or 3 (dh_gen_fail): `number` says which.
/// https://core.telegram.org/mtproto/auth_key#dh-key-exchange-complete
[[nodiscard]] inline std::array<std::byte, 16> new_nonce_hash(std::span<const std::byte, 32> new_nonce,
                                                              int number, const auth_key& key)
{
    std::array const tag{static_cast<std::byte>(number)};
    auto const digest = sha1(new_nonce, tag, store_le64(key.aux_hash()));
    std::array<std::byte, 16> out;
    std::copy_n(digest.begin() + 4, out.size(), out.begin());
    return out;
}

/// The first server salt of a new key. https://core.telegram.org/mtproto/auth_key#dh-key-exchange-complete
[[nodiscard]] inline std::uint64_t initial_salt(std::span<const std::byte, 32> new_nonce,
                                                std::span<const std::byte, 16> server_nonce) noexcept
{
    return load_le64(new_nonce) ^ load_le64(server_nonce);
}

} // namespace mtproto::crypto
