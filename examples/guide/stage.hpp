// What the guide's examples share: the end of a program, and a pause.
#pragma once

#include <mtproto/client/task.hpp>
#include <mtproto/error.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <iostream>

/// Runs a coroutine to its end, a minute at most, and gives the program's exit code.
inline int play(boost::asio::io_context& io, mtproto::task<mtproto::result<>> what)
{
    int exit_code = 1;
    bool over = false;
    boost::asio::co_spawn(io, std::move(what), [&](std::exception_ptr failure, mtproto::result<> done) {
        over = true;
        io.stop();
        if (failure)
            std::rethrow_exception(failure);
        if (!done)
            std::cerr << done.error().message() << '\n';
        exit_code = done ? 0 : 1;
    });
    io.run_for(std::chrono::minutes(1));
    if (!over)
        std::cerr << "it did not end within a minute\n";
    return exit_code;
}

inline mtproto::task<void> pause(std::chrono::milliseconds how_long)
{
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, how_long);
    co_await timer.async_wait(boost::asio::use_awaitable);
}
