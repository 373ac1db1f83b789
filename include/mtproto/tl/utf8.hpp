// Whether bytes are text: TL strings may hold anything, JSON and protobuf strings may not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace mtproto::tl {

/// Whether `text` is well-formed UTF-8: shortest forms only, no surrogates, nothing above U+10FFFF.
constexpr bool is_utf8(std::string_view text) noexcept
{
    auto const at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    std::size_t i = 0;
    while (i < text.size()) {
        unsigned const lead = at(i);
        if (lead < 0x80) {
            ++i;
            // Most text is ASCII: eight at a time.
            if (!std::is_constant_evaluated())
                for (std::uint64_t eight{}; text.size() - i >= sizeof eight; i += sizeof eight) {
                    std::memcpy(&eight, text.data() + i, sizeof eight);
                    if ((eight & 0x8080808080808080u) != 0)
                        break;
                }
            continue;
        }
        std::size_t const length = lead >= 0xc2 && lead <= 0xdf   ? 2
                                   : lead >= 0xe0 && lead <= 0xef ? 3
                                   : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                                  : 0;
        if (length == 0 || text.size() - i < length)
            return false;
        for (std::size_t k = 1; k < length; ++k)
            if (at(i + k) >> 6 != 2)
                return false;
        unsigned const second = at(i + 1);
        if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
            (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f))
            return false;
        i += length;
    }
    return true;
}

/// `text` with U+FFFD in place of every byte that belongs to no character.
inline std::string utf8_or_replaced(std::string_view text)
{
    std::string made;
    made.reserve(text.size() + 16);
    for (std::size_t i = 0; i < text.size();) {
        std::size_t length = 1;
        while (length <= 4 && i + length <= text.size() && !is_utf8(text.substr(i, length)))
            ++length;
        if (length <= 4 && i + length <= text.size()) {
            made += text.substr(i, length);
            i += length;
        } else {
            made += "\xef\xbf\xbd";
            ++i;
        }
    }
    return made;
}

} // namespace mtproto::tl
