// Helpers of the transport tests.
#pragma once

#include "../../support/catch.hpp"

#include <mtproto/transport/frame.hpp>

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace transport_test {

using bytes = std::vector<std::byte>;

inline bytes make(std::initializer_list<int> values)
{
    bytes out;
    for (int v : values)
        out.push_back(static_cast<std::byte>(v));
    return out;
}

inline bytes text(std::string_view s)
{
    bytes out;
    for (char c : s)
        out.push_back(static_cast<std::byte>(c));
    return out;
}

/// `size` bytes that differ from their neighbours, and from those of another `seed`.
inline bytes pattern(std::size_t size, unsigned seed = 1)
{
    bytes out(size);
    std::uint32_t state = seed * 2654435761u + 12345u;
    for (auto& b : out) {
        state = state * 1664525u + 1013904223u;
        b = static_cast<std::byte>(state >> 24);
    }
    return out;
}

inline bytes copy(mtproto::transport::bytes_view view) { return {view.begin(), view.end()}; }

inline bytes operator+(bytes a, const bytes& b)
{
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

} // namespace transport_test
