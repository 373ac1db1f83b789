// expect-gcc: has no non-static data member named 'vallue'
// expect-clang: field designator 'vallue' does not refer to any field in type
#include <mtproto/api/types/core_j.hpp>

#ifdef WRONG
auto f() { return mtproto::api::jsonString{.vallue = "text"}; }
#else
auto f() { return mtproto::api::jsonString{.value = "text"}; }
#endif
