// A constructor of another type.
// expect-gcc: requires constructor_of<T, V>
// expect-clang: because 'constructor_of<mtproto::api::raw::jsonObjectValue<mtproto::tl::owning>
#include <mtproto/api/types/core_j.hpp>
#include <mtproto/tl/variant.hpp>

namespace api = mtproto::api;

#ifdef WRONG
using asked = api::jsonObjectValue;
#else
using asked = api::jsonString;
#endif

const asked* f(const api::JSONValue& value) { return api::get_if<asked>(value); }
