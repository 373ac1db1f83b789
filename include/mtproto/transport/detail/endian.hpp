// Little- and big-endian words in byte spans, for the headers of this layer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mtproto::transport::detail {

/// The little-endian word at the start of `in`, which must hold at least 4 bytes.
constexpr std::uint32_t load_le32(std::span<const std::byte> in) noexcept
{
    return std::to_integer<std::uint32_t>(in[0]) | std::to_integer<std::uint32_t>(in[1]) << 8 |
           std::to_integer<std::uint32_t>(in[2]) << 16 | std::to_integer<std::uint32_t>(in[3]) << 24;
}

/// The big-endian word at the start of `in`, which must hold at least 4 bytes.
constexpr std::uint32_t load_be32(std::span<const std::byte> in) noexcept
{
    return std::to_integer<std::uint32_t>(in[3]) | std::to_integer<std::uint32_t>(in[2]) << 8 |
           std::to_integer<std::uint32_t>(in[1]) << 16 | std::to_integer<std::uint32_t>(in[0]) << 24;
}

constexpr void store_le32(std::span<std::byte> out, std::uint32_t value) noexcept
{
    for (std::size_t i = 0; i != 4; ++i)
        out[i] = static_cast<std::byte>(value >> (8 * i));
}

inline void append(std::vector<std::byte>& out, std::span<const std::byte> bytes)
{
    out.insert(out.end(), bytes.begin(), bytes.end());
}

inline void append_le32(std::vector<std::byte>& out, std::uint32_t value)
{
    for (std::size_t i = 0; i != 4; ++i)
        out.push_back(static_cast<std::byte>(value >> (8 * i)));
}

inline void append_be32(std::vector<std::byte>& out, std::uint32_t value)
{
    for (std::size_t i = 4; i-- != 0;)
        out.push_back(static_cast<std::byte>(value >> (8 * i)));
}

} // namespace mtproto::transport::detail
