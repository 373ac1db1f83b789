// The coroutine type of the library.
#pragma once

#include <boost/asio/awaitable.hpp>

namespace mtproto {

/// What the client's coroutines return: awaited once, lazily started, cancelled through Asio's cancellation slots.
template <class T>
using task = boost::asio::awaitable<T>;

} // namespace mtproto
