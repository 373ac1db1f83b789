// Byte sequences: the types every layer passes around, hexadecimal, constant-time comparison, wiping.
#pragma once

#include <mtproto/error.hpp>

#include <openssl/crypto.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mtproto::crypto {

using bytes = std::vector<std::byte>;
using bytes_view = std::span<const std::byte>;
using mutable_bytes = std::span<std::byte>;

/// The bytes of a text, without copying; valid as long as the text is.
inline bytes_view as_bytes(std::string_view text) noexcept
{
    return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

/// Lower-case hexadecimal.
inline std::string to_hex(bytes_view data)
{
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(data.size() * 2);
    for (auto const b : data) {
        text += digits[std::to_integer<unsigned>(b) >> 4];
        text += digits[std::to_integer<unsigned>(b) & 15u];
    }
    return text;
}

/// The bytes of a hexadecimal text of either case. Spaces and line breaks between digits are skipped.
/// Fails with errc::bad_argument on any other character and on an odd number of digits.
inline result<bytes> from_hex(std::string_view text)
{
    bytes data;
    data.reserve(text.size() / 2);
    unsigned value = 0;
    bool half = false;
    for (char const c : text) {
        unsigned digit = 0;
        if (c >= '0' && c <= '9')
            digit = static_cast<unsigned>(c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = static_cast<unsigned>(c - 'a') + 10;
        else if (c >= 'A' && c <= 'F')
            digit = static_cast<unsigned>(c - 'A') + 10;
        else if (c == ' ' || c == '\n' || c == '\r' || c == '\t')
            continue;
        else
            return error(errc::bad_argument, "hexadecimal text holds a character that is no digit");
        value = value << 4 | digit;
        if (half)
            data.push_back(static_cast<std::byte>(value & 255u));
        half = !half;
    }
    if (half)
        return error(errc::bad_argument, "hexadecimal text has an odd number of digits");
    return data;
}

/// True if both are equal. The time depends on the sizes alone, never on the contents.
[[nodiscard]] inline bool equal_constant_time(bytes_view a, bytes_view b) noexcept
{
    return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

/// Overwrites with zeros; the compiler cannot drop it.
inline void wipe(mutable_bytes data) noexcept
{
    if (!data.empty())
        OPENSSL_cleanse(data.data(), data.size());
}

/// Wipes what it was given when it goes out of scope. The memory must outlive it.
class [[nodiscard]] wipe_on_exit
{
public:
    explicit wipe_on_exit(mutable_bytes data) noexcept : data_(data) {}
    wipe_on_exit(const wipe_on_exit&) = delete;
    wipe_on_exit& operator=(const wipe_on_exit&) = delete;
    ~wipe_on_exit() { wipe(data_); }

private:
    mutable_bytes data_;
};

/// A natural number in big endian without leading zeros, as pq, p and q travel; one zero byte for 0.
/// https://core.telegram.org/mtproto/auth_key
inline bytes to_big_endian(std::uint64_t value)
{
    bytes data;
    for (int shift = 56; shift >= 0; shift -= 8)
        if (auto const b = static_cast<std::byte>(value >> shift & 255u);
            !data.empty() || b != std::byte{} || shift == 0)
            data.push_back(b);
    return data;
}

/// The first eight bytes as a little endian number, the way TL reads a long. `data` must have them.
inline std::uint64_t load_le64(bytes_view data) noexcept
{
    std::uint64_t value = 0;
    for (std::size_t i = 8; i-- > 0;)
        value = value << 8 | std::to_integer<std::uint64_t>(data[i]);
    return value;
}

/// A number as eight little endian bytes, the way TL writes a long.
inline std::array<std::byte, 8> store_le64(std::uint64_t value) noexcept
{
    std::array<std::byte, 8> data;
    for (auto& b : data) {
        b = static_cast<std::byte>(value & 255u);
        value >>= 8;
    }
    return data;
}

} // namespace mtproto::crypto
