// Serialized TL, appended to a buffer that grows without being cleared first.
#pragma once

#include "mtproto/error.hpp"
#include "mtproto/tl/types.hpp"

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace mtproto::tl {

/// Stores an integer as little-endian bytes.
template <class T>
[[gnu::always_inline]] inline void store(std::byte* to, T value) noexcept
{
    std::memcpy(to, &value, sizeof value);
    if constexpr (std::endian::native == std::endian::big)
        for (std::size_t i = 0; i < sizeof value / 2; ++i)
            std::swap(to[i], to[sizeof value - 1 - i]);
}

/// The bytes that a string of `length` bytes takes on the wire.
constexpr std::size_t string_size(std::size_t length) noexcept
{
    return ((length < 254 ? 1 : 4) + length + 3) & ~std::size_t{3};
}

/// The longest `string` or `bytes` that TL can carry.
inline constexpr std::size_t max_string_length = 0xffffff;

/// Appends the primitives of TL to memory that grows as needed, or to a fixed span.
///
/// Remembers the first failure; what was written before it stays. Not thread-safe.
/// https://core.telegram.org/mtproto/serialize
class writer
{
public:
    writer() = default;
    /// Grows from `capacity` bytes.
    explicit writer(std::size_t capacity) { grow(capacity); }
    /// Writes into `target` and fails with errc::too_large where it is full; `target` must outlive the
    /// writer.
    explicit writer(std::span<std::byte> target) noexcept
        : begin_(target.data()), at_(target.data()), end_(target.data() + target.size()), memory_(memory::fixed)
    {
    }
    /// Begins in `scratch`, which must outlive the writer, and moves to memory of its own where that is full.
    static writer with_scratch(std::span<std::byte> scratch) noexcept
    {
        writer made(scratch);
        made.memory_ = memory::scratch;
        return made;
    }
    writer(const writer&) = delete;
    writer& operator=(const writer&) = delete;
    writer(writer&& other) noexcept { swap(other); }
    writer& operator=(writer&& other) noexcept
    {
        writer(std::move(other)).swap(*this);
        return *this;
    }
    ~writer()
    {
        if (memory_ == memory::own)
            std::free(begin_);
    }
    void swap(writer& other) noexcept
    {
        std::swap(begin_, other.begin_);
        std::swap(at_, other.at_);
        std::swap(end_, other.end_);
        std::swap(memory_, other.memory_);
        std::swap(failure_, other.failure_);
        std::swap(text_, other.text_);
    }

    bool ok() const noexcept { return failure_ == errc{}; }
    /// Records a failure; the first one wins. `text` must be a literal or otherwise outlive the writer.
    void fail(errc why, std::string_view text = {}) noexcept
    {
        if (ok()) {
            failure_ = why;
            text_ = text;
        }
    }
    mtproto::error error() const
    {
        return ok() ? mtproto::error() : mtproto::error(failure_, std::string(text_));
    }

    /// What was written so far; valid until the next write.
    bytes_view view() const noexcept { return {begin_, at_}; }
    std::size_t size() const noexcept { return static_cast<std::size_t>(at_ - begin_); }
    /// Forgets what was written and keeps the memory.
    void clear() noexcept
    {
        at_ = begin_;
        failure_ = {};
        text_ = {};
    }

    /// Room for `count` bytes, to be filled by the caller; nullptr if a fixed target is full.
    [[gnu::always_inline]] std::byte* take(std::size_t count)
    {
        if (static_cast<std::size_t>(end_ - at_) < count) [[unlikely]]
            if (!grow(count))
                return nullptr;
        return std::exchange(at_, at_ + count);
    }
    template <class T>
    [[gnu::always_inline]] void number(T value)
    {
        if (auto* to = take(sizeof value)) [[likely]]
            store(to, value);
    }
    [[gnu::always_inline]] void id(std::uint32_t value) { number(value); }
    void raw(bytes_view value)
    {
        if (value.empty())
            return;
        if (auto* to = take(value.size())) [[likely]]
            std::memcpy(to, value.data(), value.size());
    }
    /// `string` or `bytes`.
    // One function for all: inlined, it was most of the code of an encoder, and still called memcpy.
    [[gnu::noinline]] void string(bytes_view value)
    {
        auto const length = value.size();
        if (length > max_string_length) [[unlikely]]
            return fail(errc::too_large, "a string is longer than 16 MiB");
        auto const padded = string_size(length);
        auto* to = take(padded);
        if (!to) [[unlikely]]
            return;
        store(to + padded - 4, std::uint32_t{0});
        if (length < 254) {
            *to++ = static_cast<std::byte>(length);
        } else {
            store(to, static_cast<std::uint32_t>(length << 8 | 254));
            to += 4;
        }
        copy(to, value.data(), length);
    }

private:
    enum class memory : unsigned char
    {
        own,    // from malloc, grows
        fixed,  // the caller's
        scratch // the caller's, left when it is full
    };

    // Most strings are short, and a call of memcpy takes longer than they do.
    static void copy(std::byte* to, const std::byte* from, std::size_t length) noexcept
    {
        if (length > 32) {
            std::memcpy(to, from, length);
        } else if (length >= 16) {
            std::memcpy(to, from, 16);
            std::memcpy(to + length - 16, from + length - 16, 16);
        } else if (length >= 8) {
            std::memcpy(to, from, 8);
            std::memcpy(to + length - 8, from + length - 8, 8);
        } else if (length >= 4) {
            std::memcpy(to, from, 4);
            std::memcpy(to + length - 4, from + length - 4, 4);
        } else {
            for (std::size_t i = 0; i < length; ++i)
                to[i] = from[i];
        }
    }

    [[gnu::noinline, gnu::cold]] bool grow(std::size_t count)
    {
        if (memory_ == memory::fixed) {
            fail(errc::too_large, "the buffer is full");
            return false;
        }
        auto const used = size();
        auto const wanted = used + count;
        auto capacity = static_cast<std::size_t>(end_ - begin_);
        // In large steps first: each step copies what was written.
        capacity = capacity < 64 ? 256 : capacity < 16384 ? capacity * 4
                                                          : capacity * 2;
        if (capacity < wanted)
            capacity = wanted;
        bool const move_out = memory_ == memory::scratch;
        auto* grown = static_cast<std::byte*>(move_out ? std::malloc(capacity) : std::realloc(begin_, capacity));
        if (!grown)
            throw std::bad_alloc();
        if (move_out) {
            std::memcpy(grown, begin_, used);
            memory_ = memory::own;
        }
        begin_ = grown;
        at_ = grown + used;
        end_ = grown + capacity;
        return true;
    }

    std::byte* begin_ = nullptr;
    std::byte* at_ = nullptr;
    std::byte* end_ = nullptr;
    memory memory_ = memory::own;
    errc failure_{};
    std::string_view text_;
};

} // namespace mtproto::tl
