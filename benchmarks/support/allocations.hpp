// Counts what a program takes from the heap: link allocations.cpp, which replaces operator new.
#pragma once

#include <cstddef>

namespace benchmarks {

struct heap_count
{
    std::size_t allocations = 0; ///< since the program began
    std::size_t bytes_in_use = 0;
};

/// Of all threads together.
heap_count heap() noexcept;
/// Bytes in use that this thread took; what it gave back for others counts too.
std::ptrdiff_t heap_of_this_thread() noexcept;

} // namespace benchmarks
