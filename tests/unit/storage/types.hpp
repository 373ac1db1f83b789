// Types of every shape (recursive through boxes and vectors, large and small, bytes) under every storage policy; each policy is
// compiled in a file of its own.
#pragma once

#include "mtproto/api/types/core_i.hpp"
#include "mtproto/api/types/core_j.hpp"
#include "mtproto/api/types/core_p.hpp"
#include "mtproto/api/types/core_r.hpp"
#include "mtproto/api/types/upload.hpp"

#include "mtproto/error.hpp"
#include "mtproto/tl/types.hpp"
#include "mtproto/tl/with_storage.hpp"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace storage_test {

namespace api = mtproto::api;
namespace tl = mtproto::tl;

using serialized = std::vector<std::byte>;

inline constexpr const char* type_names[] = {"PageBlock", "InputPeer", "upload.File",
                                             "JSONValue", "Vector<RichText>", "Vector<InputPeer>"};
inline constexpr int type_count = 6;

/// Calls `f(std::type_identity<T>())` with the type of that place in the list, under the policy S.
template <class S, class F>
auto with_type(int which, F&& f)
{
    auto const as = [&]<class T>(std::type_identity<T>) { return f(std::type_identity<tl::with_storage<T, S>>()); };
    switch (which) {
    case 0: return as(std::type_identity<api::PageBlock>());
    case 1: return as(std::type_identity<api::InputPeer>());
    case 2: return as(std::type_identity<api::upload::File>());
    case 3: return as(std::type_identity<api::JSONValue>());
    case 4: return as(std::type_identity<std::vector<api::RichText>>());
    default: return as(std::type_identity<std::vector<api::InputPeer>>());
    }
}

/// A random value of the owning type, serialized.
serialized random_bytes(int which, std::uint64_t seed);

// What `input` becomes when it is decoded and encoded again under a policy.
mtproto::result<serialized> again_as_views(int which, tl::bytes_view input);
mtproto::result<serialized> again_in_arena(int which, tl::bytes_view input);
/// With strings that point into `input`.
mtproto::result<serialized> again_in_borrowing_arena(int which, tl::bytes_view input);

} // namespace storage_test
