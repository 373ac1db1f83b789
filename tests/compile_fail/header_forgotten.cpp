// What is only declared: its header is missing.
// expect-gcc: the satisfaction of 'value<T>'
// expect-clang: does not satisfy 'value'
#ifndef WRONG
#include <mtproto/api/types/core_j.hpp>
#endif
#include <mtproto/api/fwd.hpp>
#include <mtproto/tl/decode.hpp>

auto f(mtproto::tl::bytes_view bytes) { return mtproto::tl::decode<mtproto::api::jsonString>(bytes); }
