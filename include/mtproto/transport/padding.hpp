// How long an MTProto packet really is: strip_padding.
#pragma once

#include <mtproto/error.hpp>
#include <mtproto/transport/detail/endian.hpp>
#include <mtproto/transport/frame.hpp>

#include <algorithm>

namespace mtproto::transport {

/// The packet without the 0..15 bytes that the padded framing may have put behind it.
///
/// An encrypted packet is auth_key_id (8), msg_key (16) and blocks of 16 bytes, so what does not fill a block
/// is padding. A plain one is auth_key_id = 0 (8), message id (8), length (4) and so many bytes.
/// https://core.telegram.org/mtproto/description#unencrypted-message
/// Packets of the other framings come back whole, so a caller need not know the framing.
/// Fails with errc::truncated if the packet ends inside its header or body, errc::bad_padding on more than 15
/// bytes behind a plain message.
[[nodiscard]] inline result<bytes_view> strip_padding(bytes_view packet)
{
    constexpr std::size_t plain_header = 20;
    constexpr std::size_t encrypted_header = 24;
    if (packet.size() < plain_header)
        return errc::truncated;
    bool const plain =
        std::all_of(packet.begin(), packet.begin() + 8, [](std::byte b) { return b == std::byte{0}; });
    if (!plain) {
        if (packet.size() < encrypted_header + 16)
            return errc::truncated;
        return packet.first(packet.size() - (packet.size() - encrypted_header) % 16);
    }
    std::size_t const length = detail::load_le32(packet.subspan(16));
    auto const available = packet.size() - plain_header;
    if (length > available)
        return errc::truncated;
    if (available - length > 15)
        return errc::bad_padding;
    return packet.first(plain_header + length);
}

} // namespace mtproto::transport
