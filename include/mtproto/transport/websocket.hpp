// MTProto over WebSocket, the client's side: for networks where only the web works.
#pragma once

#include <mtproto/transport/concepts.hpp>
#include <mtproto/transport/detail/client_channel.hpp>
#include <mtproto/transport/detail/dial.hpp>
#include <mtproto/transport/detail/websocket_stream.hpp>

#include <string>

namespace mtproto::transport {

/// How to connect, and what to speak then. The stream is obfuscated in any case, as the documentation
/// demands.
struct websocket_options : client_options
{
    /// For resolving, trying all addresses and, once more, the WebSocket handshake.
    std::chrono::steady_clock::duration connect_timeout = std::chrono::seconds(10);
    /// "/apiws_test" on test servers.
    std::string path = "/apiws";
};

/// A client's connection over a plain WebSocket (ws://).
/// https://core.telegram.org/mtproto/transports#websocket
///
/// Satisfies `connection`, with the executor and lifetimes of `tcp`. Cancelling a receive() closes the
/// connection here, since the WebSocket may then be in the middle of a message.
class websocket : public detail::client_channel<detail::websocket_stream>
{
public:
    websocket(boost::asio::any_io_executor executor, websocket_options options, crypto::random_source& random)
        : client_channel(std::move(executor)), options_(std::move(options)), random_(&random)
    {
        options_.obfuscated = true;
    }

    /// As tcp::connect; errc::connect_failed also if the server refuses the WebSocket.
    boost::asio::awaitable<result<>> connect(endpoint to)
    {
        namespace asio = boost::asio;
        namespace ws = boost::beast::websocket;
        reset();
        auto codec = stream_codec::make(options_, *random_);
        if (!codec)
            co_return codec.error();
        auto socket = co_await detail::dial(get_executor(), to, options_.connect_timeout);
        if (!socket)
            co_return socket.error();
        auto stream = std::make_unique<detail::websocket_stream::stream_type>(std::move(*socket));
        stream->set_option(
            ws::stream_base::timeout{options_.connect_timeout, ws::stream_base::none(), false});
        stream->set_option(ws::stream_base::decorator([](ws::request_type& request) {
            request.set(boost::beast::http::field::sec_websocket_protocol, "binary");
        }));
        if (co_await detail::cancelled())
            co_return errc::cancelled;
        boost::system::error_code ec;
        std::string const host = to_string(to);
        co_await stream->async_handshake(host, options_.path, asio::redirect_error(asio::use_awaitable, ec));
        if (ec == asio::error::operation_aborted)
            co_return errc::cancelled;
        if (ec)
            co_return error(errc::connect_failed, host + ": no WebSocket: " + ec.message());
        open(detail::websocket_stream(std::move(stream)), std::move(*codec));
        co_return result<>{};
    }

private:
    websocket_options options_;
    crypto::random_source* random_;
};

static_assert(connection<websocket>);

} // namespace mtproto::transport
