// An io_context with a listener on loopback, for the tests with sockets.
#pragma once

#include "support.hpp"

#include <mtproto/transport/endpoint.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <utility>

namespace transport_test {

namespace asio = boost::asio;
using mtproto::transport::endpoint;

inline bytes packet(std::size_t blocks, unsigned seed) { return pattern(24 + 16 * blocks, seed); }

/// g++ 12 cannot keep a braced list across a suspension.
template <class T, class... More>
std::vector<T> list(T first, More... more)
{
    std::vector<T> out;
    out.push_back(std::move(first));
    (out.push_back(std::move(more)), ...);
    return out;
}

/// An io_context with a listener on loopback; run() fails the test when its coroutines do not end in time.
struct loopback
{
    explicit loopback(const char* host = "127.0.0.1") : listener(io, {asio::ip::make_address(host), 0}) {}

    endpoint here() const
    {
        auto const at = listener.local_endpoint();
        return {at.address().to_string(), at.port()};
    }
    void spawn(std::function<asio::awaitable<void>()> work)
    {
        ++running;
        asio::co_spawn(io, wrap(std::move(work)), [this](std::exception_ptr e) {
            --running;
            if (e && !failure)
                failure = e;
        });
    }
    void run()
    {
        io.run_for(std::chrono::seconds(20));
        if (failure)
            std::rethrow_exception(failure);
        REQUIRE(running == 0);
    }

    // The function object lives in this coroutine's frame, so a lambda's captures outlive its own coroutine.
    static asio::awaitable<void> wrap(std::function<asio::awaitable<void>()> work) { co_await work(); }

    asio::io_context io;
    asio::ip::tcp::acceptor listener;
    int running = 0;
    std::exception_ptr failure;
};

} // namespace transport_test
