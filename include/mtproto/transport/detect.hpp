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
    plain,      ///< a framing by itself
    obfuscated, ///< 64 bytes that look random: obfuscation, which names the framing inside
    http,       ///< an HTTP request: the HTTP transport, or the start of a WebSocket
    tls,        ///< a TLS ClientHello: an MTProxy with an `ee` secret
};

/// What was found.
struct detection
{
    opening kind{};
    /// Bytes in front of the first frame; 0 if the first bytes belong to it, or to HTTP or TLS.
    std::size_t consumed = 0;
    /// Set if `kind` is plain.
    std::optional<framing_kind> framing{};
};

/// Size of the obfuscated header.
inline constexpr std::size_t obfuscated_header_size = 64;

/// Tells how a connection was opened from its first bytes; nothing if more are needed, at most 64.
///
/// Pure: call it again with the same bytes and more behind them. It never fails, since what is nothing else
/// is an obfuscated header, whose tag then decides. https://core.telegram.org/mtproto/mtproto-transports
[[nodiscard]] constexpr std::optional<detection> detect(bytes_view input) noexcept
{
    if (input.empty())
        return std::nullopt;
    if (input[0] == std::byte{0xef})
        return detection{opening::plain, 1, framing_kind::abridged};
    if (input.size() < 4)
        return std::nullopt;
    auto const first = detail::load_le32(input);
    if (first == *protocol_tag(framing_kind::intermediate))
        return detection{opening::plain, 4, framing_kind::intermediate};
    if (first == *protocol_tag(framing_kind::padded_intermediate))
        return detection{opening::plain, 4, framing_kind::padded_intermediate};
    // The first words that an obfuscated header avoids, https://core.telegram.org/mtproto/mtproto-transports
    for (std::string_view method : {"POST", "GET ", "HEAD", "OPTI"}) {
        bool same = true;
        for (std::size_t i = 0; i != 4; ++i)
            same = same && input[i] == static_cast<std::byte>(method[i]);
        if (same)
            return detection{opening::http, 0, {}};
    }
    if (input.size() < 8)
        return std::nullopt;
    // A full frame's sequence number starts at 0, the one second word that an obfuscated header avoids.
    if (detail::load_le32(input.subspan(4)) == 0)
        return detection{opening::plain, 0, framing_kind::full};
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
            return detection{opening::tls, 0, {}};
    }
    if (input.size() < obfuscated_header_size)
        return std::nullopt;
    return detection{opening::obfuscated, obfuscated_header_size, {}};
}

} // namespace mtproto::transport
