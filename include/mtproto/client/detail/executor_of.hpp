// Where a client works: on an executor, or on that of a context.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <concepts>

namespace mtproto::detail {

template <class T>
concept is_executor = std::convertible_to<T, boost::asio::any_io_executor>;
/// An executor, or a context that has one, such as an io_context.
template <class T>
concept has_executor = is_executor<T> || requires(T& context) {
    { context.get_executor() } -> is_executor;
};

template <has_executor Where>
boost::asio::any_io_executor executor_of(Where& where)
{
    if constexpr (is_executor<Where&>)
        return where;
    else
        return where.get_executor();
}

} // namespace mtproto::detail
