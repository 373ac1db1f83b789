// Base64 of RFC 4648, section 4: how bytes travel in JSON.
#pragma once

#include "mtproto/tl/types.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mtproto::tl {

/// The text of `data`, with padding and without line breaks. Not constant time: do not use it on keys that
/// others could time.
inline std::string base64_encode(bytes_view data)
{
    static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    text.reserve((data.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < data.size(); i += 3) {
        auto const left = data.size() - i;
        unsigned const a = std::to_integer<unsigned>(data[i]);
        unsigned const b = left > 1 ? std::to_integer<unsigned>(data[i + 1]) : 0;
        unsigned const c = left > 2 ? std::to_integer<unsigned>(data[i + 2]) : 0;
        text += digits[a >> 2];
        text += digits[(a & 3u) << 4 | b >> 4];
        text += left > 1 ? digits[(b & 15u) << 2 | c >> 6] : '=';
        text += left > 2 ? digits[c & 63u] : '=';
    }
    return text;
}

namespace detail {

/// The six bits of a digit, or -1.
constexpr int base64_digit(char c) noexcept
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63
                                    : -1;
}

} // namespace detail

/// The bytes of `text`, or nothing unless it is exactly what base64_encode would have written: whole groups
/// of four, padding where it belongs, no spare bits set, no white space.
inline std::optional<std::vector<std::byte>> base64_decode(std::string_view text)
{
    std::vector<std::byte> data;
    if (text.size() % 4 != 0)
        return std::nullopt;
    data.reserve(text.size() / 4 * 3);
    for (std::size_t i = 0; i < text.size(); i += 4) {
        bool const last = i + 4 == text.size();
        int const padding = !last ? 0 : text[i + 3] != '=' ? 0
                                    : text[i + 2] != '='   ? 1
                                                           : 2;
        unsigned bits = 0;
        for (int k = 0; k < 4; ++k) {
            int const digit = k >= 4 - padding ? 0 : detail::base64_digit(text[i + static_cast<unsigned>(k)]);
            if (digit < 0)
                return std::nullopt;
            bits = bits << 6 | static_cast<unsigned>(digit);
        }
        for (int k = 0; k < 3; ++k) {
            auto const byte = static_cast<std::byte>(bits >> (16 - 8 * k) & 255u);
            if (k < 3 - padding)
                data.push_back(byte);
            else if (byte != std::byte{})
                return std::nullopt;
        }
    }
    return data;
}

} // namespace mtproto::tl
