// CRC32 as TL uses it for constructor ids, at compile time and at run time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mtproto::tl {

namespace detail {

constexpr std::array<std::uint32_t, 256> make_crc32_table() noexcept
{
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i != 256; ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit != 8; ++bit)
            value = (value & 1) != 0 ? 0xedb88320u ^ (value >> 1) : value >> 1;
        table[i] = value;
    }
    return table;
}

inline constexpr auto crc32_table = make_crc32_table();

} // namespace detail

/// The CRC32 (IEEE 802.3) of `text`. A constructor's id is that of its declaration without the id, in the
/// form that schema::canonical_line gives. https://core.telegram.org/mtproto/TL#formal-description-of-tl
///
/// `seed` continues an earlier sum: crc32(b, crc32(a)) == crc32(a + b).
constexpr std::uint32_t crc32(std::string_view text, std::uint32_t seed = 0) noexcept
{
    std::uint32_t value = ~seed;
    for (char const c : text)
        value = detail::crc32_table[(value ^ static_cast<unsigned char>(c)) & 0xff] ^ (value >> 8);
    return ~value;
}

} // namespace mtproto::tl
