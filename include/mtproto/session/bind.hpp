// Binding a temporary key to the permanent one: the message that proves possession of both.
// https://core.telegram.org/method/auth.bindTempAuthKey
#pragma once

#include "mtproto/crypto/message_cipher.hpp"
#include "mtproto/mt/mt.hpp"
#include "mtproto/tl/decode.hpp"
#include "mtproto/tl/encode.hpp"

#include <cstdint>
#include <vector>

namespace mtproto::session {

/// What the message says.
struct binding
{
    std::uint64_t nonce = 0;
    std::uint64_t temporary_key_id = 0;
    std::uint64_t permanent_key_id = 0;
    std::uint64_t temporary_session_id = 0; ///< the session in which bindTempAuthKey is sent
    std::int64_t expires_at = 0;            ///< Unix seconds

    friend bool operator==(const binding&, const binding&) = default;
};

/// `encrypted_message` of auth.bindTempAuthKey, encrypted with the permanent key in the way of MTProto 1.0.
/// `msg_id` is the identifier of the very message that carries the call.
inline std::vector<std::byte> make_bind_message(const crypto::auth_key& permanent, const binding& b,
                                                std::int64_t msg_id, crypto::random_source& random)
{
    mt::bind_auth_key_inner inner;
    inner.nonce = static_cast<std::int64_t>(b.nonce);
    inner.temp_auth_key_id = static_cast<std::int64_t>(b.temporary_key_id);
    inner.perm_auth_key_id = static_cast<std::int64_t>(b.permanent_key_id);
    inner.temp_session_id = static_cast<std::int64_t>(b.temporary_session_id);
    inner.expires_at = static_cast<std::int32_t>(b.expires_at);
    std::vector<std::byte> plain(crypto::plain_header_size + tl::size(inner));
    tl::writer to{std::span<std::byte>(plain)};
    to.raw(crypto::random_bytes<16>(random)); // where salt and session_id stand otherwise
    to.number(msg_id);
    to.number(std::int32_t{0});
    to.number(static_cast<std::uint32_t>(tl::size(inner)));
    tl::write_value(to, inner);
    auto out = crypto::encrypt_message_v1(permanent, crypto::direction::client_to_server, plain, random);
    crypto::wipe(plain);
    return out;
}

/// The data centre's side: decrypts and checks that the message is that of the call with `msg_id`.
/// Whether the fields are those of the keys and the session at hand is for the caller to compare.
/// Fails with errc::bad_message.
inline result<binding> open_bind_message(const crypto::auth_key& permanent, std::int64_t msg_id,
                                         tl::bytes_view message)
{
    std::vector<std::byte> scratch(message.begin(), message.end());
    auto const plain = crypto::decrypt_message_v1(permanent, crypto::direction::client_to_server, scratch);
    if (!plain || static_cast<std::int64_t>(plain->msg_id) != msg_id)
        return errc::bad_message;
    auto const inner = tl::decode<mt::bind_auth_key_inner>(plain->body);
    crypto::wipe(scratch);
    if (!inner)
        return errc::bad_message;
    return binding{static_cast<std::uint64_t>(inner->nonce),
                   static_cast<std::uint64_t>(inner->temp_auth_key_id),
                   static_cast<std::uint64_t>(inner->perm_auth_key_id),
                   static_cast<std::uint64_t>(inner->temp_session_id), inner->expires_at};
}

} // namespace mtproto::session
