// Packets: what goes through the transport, encrypted or (during the key exchange) plain.
// https://core.telegram.org/mtproto/description#encrypted-message
#pragma once

#include "mtproto/crypto/message_cipher.hpp"
#include "mtproto/error.hpp"
#include "mtproto/tl/reader.hpp"
#include "mtproto/tl/types.hpp"
#include "mtproto/tl/writer.hpp"

#include <cstdint>
#include <vector>

namespace mtproto::session {

using crypto::random_source;
using tl::bytes_view;
using bytes = std::vector<std::byte>;

/// One message with everything that encryption protects. The body belongs to somebody else.
struct plain_packet
{
    std::uint64_t salt = 0;
    std::uint64_t session_id = 0;
    std::int64_t msg_id = 0;
    std::int32_t seqno = 0;
    bytes_view body{};
};

/// The longest body that is accepted or sent, in bytes: what one transport frame holds.
inline constexpr std::size_t max_packet_size = std::size_t(16) << 20;

/// Encrypts into `out`, whose memory is used again. The body's size is a multiple of 4; the plaintext is
/// wiped.
inline void seal(const crypto::auth_key& key, crypto::direction d, const plain_packet& packet,
                 random_source& random, bytes& out,
                 crypto::padding_policy policy = crypto::padding_policy::minimal)
{
    bytes plain(crypto::plain_header_size + packet.body.size());
    tl::writer to{std::span<std::byte>(plain)};
    to.number(packet.salt);
    to.number(packet.session_id);
    to.number(packet.msg_id);
    to.number(packet.seqno);
    to.number(static_cast<std::uint32_t>(packet.body.size()));
    to.raw(packet.body);
    crypto::encrypt_message(key, d, plain, random, out, policy);
    crypto::wipe(plain);
}

/// Decrypts into `scratch`; the body points into it. Up to 15 bytes of a transport's padding may follow the
/// packet.
///
/// Fails with errc::bad_message and without a word more if the key id, the msg_key (over the whole plaintext,
/// before any field is read), the length or the padding is wrong.
/// https://core.telegram.org/mtproto/security_guidelines#mtproto-encrypted-messages
inline result<plain_packet> open(const crypto::auth_key& key, crypto::direction d, bytes_view packet,
                                 bytes& scratch)
{
    if (packet.size() > max_packet_size + 2048)
        return errc::bad_message;
    scratch.assign(packet.begin(), packet.end());
    auto const plain = crypto::decrypt_message(key, d, crypto::without_transport_padding(scratch));
    if (!plain)
        return plain.error();
    return plain_packet{plain->salt, plain->session_id, static_cast<std::int64_t>(plain->msg_id),
                        static_cast<std::int32_t>(plain->seqno), plain->body};
}

/// The key a packet is encrypted with, 0 for a plain one; errc::bad_message for fewer than 8 bytes.
inline result<std::uint64_t> peek_auth_key_id(bytes_view packet) { return crypto::packet_key_id(packet); }

/// An unencrypted message, as only the key exchange uses them.
struct plain_message
{
    std::int64_t msg_id = 0;
    bytes_view body{};
};

/// https://core.telegram.org/mtproto/description#unencrypted-message
inline bytes make_plain_message(std::int64_t msg_id, bytes_view body)
{
    bytes packet(20 + body.size());
    tl::writer to{std::span<std::byte>(packet)};
    to.number(std::uint64_t{0});
    to.number(msg_id);
    to.number(static_cast<std::uint32_t>(body.size()));
    to.raw(body);
    return packet;
}

/// Fails with errc::bad_message if the packet is encrypted or its length is wrong; a transport's padding may
/// follow.
inline result<plain_message> parse_plain_message(bytes_view packet)
{
    tl::reader from(packet);
    std::uint64_t key_id = 0;
    std::uint32_t length = 0;
    plain_message message;
    if (!from.number(key_id) || !from.number(message.msg_id) || !from.number(length) || key_id != 0 ||
        !from.raw(length, message.body) || length == 0 || length % 4 != 0 || from.left() > 15)
        return error(errc::bad_message, "this is not an unencrypted message");
    return message;
}

} // namespace mtproto::session
