#include "allocations.hpp"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> allocations{0}, in_use{0};
thread_local std::ptrdiff_t own_bytes = 0;

std::ptrdiff_t size_of(void* memory) noexcept
{
    return static_cast<std::ptrdiff_t>(malloc_usable_size(memory));
}

void* take(std::size_t size)
{
    void* const memory = std::malloc(size == 0 ? 1 : size);
    if (!memory)
        throw std::bad_alloc();
    allocations.fetch_add(1, std::memory_order_relaxed);
    in_use.fetch_add(malloc_usable_size(memory), std::memory_order_relaxed);
    own_bytes += size_of(memory);
    return memory;
}
void give(void* memory) noexcept
{
    if (memory) {
        in_use.fetch_sub(malloc_usable_size(memory), std::memory_order_relaxed);
        own_bytes -= size_of(memory);
    }
    std::free(memory);
}

} // namespace

benchmarks::heap_count benchmarks::heap() noexcept
{
    return {allocations.load(std::memory_order_relaxed), in_use.load(std::memory_order_relaxed)};
}

std::ptrdiff_t benchmarks::heap_of_this_thread() noexcept { return own_bytes; }

void* operator new(std::size_t size) { return take(size); }
void* operator new[](std::size_t size) { return take(size); }
void operator delete(void* memory) noexcept { give(memory); }
void operator delete[](void* memory) noexcept { give(memory); }
void operator delete(void* memory, std::size_t) noexcept { give(memory); }
void operator delete[](void* memory, std::size_t) noexcept { give(memory); }
