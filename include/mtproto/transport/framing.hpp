// The concept framing: how MTProto packets are delimited in a byte stream.
#pragma once

#include <mtproto/error.hpp>
#include <mtproto/transport/frame.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace mtproto::transport {

/// The four framings. https://core.telegram.org/mtproto/mtproto-transports
enum class framing_kind
{
    abridged,
    intermediate,
    padded_intermediate,
    full,
};

constexpr std::string_view to_string(framing_kind kind) noexcept
{
    switch (kind) {
    case framing_kind::abridged:
        return "abridged";
    case framing_kind::intermediate:
        return "intermediate";
    case framing_kind::padded_intermediate:
        return "padded_intermediate";
    case framing_kind::full:
        return "full";
    }
    return "unknown";
}

/// The word that names a framing in the obfuscated header; the full framing has none and cannot be
/// obfuscated.
constexpr std::optional<std::uint32_t> protocol_tag(framing_kind kind) noexcept
{
    switch (kind) {
    case framing_kind::abridged:
        return 0xefefefefu;
    case framing_kind::intermediate:
        return 0xeeeeeeeeu;
    case framing_kind::padded_intermediate:
        return 0xddddddddu;
    case framing_kind::full:
        break;
    }
    return std::nullopt;
}

constexpr std::optional<framing_kind> framing_of_tag(std::uint32_t tag) noexcept
{
    switch (tag) {
    case 0xefefefefu:
        return framing_kind::abridged;
    case 0xeeeeeeeeu:
        return framing_kind::intermediate;
    case 0xddddddddu:
        return framing_kind::padded_intermediate;
    default:
        return std::nullopt;
    }
}

/// A framing is a class made for one side of one connection, without any I/O:
///
/// - `start(out)` appends what the client sends before its first packet when it is not obfuscated;
/// - `encode(payload, out, options)` appends one framed packet, or fails and leaves `out` alone;
/// - `encode_quick_ack(token, out)` appends a server's quick acknowledgement;
/// - `decode(input, max_frame)` looks for one frame at the start of `input`. A length above `max_frame` fails
///   with errc::frame_too_large before its bytes are waited for. After a failure the stream is lost.
template <class T>
concept framing = std::movable<T> && requires(T t, const T& c, bytes_view bytes, std::vector<std::byte>& out,
                                              frame_options options) {
    { c.kind() } -> std::same_as<framing_kind>;
    { t.start(out) } -> std::same_as<void>;
    { t.encode(bytes, out, options) } -> std::same_as<result<>>;
    { t.encode_quick_ack(std::uint32_t{}, out) } -> std::same_as<result<>>;
    { t.decode(bytes, std::size_t{}) } -> std::same_as<result<decoded>>;
};

} // namespace mtproto::transport
