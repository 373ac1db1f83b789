// Memory for the nodes of an engine's containers: what one call gives back, the next takes.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <new>

namespace mtproto::session::detail {

/// Keeps small pieces of memory for their like. Not thread safe; must outlive what was allocated from it.
class node_pool
{
public:
    node_pool() = default;
    node_pool(const node_pool&) = delete;
    node_pool& operator=(const node_pool&) = delete;
    ~node_pool() { release(); }

    void* allocate(std::size_t size)
    {
        if (size > largest)
            return ::operator new(size);
        auto& list = free_[index(size)];
        if (!list)
            return ::operator new(rounded(size));
        auto* const found = list;
        list = found->next;
        kept_ -= rounded(size);
        return found;
    }
    void deallocate(void* memory, std::size_t size) noexcept
    {
        if (size > largest || kept_ + rounded(size) > most_kept)
            return ::operator delete(memory);
        auto& list = free_[index(size)];
        list = new (memory) node{list};
        kept_ += rounded(size);
    }
    /// Gives back what is not in use: for a quiet engine, of which there may be thousands.
    void release() noexcept
    {
        for (auto& list : free_)
            while (list) {
                auto* const next = list->next;
                ::operator delete(list);
                list = next;
            }
        kept_ = 0;
    }

private:
    struct node
    {
        node* next;
    };
    static constexpr std::size_t step = 16;
    static constexpr std::size_t largest = 384;
    /// About a hundred calls in flight; more than that at once is allocated as usual.
    static constexpr std::size_t most_kept = std::size_t(64) << 10;

    static constexpr std::size_t index(std::size_t size) noexcept
    {
        return size == 0 ? 0 : (size - 1) / step;
    }
    static constexpr std::size_t rounded(std::size_t size) noexcept { return (index(size) + 1) * step; }

    std::array<node*, largest / step> free_{};
    std::size_t kept_ = 0;
};

/// For the standard's containers; the pool must outlive them.
template <class T>
class pool_allocator
{
public:
    using value_type = T;

    explicit pool_allocator(node_pool& pool) noexcept : pool_(&pool) {}
    template <class U>
    pool_allocator(const pool_allocator<U>& other) noexcept : pool_(&other.pool())
    {
    }
    T* allocate(std::size_t count)
    {
        static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
        return static_cast<T*>(pool_->allocate(count * size));
    }
    void deallocate(T* memory, std::size_t count) noexcept { pool_->deallocate(memory, count * size); }
    node_pool& pool() const noexcept { return *pool_; }

    friend bool operator==(const pool_allocator& a, const pool_allocator& b) noexcept
    {
        return a.pool_ == b.pool_;
    }

private:
    // A container's table holds pointers, and their size is what is meant.
    static constexpr std::size_t size = sizeof(T); // NOLINT(bugprone-sizeof-expression)

    node_pool* pool_;
};

} // namespace mtproto::session::detail
