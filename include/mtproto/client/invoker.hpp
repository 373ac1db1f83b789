// The concept invoker: whatever calls of the API can be made on.
#pragma once

#include <mtproto/client/task.hpp>
#include <mtproto/error.hpp>
#include <mtproto/tl/fields.hpp>

#include <concepts>
#include <cstdint>

namespace mtproto {

namespace detail {

/// Stands for any method where a concept needs one.
struct sample_method
{
    using result = bool;

    static constexpr std::uint32_t tl_id = 0;
    static constexpr char tl_line[] = "";
    using tl_fields = tl::field_list<>;
};

} // namespace detail

/// Anything that makes calls: a client, a proxy's client, a user of the sandbox, a decorator around one of them.
///
/// `invoke(request)` returns a `task` of the method's result; it reads the request before it suspends, so that a
/// local request may go out of scope before the task is awaited. Functions that are written against this concept do not care
/// where the session is.
template <class T>
concept invoker = requires(T& tg, const detail::sample_method& request) {
    { tg.invoke(request) } -> std::same_as<task<result<bool>>>;
};

} // namespace mtproto
