// From a method's id to its handler: one comparison per method, no table.
#pragma once

#include "mtproto/sandbox/call.hpp"
#include "mtproto/sandbox/present.hpp"

#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

namespace mtproto::sandbox::methods {

/// The answer of a handler of method Q: any constructor of its result type, or an error.
template <class Q>
class answer_to
{
public:
    template <class R>
        requires(!std::is_same_v<std::remove_cvref_t<R>, error> && !std::is_same_v<std::remove_cvref_t<R>, answer_to>)
    answer_to(const R& value) // NOLINT: handlers return values
    {
        static_assert(std::is_same_v<R, typename Q::result> || tl::constructor_of<R, typename Q::result>,
                      "this is not a constructor of the method's result type");
        if constexpr (std::is_same_v<R, bool> && !std::is_same_v<typename Q::result, bool>)
            static_assert(tl::always_false<R>);
        made_.value = to_bytes(value);
    }
    answer_to(error why) { made_.refused = std::move(why); } // NOLINT
    /// One whose bytes are made already, since they are many.
    static answer_to encoded(bytes value)
    {
        answer_to out;
        out.made_.value = std::move(value);
        return out;
    }

    answer take() && { return std::move(made_); }

private:
    answer_to() = default;

    answer made_;
};

/// A presenter for the caller.
inline presenter present(const call& c) { return {c.at.in, c.my_id(), c.now}; }

/// The methods that a header has overloads of `handle(call&, const Q&) -> answer_to<Q>` for.
template <class... Qs>
struct list
{
};

namespace detail {

template <class Q>
answer run(call& c, tl::bytes_view body)
{
    Q request{};
    tl::reader from(body);
    if (!tl::read_value(from, request))
        return {.refused = refuse(from.error().is(errc::unknown_constructor) ? "INPUT_CONSTRUCTOR_INVALID" : "INPUT_FETCH_ERROR")};
    return handle(c, request).take();
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
