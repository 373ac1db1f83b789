// Opens a TCP socket to an endpoint within a time.
#pragma once

#include <mtproto/error.hpp>
#include <mtproto/transport/channel.hpp>
#include <mtproto/transport/endpoint.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <vector>

namespace mtproto::transport::detail {

/// Tries every address of `to` in turn. errc::resolve_failed, errc::connect_failed (also when `timeout` has
/// passed), or errc::cancelled.
inline boost::asio::awaitable<result<boost::asio::ip::tcp::socket>>
dial(boost::asio::any_io_executor executor, endpoint to, std::chrono::steady_clock::duration timeout)
{
    namespace asio = boost::asio;
    using asio::ip::tcp;

    tcp::socket socket(executor);
    tcp::resolver resolver(executor);

    // The timer's handler may already be queued when this coroutine ends, so it looks before it touches.
    struct attempt
    {
        tcp::socket* socket;
        tcp::resolver* resolver;
        bool timed_out = false;
    };
    auto const state = std::make_shared<attempt>(attempt{&socket, &resolver});
    struct forget
    {
        attempt& of;
        ~forget() { of.socket = nullptr; }
    } const forgetting{*state};
    asio::steady_timer timer(executor, timeout);
    timer.async_wait([state](boost::system::error_code ec) {
        if (ec || !state->socket)
            return;
        state->timed_out = true;
        state->resolver->cancel();
        boost::system::error_code ignored;
        state->socket->close(ignored);
    });
    auto const failed = [&](errc kind, boost::system::error_code ec) -> error {
        if (state->timed_out)
            return {errc::connect_failed, to_string(to) + ": no answer in time"};
        if (ec == asio::error::operation_aborted)
            return errc::cancelled;
        return {kind, to_string(to) + ": " + ec.message()};
    };

    boost::system::error_code ec;
    std::vector<tcp::endpoint> addresses;
    if (auto const address = asio::ip::make_address(to.host, ec); !ec) {
        addresses.emplace_back(address, to.port);
    } else {
        if (co_await cancelled())
            co_return errc::cancelled;
        auto const found = co_await resolver.async_resolve(to.host, std::to_string(to.port),
                                                           asio::redirect_error(asio::use_awaitable, ec));
        if (ec)
            co_return failed(errc::resolve_failed, ec);
        for (const auto& entry : found)
            addresses.push_back(entry.endpoint());
    }
    if (state->timed_out)
        co_return failed(errc::connect_failed, ec);
    if (co_await cancelled())
        co_return errc::cancelled;
    // A condition that stops the next attempt: after the timer closed the socket, async_connect would open it
    // again.
    auto const go_on = [state](const boost::system::error_code& last, const tcp::endpoint&) {
        return !state->timed_out && last != asio::error::operation_aborted;
    };
    co_await asio::async_connect(socket, addresses, go_on, asio::redirect_error(asio::use_awaitable, ec));
    if (ec || state->timed_out)
        co_return failed(errc::connect_failed, ec);
    co_return std::move(socket);
}

} // namespace mtproto::transport::detail
