// What a framing delivers, and what the framings share: frame, decoded, side, limits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace mtproto::transport {

using bytes_view = std::span<const std::byte>;

/// The end of the connection that a codec works for. It matters because the same bit asks for a quick
/// acknowledgement in one direction and is one in the other.
enum class side
{
    client,
    server,
};

/// Default cap on the payload of one frame, in bytes. Longer frames are refused as soon as their length is
/// read.
inline constexpr std::size_t default_max_frame = std::size_t{16} << 20;

/// One unit of the connection: an MTProto packet, a transport error, or a quick acknowledgement.
///
/// `payload` points into the codec's receive buffer and dies when more bytes are fed to that codec.
/// In the padded framing it may end with up to 15 bytes of padding, see strip_padding().
struct frame
{
    bytes_view payload{};
    /// Set on the client's side if the frame is an error of the server: -404, -429, -444, ...
    /// https://core.telegram.org/mtproto/mtproto-transports#transport-errors
    std::optional<int> transport_error{};
    /// Set on the client's side if this is a quick acknowledgement; `payload` is then empty. The top bit is
    /// set. https://core.telegram.org/mtproto/mtproto-transports#quick-ack
    std::optional<std::uint32_t> quick_ack{};
    /// Set on the server's side if the client asks for a quick acknowledgement of this packet.
    bool wants_quick_ack = false;
};

/// How a packet is to be framed.
struct frame_options
{
    /// Ask the server for a quick acknowledgement. Not possible in the full framing.
    bool quick_ack = false;
    /// Bytes to add behind the payload, at most 15. Only the padded framing uses them.
    bytes_view padding{};
};

/// A step of decoding: either `value` was found in the first `consumed` bytes, or `consumed` is 0 and nothing
/// can be said before `wanted` bytes (counted from the start of the input) are there.
struct decoded
{
    std::size_t consumed = 0;
    std::size_t wanted = 0;
    frame value{};
};

} // namespace mtproto::transport
