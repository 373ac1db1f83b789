// The API side of the sandbox, compiled: include in exactly one translation unit of a program (or use src.hpp).
#pragma once

#include "mtproto/sandbox/calls.hpp"
#include "mtproto/sandbox/router.hpp"
#include "mtproto/sandbox/wrappers.hpp"

namespace mtproto::sandbox {

result<unwrapped> unwrap(tl::bytes_view body) { return detail::unwrap(body); }

answer answer_call(call& c, tl::bytes_view query, const tl::schema::schema& native)
{
    return detail::answer_call(c, query, native);
}

bytes show_notice(world& in, const notice& what, std::int32_t now)
{
    presenter shown(in, what.to, now);
    auto update = shown.update(what.what, what.of_channel);
    // What has no place in the log travels short, unless it names somebody whom the client may not know.
    if (what.what.what == event::kind::typing || what.what.what == event::kind::status)
        return to_bytes(raw::updateShort<lean>{.update = std::move(update), .date = now});
    return to_bytes(shown.container(std::move(update)));
}

bytes show_too_long() { return to_bytes(raw::updatesTooLong<lean>{}); }

} // namespace mtproto::sandbox
