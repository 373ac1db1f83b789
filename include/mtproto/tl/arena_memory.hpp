// Memory that is handed out piece by piece and taken back all at once.
#pragma once

#include "mtproto/tl/types.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace mtproto::tl {

/// Where values of the policy `tl::arena` live. Moves a pointer forward, and calls no destructors.
///
/// Everything decoded into it lives until `release()` or until the arena's end. Blocks grow by doubling;
/// `release()` keeps the largest, so an arena that is used again for messages of the same size does not
/// allocate. Not thread-safe.
class arena_memory
{
public:
    /// The first block, of `first_block` bytes, is allocated when it is needed.
    explicit arena_memory(std::size_t first_block = 4096) noexcept
        : next_block_(std::max<std::size_t>(first_block, 64))
    {
    }
    arena_memory(arena_memory&& other) noexcept { swap(other); }
    arena_memory& operator=(arena_memory&& other) noexcept
    {
        arena_memory(std::move(other)).swap(*this);
        return *this;
    }
    void swap(arena_memory& other) noexcept
    {
        std::swap(at_, other.at_);
        std::swap(end_, other.end_);
        std::swap(next_block_, other.next_block_);
        blocks_.swap(other.blocks_);
    }

    /// `size` bytes, aligned for any value of TL.
    [[nodiscard]] [[gnu::always_inline]] inline std::byte* allocate(std::size_t size)
    {
        auto const rounded = (size + alignment - 1) & ~(alignment - 1);
        if (static_cast<std::size_t>(end_ - at_) < rounded || rounded < size) [[unlikely]]
            add_block(size);
        return std::exchange(at_, at_ + rounded);
    }
    /// Room for `count` values of T, which the caller constructs; `count * sizeof(T)` must not overflow.
    template <class T>
    [[nodiscard]] T* room(std::size_t count = 1)
    {
        static_assert(alignof(T) <= alignment);
        return reinterpret_cast<T*>(allocate(count * sizeof(T)));
    }
    /// A copy of `input` that lives as long as what is decoded from it.
    [[nodiscard]] bytes_view copy(bytes_view input)
    {
        if (input.empty())
            return {};
        auto* const to = allocate(input.size());
        std::memcpy(to, input.data(), input.size());
        return {to, input.size()};
    }

    /// Ends the life of everything in the arena and keeps its largest block.
    void release() noexcept
    {
        if (blocks_.empty())
            return;
        if (blocks_.size() > 1) {
            std::swap(blocks_.front(), blocks_.back()); // the last one is the largest
            blocks_.resize(1);
        }
        at_ = blocks_.front().bytes.get();
        end_ = at_ + blocks_.front().size;
    }
    /// The bytes that the arena holds, in use or not.
    std::size_t capacity() const noexcept
    {
        std::size_t sum = 0;
        for (auto const& one : blocks_)
            sum += one.size;
        return sum;
    }

private:
    static constexpr std::size_t alignment = 8;

    struct block
    {
        std::unique_ptr<std::byte[]> bytes;
        std::size_t size = 0;
    };

    [[gnu::noinline, gnu::cold]] void add_block(std::size_t size)
    {
        auto const wanted = size + alignment;
        if (wanted < size)
            throw std::bad_array_new_length();
        auto const room = (std::max)(wanted, next_block_);
        blocks_.emplace_back(); // first, so that a failure leaves the arena as it was
        try {
            blocks_.back() = {std::unique_ptr<std::byte[]>(new std::byte[room]), room};
        } catch (...) {
            blocks_.pop_back();
            throw;
        }
        at_ = blocks_.back().bytes.get();
        end_ = at_ + room;
        next_block_ = room * 2;
    }

    std::byte* at_ = nullptr;
    std::byte* end_ = nullptr;
    std::size_t next_block_ = 4096;
    std::vector<block> blocks_;
};

} // namespace mtproto::tl
