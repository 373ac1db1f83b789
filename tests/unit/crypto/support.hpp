// Short spellings for the tests of this layer.
#pragma once

#include <mtproto/crypto/bytes.hpp>
#include <mtproto/crypto/random.hpp>

#include "catch.hpp"

#include <algorithm>
#include <array>

namespace mtproto::crypto {

inline bytes hex(std::string_view text) { return from_hex(text).value(); }

template <std::size_t N>
std::array<std::byte, N> hex_array(std::string_view text)
{
    auto const data = hex(text);
    REQUIRE(data.size() == N);
    std::array<std::byte, N> out{};
    std::copy_n(data.begin(), N, out.begin());
    return out;
}

/// Whatever the generator of a published vector was seeded with: zeros.
class zero_random final : public random_source
{
public:
    void fill(mutable_bytes out) override { std::fill(out.begin(), out.end(), std::byte{}); }
};

inline bytes random_vector(random_source& random, std::size_t size)
{
    bytes out(size);
    random.fill(out);
    return out;
}

/// 0, 1, ..., 255
inline std::array<std::byte, 256> counting_key()
{
    std::array<std::byte, 256> out{};
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<std::byte>(i);
    return out;
}

} // namespace mtproto::crypto
