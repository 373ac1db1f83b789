// How often and how much this program allocates.
#pragma once

#include <cstddef>

namespace codec_benchmark {

/// Calls of operator new, malloc and realloc by this program's own objects (heap.cpp and the linker's --wrap count).
struct heap_use
{
    std::size_t allocations = 0;
    std::size_t bytes = 0;

    static heap_use now() noexcept;
    friend heap_use operator-(heap_use a, heap_use b) noexcept { return {a.allocations - b.allocations, a.bytes - b.bytes}; }
};

} // namespace codec_benchmark
