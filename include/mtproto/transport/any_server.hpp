// A connection that was accepted on one port for everything: TCP in any framing, or a WebSocket.
#pragma once

#include <mtproto/transport/tcp_server.hpp>
#include <mtproto/transport/websocket_server.hpp>

#include <variant>

namespace mtproto::transport {

/// A server_connection that becomes a websocket_server_connection if the client opens with HTTP.
///
/// Satisfies `packet_stream`. The framing is known once the first receive() has succeeded. A close()
/// during the upgrade to a WebSocket takes effect when that ends; cancellation ends it at once.
class any_server_connection
{
public:
    any_server_connection(boost::asio::ip::tcp::socket socket, server_options options,
                          crypto::random_source& random)
        : options_(options), random_(&random),
          value_(std::in_place_type<server_connection>, std::move(socket), std::move(options), random)
    {
    }

    bool is_open() const noexcept
    {
        return std::visit([](const auto& c) { return c.is_open(); }, value_);
    }
    bool is_websocket() const noexcept { return std::holds_alternative<websocket_server_connection>(value_); }
    const server_stream_codec& codec() const noexcept
    {
        return std::visit([](const auto& c) -> const server_stream_codec& { return c.codec(); }, value_);
    }
    boost::asio::ip::tcp::socket& socket() noexcept
    {
        return std::visit([](auto& c) -> boost::asio::ip::tcp::socket& { return c.socket(); }, value_);
    }
    boost::asio::any_io_executor get_executor() { return socket().get_executor(); }

    boost::asio::awaitable<result<>> send(bytes_view packet)
    {
        return std::visit([&](auto& c) { return c.send(packet); }, value_);
    }
    boost::asio::awaitable<result<>> send(std::span<const bytes_view> packets)
    {
        return std::visit([&](auto& c) { return c.send(packets); }, value_);
    }
    boost::asio::awaitable<result<>> send_quick_ack(std::uint32_t token)
    {
        return std::visit([&](auto& c) { return c.send_quick_ack(token); }, value_);
    }
    boost::asio::awaitable<result<>> send_transport_error(std::int32_t code)
    {
        return std::visit([&](auto& c) { return c.send_transport_error(code); }, value_);
    }

    boost::asio::awaitable<result<frame>> receive()
    {
        auto got = co_await std::visit([](auto& c) { return c.receive(); }, value_);
        auto* const tcp = std::get_if<server_connection>(&value_);
        if (got || !tcp || tcp->codec().opened() != opening::http || closed_)
            co_return got;
        auto const unread = tcp->codec().unread();
        std::vector<std::byte> request(unread.begin(), unread.end());
        auto upgraded = co_await websocket_server_connection::accept(std::move(tcp->socket()),
                                                                     std::move(request), options_, *random_);
        if (!upgraded)
            co_return upgraded.error();
        value_.emplace<websocket_server_connection>(std::move(*upgraded));
        if (closed_) {
            close();
            co_return errc::not_connected;
        }
        co_return co_await std::get<websocket_server_connection>(value_).receive();
    }

    /// See channel::receive_some.
    boost::asio::awaitable<result<>> receive_some(std::vector<frame>& frames)
    {
        frames.clear();
        auto const first = co_await receive();
        if (!first)
            co_return first.error();
        frames.push_back(*first);
        std::visit([&](auto& c) { c.take_arrived(frames); }, value_);
        co_return result<>{};
    }

    void close() noexcept
    {
        closed_ = true;
        std::visit([](auto& c) { c.close(); }, value_);
    }

private:
    server_options options_;
    crypto::random_source* random_;
    std::variant<server_connection, websocket_server_connection> value_;
    bool closed_ = false;
};

static_assert(packet_stream<any_server_connection>);

} // namespace mtproto::transport
