// A cursor over serialized TL that never reads past its end.
#pragma once

#include "mtproto/error.hpp"
#include "mtproto/tl/types.hpp"

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

static_assert(std::endian::native == std::endian::little || std::endian::native == std::endian::big);

namespace mtproto::tl {

class arena_memory;

/// The integer of `sizeof(T)` little-endian bytes at `from`.
template <class T>
[[gnu::always_inline]] inline T load(const std::byte* from) noexcept
{
    T value;
    if constexpr (std::endian::native == std::endian::little) {
        std::memcpy(&value, from, sizeof value);
    } else {
        std::byte swapped[sizeof(T)];
        for (std::size_t i = 0; i < sizeof(T); ++i)
            swapped[i] = from[sizeof(T) - 1 - i];
        std::memcpy(&value, swapped, sizeof value);
    }
    return value;
}

/// Reads the primitives of TL one after another; remembers the first failure and fails from then on.
///
/// Every function returns false after a failure, and its result is then unspecified but safe.
/// The input must outlive the reader. https://core.telegram.org/mtproto/serialize
class reader
{
public:
    static constexpr int default_max_depth = 64;

    explicit reader(bytes_view input, int max_depth = default_max_depth) noexcept
        : begin_(input.data()), at_(input.data()), end_(input.data() + input.size()), depth_left_(max_depth)
    {
    }
    /// For values of the policy `arena`, which are made in `memory`.
    reader(bytes_view input, arena_memory& memory, int max_depth = default_max_depth) noexcept
        : reader(input, max_depth)
    {
        memory_ = &memory;
    }
    arena_memory& memory() const noexcept { return *memory_; }

    bool ok() const noexcept { return failure_ == errc{}; }
    std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }
    std::size_t offset() const noexcept { return static_cast<std::size_t>(at_ - begin_); }
    /// What is not read yet.
    bytes_view rest() const noexcept { return {at_, end_}; }

    /// Records a failure at the current place; the first one wins.
    [[gnu::noinline, gnu::cold]] bool fail(errc why, std::uint32_t id = 0) noexcept
    {
        if (ok()) {
            failure_ = why;
            failed_id_ = id;
            failed_at_ = offset();
        }
        end_ = at_;
        return false;
    }
    /// The first failure, with its place: "unknown constructor 0x12345678 at byte 40".
    mtproto::error error() const
    {
        if (ok())
            return {};
        std::string text;
        if (failed_id_ != 0) {
            static constexpr char digits[] = "0123456789abcdef";
            text = "0x";
            for (int shift = 28; shift >= 0; shift -= 4)
                text += digits[failed_id_ >> shift & 15u];
            text += ' ';
        }
        return {failure_, text + "at byte " + std::to_string(failed_at_)};
    }

    template <class T>
    [[gnu::always_inline]] bool number(T& value) noexcept
    {
        if (left() < sizeof(T)) [[unlikely]]
            return fail(errc::truncated);
        value = load<T>(at_);
        at_ += sizeof(T);
        return true;
    }
    /// The next 32 bits, or 0 after a failure.
    std::uint32_t id() noexcept
    {
        std::uint32_t value = 0;
        number(value);
        return value;
    }
    /// The next 32 bits without moving, or 0 if there are none.
    std::uint32_t peek_id() const noexcept { return left() < 4 ? 0 : load<std::uint32_t>(at_); }

    /// Moves on behind an id that peek_id() found.
    void skip_id() noexcept { at_ += 4; }

    /// `count` raw bytes.
    bool raw(std::size_t count, bytes_view& value) noexcept
    {
        if (left() < count) [[unlikely]]
            return fail(errc::truncated);
        value = {at_, count};
        at_ += count;
        return true;
    }
    template <std::size_t N>
    bool raw(std::array<std::byte, N>& value) noexcept
    {
        if (left() < N) [[unlikely]]
            return fail(errc::truncated);
        std::memcpy(value.data(), at_, N);
        at_ += N;
        return true;
    }

    /// `string` or `bytes`: the view points into the input.
    bool string(bytes_view& value) noexcept
    {
        if (left() < 4) [[unlikely]]
            return fail(errc::truncated);
        std::size_t length = std::to_integer<std::size_t>(*at_);
        std::size_t header = 1;
        if (length == 254) {
            length = load<std::uint32_t>(at_) >> 8;
            header = 4;
        } else if (length == 255) [[unlikely]] {
            return fail(errc::bad_padding);
        }
        auto const padded = (header + length + 3) & ~std::size_t{3};
        if (left() < padded) [[unlikely]]
            return fail(errc::truncated);
        value = {at_ + header, length};
        at_ += padded;
        return true;
    }

    /// The start of a vector: its id, unless it is bare, and its count, checked against the bytes that are left.
    [[gnu::noinline]] bool vector(std::uint32_t& value, std::size_t smallest_element, bool bare) noexcept
    {
        if (!bare) {
            if (left() < 4 || load<std::uint32_t>(at_) != vector_id) [[unlikely]]
                return expect(vector_id);
            at_ += 4;
        }
        return count(value, smallest_element);
    }
    /// A vector's count, checked against the bytes that are left.
    bool count(std::uint32_t& value, std::size_t smallest_element) noexcept
    {
        if (!number(value)) [[unlikely]]
            return false;
        if (value > left() / smallest_element) [[unlikely]]
            return fail(errc::bad_count);
        return true;
    }

    [[gnu::noinline]] bool expect(std::uint32_t wanted) noexcept
    {
        std::uint32_t found{};
        if (!number(found)) [[unlikely]]
            return false;
        if (found != wanted) [[unlikely]] {
            at_ -= 4;
            return fail(errc::unknown_constructor, found);
        }
        return true;
    }

    /// One level deeper into nested values; every enter that returned true needs its leave.
    bool enter() noexcept
    {
        if (depth_left_ == 0) [[unlikely]]
            return fail(errc::too_deep);
        --depth_left_;
        return true;
    }
    void leave() noexcept { ++depth_left_; }

private:
    const std::byte* begin_;
    const std::byte* at_;
    const std::byte* end_;
    arena_memory* memory_ = nullptr;
    int depth_left_;
    errc failure_{};
    std::uint32_t failed_id_ = 0;
    std::size_t failed_at_ = 0;
};

} // namespace mtproto::tl
