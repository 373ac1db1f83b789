// Packets: what goes through the transport, encrypted or (during the key exchange) plain.
// https://core.telegram.org/mtproto/description#encrypted-message
#pragma once

#include "mtproto/crypto/message_cipher.hpp"
#include "mtproto/error.hpp"
#include "mtproto/tl/reader.hpp"
#include "mtproto/tl/types.hpp"
#include "mtproto/tl/writer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
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

/// Writes the plaintext of a packet, padding and all, where encrypt_in_place wants it; `out`'s memory is used
/// again. `write_body` writes `body_size` bytes, a multiple of 4.
template <class WriteBody>
void write_unsealed(const plain_packet& head, std::size_t body_size, random_source& random, bytes& out,
                    crypto::padding_policy policy, WriteBody&& write_body)
{
    auto const text = crypto::plain_header_size + body_size;
    out.resize(crypto::packet_header_size + crypto::padded_size(text, random, policy));
    auto const plain = std::span(out).subspan(crypto::packet_header_size);
    tl::writer to{plain.first(text)};
    to.number(head.salt);
    to.number(head.session_id);
    to.number(head.msg_id);
    to.number(head.seqno);
    to.number(static_cast<std::uint32_t>(body_size));
    write_body(to);
    random.fill(plain.subspan(text));
}

/// The same of a body that is there: appended, so that `out`, which may have held something short, is not cleared first.
inline void write_unsealed(const plain_packet& packet, random_source& random, bytes& out, crypto::padding_policy policy)
{
    auto const text = crypto::plain_header_size + packet.body.size();
    auto const size = crypto::packet_header_size + crypto::padded_size(text, random, policy);
    std::array<std::byte, crypto::packet_header_size + crypto::plain_header_size> head{};
    tl::writer to{std::span(head).subspan(crypto::packet_header_size)};
    to.number(packet.salt);
    to.number(packet.session_id);
    to.number(packet.msg_id);
    to.number(packet.seqno);
    to.number(static_cast<std::uint32_t>(packet.body.size()));
    out.clear();
    out.reserve(size);
    out.insert(out.end(), head.begin(), head.end());
    out.insert(out.end(), packet.body.begin(), packet.body.end());
    out.resize(size);
    random.fill(std::span(out).subspan(crypto::packet_header_size + text));
}

/// Encrypts into `out`, whose memory is used again. The body's size is a multiple of 4; it is not part of
/// `out`.
inline void seal(const crypto::auth_key& key, crypto::direction d, const plain_packet& packet,
                 random_source& random, bytes& out,
                 crypto::padding_policy policy = crypto::padding_policy::minimal)
{
    write_unsealed(packet, random, out, policy);
    crypto::encrypt_in_place(key, d, out);
}

/// Packets that are sealed together end with the one that reaches so many bytes.
inline constexpr std::size_t most_bytes_together = std::size_t(4) << 20;

/// seal() for several packets of one key, encrypted interleaved: `write(bytes&)` puts the next one's plaintext
/// where write_unsealed does, or returns false if there is none. Returns how many there are: at most
/// `out.size()` and 16.
template <class Write>
std::size_t seal_many(const crypto::auth_key& key, crypto::direction d, std::span<bytes> out, Write&& write)
{
    std::array<std::span<std::byte>, 16> plain;
    out = out.first((std::min)(out.size(), plain.size()));
    std::size_t count = 0;
    for (std::size_t size = 0; count != out.size() && size < most_bytes_together && write(out[count]); ++count) {
        plain[count] = out[count];
        size += out[count].size();
    }
    crypto::encrypt_in_place(key, d, std::span(plain).first(count));
    return count;
}

namespace detail {

/// Room for a packet's plaintext behind a header's; nothing if it is none that can be decrypted.
inline bool makes_sense(bytes_view packet) noexcept
{
    return packet.size() >= crypto::packet_header_size && packet.size() <= max_packet_size + 2048;
}
inline bytes_view without_padding(bytes_view packet) noexcept
{
    return packet.first(packet.size() - (packet.size() - crypto::packet_header_size) % 16);
}
inline result<plain_packet> split(std::span<std::byte> plaintext)
{
    auto const plain = crypto::split_plaintext(plaintext);
    if (!plain)
        return plain.error();
    return plain_packet{plain->salt, plain->session_id, static_cast<std::int64_t>(plain->msg_id),
                        static_cast<std::int32_t>(plain->seqno), plain->body};
}

} // namespace detail

/// Decrypts into `scratch`, as packet_header_size bytes of no meaning and the plaintext, behind which it may be longer; the
/// body points into it. Up to 15 bytes of a transport's padding may follow the packet.
///
/// Fails with errc::bad_message and without a word more if the key id, the msg_key (over the whole plaintext,
/// before any field is read), the length or the padding is wrong.
/// https://core.telegram.org/mtproto/security_guidelines#mtproto-encrypted-messages
inline result<plain_packet> open(const crypto::auth_key& key, crypto::direction d, bytes_view packet,
                                 bytes& scratch)
{
    if (!detail::makes_sense(packet))
        return errc::bad_message;
    packet = detail::without_padding(packet);
    if (scratch.size() < packet.size()) // never smaller: what is made larger again is cleared
        scratch.resize(packet.size());
    auto const plaintext = std::span(scratch).first(packet.size()).subspan(crypto::packet_header_size);
    if (!crypto::decrypt_packet(key, d, packet, plaintext))
        return errc::bad_message;
    return detail::split(plaintext);
}

/// Memory for opening several packets at once, used again each time.
struct open_many_scratch
{
    bytes plaintexts{};
    std::vector<crypto::decrypt_job> jobs{};
};

/// open() for several packets of one key, decrypted interleaved; calls `each(result<plain_packet>)` in their
/// order until that returns false. The bodies live until the scratch is used again.
template <class Each>
void open_many(const crypto::auth_key& key, crypto::direction d, std::span<const bytes_view> packets,
               open_many_scratch& scratch, Each&& each)
{
    scratch.jobs.assign(packets.size(), {});
    std::size_t size = 0;
    for (std::size_t i = 0; i < packets.size(); ++i)
        if (detail::makes_sense(packets[i])) {
            scratch.jobs[i].packet = detail::without_padding(packets[i]);
            size += scratch.jobs[i].packet.size() - crypto::packet_header_size;
        }
    if (scratch.plaintexts.size() < size)
        scratch.plaintexts.resize(size);
    auto room = std::span(scratch.plaintexts);
    for (auto& job : scratch.jobs)
        if (!job.packet.empty()) {
            job.plaintext = room.first(job.packet.size() - crypto::packet_header_size);
            room = room.subspan(job.plaintext.size());
        }
    crypto::decrypt_packets(key, d, scratch.jobs);
    for (auto const& job : scratch.jobs)
        if (!each(job.good ? detail::split(job.plaintext) : result<plain_packet>(errc::bad_message)))
            return;
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
