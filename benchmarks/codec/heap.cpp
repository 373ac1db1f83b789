#include "heap.hpp"

#include <cstdlib>
#include <new>

namespace {

codec_benchmark::heap_use total; // one thread measures

void counted(std::size_t size)
{
    ++total.allocations;
    total.bytes += size;
}

} // namespace

extern "C" {
void* __real_malloc(std::size_t size);
void* __real_realloc(void* old, std::size_t size);
void* __wrap_malloc(std::size_t size);
void* __wrap_realloc(void* old, std::size_t size);

void* __wrap_malloc(std::size_t size)
{
    counted(size);
    return __real_malloc(size);
}
void* __wrap_realloc(void* old, std::size_t size)
{
    counted(size);
    return __real_realloc(old, size);
}
}

void* operator new(std::size_t size)
{
    counted(size);
    if (void* const made = __real_malloc(size != 0 ? size : 1))
        return made;
    throw std::bad_alloc();
}
void operator delete(void* old) noexcept { std::free(old); }
void operator delete(void* old, std::size_t) noexcept { std::free(old); }

namespace codec_benchmark {

heap_use heap_use::now() noexcept { return total; }

} // namespace codec_benchmark
