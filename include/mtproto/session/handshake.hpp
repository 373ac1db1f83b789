// What both sides of the key exchange share. https://core.telegram.org/mtproto/auth_key
#pragma once

#include "mtproto/crypto/aes_ige.hpp"
#include "mtproto/crypto/auth_key.hpp"
#include "mtproto/crypto/kdf.hpp"
#include "mtproto/crypto/random.hpp"
#include "mtproto/crypto/sha.hpp"
#include "mtproto/error.hpp"
#include "mtproto/mt/mt.hpp"
#include "mtproto/session/time.hpp"
#include "mtproto/tl/decode.hpp"
#include "mtproto/tl/encode.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace mtproto::session {

/// What a side of the exchange wants done next: `send` (if not empty) as one packet; `done`: outcome() is
/// there.
struct handshake_step
{
    std::vector<std::byte> send{};
    bool done = false;
};

/// What the exchange agreed on.
struct handshake_outcome
{
    crypto::auth_key key;
    std::uint64_t salt = 0;                   ///< the first server salt
    server_clock clock{};                     ///< client: from server_time; server: as it was given
    std::optional<std::int64_t> expires_at{}; ///< Unix seconds, for a temporary key
    std::int32_t dc = 0;                      ///< server: as the client named it, 0 if it did not
};

/// One exchange may repeat its last step so often.
/// https://core.telegram.org/mtproto/auth_key#dh-key-exchange-complete
inline constexpr int max_handshake_retries = 5;

namespace detail {

inline error handshake_error(const char* what) { return {errc::handshake_failed, what}; }

/// SHA-1, the serialized object, and padding (zeros here, random bytes of the caller's) to whole blocks.
template <class T>
std::vector<std::byte> seal_dh(const T& object, const crypto::aes_key_iv& keys, crypto::random_source& random)
{
    auto const size = tl::size(object);
    std::vector<std::byte> data((20 + size + 15) / 16 * 16);
    tl::writer to{std::span<std::byte>(data).subspan(20, size)};
    tl::write_value(to, object);
    auto const digest = crypto::sha1(to.view());
    std::copy(digest.begin(), digest.end(), data.begin());
    random.fill(std::span<std::byte>(data).subspan(20 + size));
    crypto::ige_encrypt(data, keys.key.view(), keys.iv.view());
    return data;
}

/// The reverse. The hash is checked before any field is believed: the object's end is found by reading it,
/// since its length is not on the wire. Some honest peers hash bytes behind the object too (the official
/// sample declares 112 bytes for an object of 52), so every border within the last `slack` bytes may be the
/// right one.
template <class T>
result<T> open_dh(tl::bytes_view data, const crypto::aes_key_iv& keys)
{
    if (data.size() < 32 || data.size() % 16 != 0 || data.size() > 4096)
        return handshake_error("an encrypted part of the exchange has an impossible size");
    std::vector<std::byte> plain(data.begin(), data.end());
    crypto::wipe_on_exit const wiped{plain};
    crypto::ige_decrypt(plain, keys.key.view(), keys.iv.view());
    auto const body = tl::bytes_view(plain).subspan(20);
    tl::reader from(body);
    T object{};
    bool const read = tl::read_value(from, object);
    auto const border = read ? from.offset() : body.size();
    auto const digest = tl::bytes_view(plain).first(20);
    bool matches = crypto::equal_constant_time(crypto::sha1(body.first(border)), digest);
    for (auto end = border + 4; !matches && read && end <= body.size(); end += 4)
        matches = crypto::equal_constant_time(crypto::sha1(body.first(end)), digest);
    if (!matches)
        return handshake_error("the hash of an encrypted part of the exchange does not match");
    if (!read)
        return handshake_error("an encrypted part of the exchange is malformed");
    return object;
}

} // namespace detail

} // namespace mtproto::session
