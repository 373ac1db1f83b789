// From a method's id to its handler: one comparison per method, no table.
#pragma once

#include "mtproto/sandbox/call.hpp"

#include <cstdint>
#include <optional>

namespace mtproto::sandbox::methods {

/// The methods that a header has overloads of `handle(call&, const Q&) -> answer_to<Q>` for.
template <class... Qs>
struct list
{
};

namespace detail {

template <class Q>
answer run(call& c, tl::bytes_view body)
{
    auto request = tl::decode<Q>(body, true);
    if (!request)
        return {.refused = refuse(request.error().is(errc::unknown_constructor) ? "INPUT_CONSTRUCTOR_INVALID" : "INPUT_FETCH_ERROR")};
    return handle(c, *request).take();
}

} // namespace detail

/// Runs the handler of the method that `body` calls; nothing if none of the list is meant.
template <class... Qs>
std::optional<answer> dispatch(list<Qs...>, call& c, std::uint32_t id, tl::bytes_view body)
{
    std::optional<answer> made;
    (void)((id == Qs::tl_id && (made = detail::run<Qs>(c, body), true)) || ...);
    return made;
}

} // namespace mtproto::sandbox::methods
