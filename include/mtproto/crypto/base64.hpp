// Base64 with the standard alphabet, as the session file stores keys.
#pragma once

#include <mtproto/crypto/bytes.hpp>

#include <algorithm>

namespace mtproto::crypto {

/// RFC 4648, section 4: with padding, without line breaks.
inline std::string base64_encode(bytes_view data)
{
    static constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    text.reserve((data.size() + 2) / 3 * 4);
    for (; !data.empty(); data = data.subspan(std::min<std::size_t>(3, data.size()))) {
        auto const at = [&](std::size_t i) {
            return i < data.size() ? std::to_integer<unsigned>(data[i]) : 0u;
        };
        auto const group = at(0) << 16 | at(1) << 8 | at(2);
        text += alphabet[group >> 18];
        text += alphabet[group >> 12 & 63u];
        text += data.size() > 1 ? alphabet[group >> 6 & 63u] : '=';
        text += data.size() > 2 ? alphabet[group & 63u] : '=';
    }
    return text;
}

/// Strict: errc::bad_argument for another alphabet, missing or misplaced padding, spaces, or bits that no
/// encoder would leave set, so that one value has one spelling.
inline result<bytes> base64_decode(std::string_view text)
{
    auto const bad = [](const char* why) { return error(errc::bad_argument, why); };
    auto const digit = [](char c) -> int {
        if (c >= 'A' && c <= 'Z')
            return c - 'A';
        if (c >= 'a' && c <= 'z')
            return c - 'a' + 26;
        if (c >= '0' && c <= '9')
            return c - '0' + 52;
        return c == '+' ? 62 : c == '/' ? 63
                                        : -1;
    };
    if (text.size() % 4 != 0)
        return bad("base64 text is not a multiple of four characters");
    bytes data;
    data.reserve(text.size() / 4 * 3);
    for (; !text.empty(); text.remove_prefix(4)) {
        bool const last = text.size() == 4;
        int const padding = last && text[3] == '=' ? (text[2] == '=' ? 2 : 1) : 0;
        unsigned group = 0;
        for (int i = 0; i < 4; ++i) {
            int const value = i >= 4 - padding ? 0 : digit(text[static_cast<std::size_t>(i)]);
            if (value < 0)
                return bad("base64 text holds a character outside its alphabet");
            group = group << 6 | static_cast<unsigned>(value);
        }
        if ((padding == 1 && (group & 0xffu) != 0) || (padding == 2 && (group & 0xffffu) != 0))
            return bad("base64 text has stray bits before its padding");
        for (int i = 0; i < 3 - padding; ++i)
            data.push_back(static_cast<std::byte>(group >> (16 - 8 * i) & 255u));
    }
    return data;
}

} // namespace mtproto::crypto
