// A coroutine that needs no server, run to its end.
#pragma once

#include "catch.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace mtproto::test {

/// On an io_context of its own, which has nothing else to do.
template <class T>
T run(boost::asio::awaitable<T> what)
{
    boost::asio::io_context io;
    std::optional<T> out;
    boost::asio::co_spawn(io, std::move(what), [&](std::exception_ptr failure, T value) {
        if (failure)
            std::rethrow_exception(failure);
        out.emplace(std::move(value));
    });
    io.run();
    REQUIRE(out);
    return std::move(*out);
}

} // namespace mtproto::test
