// A fixed number of secret bytes: wiped when they go, compared in constant time, never printed.
#pragma once

#include <mtproto/crypto/bytes.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iosfwd>
#include <span>

namespace mtproto::crypto {

/// `N` secret bytes. Copyable, since a key may be needed in two places; every copy wipes itself.
/// There is no conversion to bytes and no output operator: who wants to look writes `.view()`.
template <std::size_t N>
class secret
{
public:
    static constexpr std::size_t extent = N;

    /// All zeros.
    secret() noexcept = default;
    explicit secret(std::span<const std::byte, N> data) noexcept
    {
        std::copy_n(data.data(), N, bytes_.data());
    }
    secret(const secret&) noexcept = default;
    secret& operator=(const secret&) noexcept = default;
    ~secret() { wipe(bytes_); }

    std::span<const std::byte, N> view() const noexcept { return bytes_; }
    /// For filling it in place.
    std::span<std::byte, N> mutable_view() noexcept { return bytes_; }

    friend bool operator==(const secret& a, const secret& b) noexcept
    {
        return equal_constant_time(a.bytes_, b.bytes_);
    }
    friend std::ostream& operator<<(std::ostream&, const secret&) = delete;

private:
    std::array<std::byte, N> bytes_{};
};

} // namespace mtproto::crypto
