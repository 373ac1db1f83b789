// Asking for a code or a password, however the one who is asked answers.
#pragma once

#include <mtproto/client/task.hpp>
#include <mtproto/error.hpp>

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>

namespace mtproto::detail {

template <class F, class Question>
inline constexpr bool takes_argument = std::is_invocable_v<F&, const Question&>;

template <class T>
inline constexpr bool is_task = false;
template <class T, class Executor>
inline constexpr bool is_task<boost::asio::awaitable<T, Executor>> = true;

template <class F, class Question>
decltype(auto) call_provider(F& f, const Question& question)
{
    if constexpr (takes_argument<F, Question>)
        return f(question);
    else if constexpr (std::is_invocable_v<F&>)
        return f();
    else
        static_assert(takes_argument<F, Question>,
                      "a provider of a code or a password is a callable that returns a std::string, a result<std::string> or "
                      "a task of one of them, and takes nothing or the request (code_request, password_request)");
}

/// The answer of a provider, or its failure. `f` and `question` must outlive the task.
template <class F, class Question>
task<result<std::string>> ask(F& f, const Question& question)
{
    using answer = decltype(call_provider(f, question));
    if constexpr (is_task<std::remove_cvref_t<answer>>) {
        auto asked = call_provider(f, question);
        co_return co_await std::move(asked);
    } else {
        co_return result<std::string>(call_provider(f, question));
    }
}

} // namespace mtproto::detail
