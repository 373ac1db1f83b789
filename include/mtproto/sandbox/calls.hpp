// What the network side asks of the API side. Defined in src_calls.hpp, which needs the API's types and its time to compile.
#pragma once

#include "mtproto/sandbox/call.hpp"
#include "mtproto/tl/schema/model.hpp"
#include "mtproto/tl/types.hpp"

namespace mtproto::sandbox {

/// A call without its wrappers. https://core.telegram.org/api/invoking
struct unwrapped
{
    tl::bytes_view query{};
    bytes storage{}; ///< what `query` points into if it was compressed
    std::optional<std::int32_t> layer{};
    std::optional<std::int32_t> api_id{};
    std::string device{};
    bool wants_updates = true;
};

/// Takes the wrappers off. Fails where one of them is malformed, or where compression is nested.
result<unwrapped> unwrap(tl::bytes_view body);

/// Answers a call in the native layer. `native` is the native layer's schema.
answer answer_call(call& c, tl::bytes_view query, const tl::schema::schema& native);

/// An event as a boxed Updates of the native layer, for the user who is told.
bytes show_notice(world& in, const notice& what, std::int32_t now);

/// A boxed Updates that says nothing but "ask for the difference".
bytes show_too_long();

} // namespace mtproto::sandbox
