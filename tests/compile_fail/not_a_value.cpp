// expect-gcc: requires value<T>
// expect-clang: 'float' does not satisfy 'value'
#include <mtproto/tl/encode.hpp>

#include <cstdint>

#ifdef WRONG
auto f() { return mtproto::tl::encode(42.0f); }
#else
auto f() { return mtproto::tl::encode(std::int32_t{42}); }
#endif
