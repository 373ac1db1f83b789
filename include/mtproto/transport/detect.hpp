// What a server learns from the first bytes of a connection: detect.
#pragma once

#include <mtproto/error.hpp>
#include <mtproto/transport/detail/endian.hpp>
#include <mtproto/transport/framing.hpp>

#include <optional>
#include <string_view>

namespace mtproto::transport {

/// How a client opened its connection.
enum class opening
{
    abridged,
    intermediate,
    padded_intermediate,
    full,
    obfuscated, ///< 64 bytes that look random: obfuscation, which names the framing inside
    http,       ///< an HTTP request: the HTTP transport, or the start of a WebSocket
    tls,        ///< a TLS ClientHello: an MTProxy with an `ee` secret
};

/// The framing that an opening names by itself.
constexpr std::optional<framing_kind> framing_of(opening kind) noexcept
{
    switch (kind) {
    case opening::abridged: return framing_kind::abridged;
    case opening::intermediate: return framing_kind::intermediate;
    case opening::padded_intermediate: return framing_kind::padded_intermediate;
    case opening::full: return framing_kind::full;
    default: return std::nullopt;
    }
}

/// What was found, and how many bytes it takes up in front of the first frame (0: they belong to the protocol).
struct detection
{
    opening kind{};
    std::size_t consumed = 0;
};

/// Size of the obfuscated header.
inline constexpr std::size_t obfuscated_header_size = 64;

/// Tells how a connection was opened from its first bytes; nothing if more are needed, at most 64.
///
/// Pure: call it again with the same bytes and more behind them. It never fails, since what is nothing else is an
/// obfuscated header, whose tag then decides.
/// https://core.telegram.org/mtproto/mtproto-transports
[[nodiscard]] constexpr std::optional<detection> detect(bytes_view input) noexcept
{
    if (input.empty())
        return std::nullopt;
    if (input[0] == std::byte{0xef})
        return detection{.kind = opening::abridged, .consumed = 1};
    if (input.size() < 4)
        return std::nullopt;
    auto const first = detail::load_le32(input);
    if (first == *protocol_tag(framing_kind::intermediate))
        return detection{.kind = opening::intermediate, .consumed = 4};
    if (first == *protocol_tag(framing_kind::padded_intermediate))
        return detection{.kind = opening::padded_intermediate, .consumed = 4};
    // The first words that an obfuscated header avoids, https://core.telegram.org/mtproto/mtproto-transports
    for (std::string_view method : {"POST", "GET ", "HEAD", "OPTI"}) {
        bool same = true;
        for (std::size_t i = 0; i != 4; ++i)
            same = same && input[i] == static_cast<std::byte>(method[i]);
        if (same)
            return detection{.kind = opening::http, .consumed = 0};
    }
    if (input.size() < 8)
        return std::nullopt;
    // A full frame's sequence number starts at 0, the one second word that an obfuscated header avoids.
    if (detail::load_le32(input.subspan(4)) == 0)
        return detection{.kind = opening::full, .consumed = 0};
    // A TLS record (handshake, version 3.1) whose content is one ClientHello of version 3.3.
    // Newer hellos are longer than the 512 bytes that headers avoid, so the inner length decides.
    bool const record = input[0] == std::byte{0x16} && input[1] == std::byte{3} && input[2] == std::byte{1};
    if (record && input[5] == std::byte{1} && input[6] == std::byte{0}) {
        if (input.size() < 11)
            return std::nullopt;
        auto const big16 = [&](std::size_t at) {
            return std::to_integer<unsigned>(input[at]) << 8 | std::to_integer<unsigned>(input[at + 1]);
        };
        if (big16(3) == big16(7) + 4 && big16(9) == 0x0303)
            return detection{.kind = opening::tls, .consumed = 0};
    }
    if (input.size() < obfuscated_header_size)
        return std::nullopt;
    return detection{.kind = opening::obfuscated, .consumed = obfuscated_header_size};
}

} // namespace mtproto::transport
