// MTProto over WebSocket, the accepting side.
#pragma once

#include <mtproto/transport/concepts.hpp>
#include <mtproto/transport/detail/server_channel.hpp>
#include <mtproto/transport/detail/websocket_stream.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>

#include <chrono>

namespace mtproto::transport {

/// A WebSocket that was accepted; like server_connection in everything else. Cancelling a receive() closes
/// it.
class websocket_server_connection : public detail::server_channel<detail::websocket_stream>
{
public:
    /// Answers the upgrade request on `socket`, of which `unread` was already read (server_connection has it
    /// as codec().unread() when a client opened with HTTP; copied before the first suspension).
    /// errc::bad_frame if the request is not an upgrade to a WebSocket, errc::closed, errc::cancelled.
    [[nodiscard]] static boost::asio::awaitable<result<websocket_server_connection>>
    accept(boost::asio::ip::tcp::socket socket, std::vector<std::byte> unread, server_options options,
           crypto::random_source& random)
    {
        namespace asio = boost::asio;
        namespace beast = boost::beast;
        namespace ws = beast::websocket;
        if (co_await detail::cancelled())
            co_return errc::cancelled;

        beast::flat_buffer buffer(longest_request);
        if (unread.size() > longest_request)
            co_return error(errc::bad_frame, "the request's head is too long");
        buffer.commit(asio::buffer_copy(buffer.prepare(unread.size()), asio::buffer(unread)));
        beast::http::request_parser<beast::http::empty_body> parser;
        parser.header_limit(static_cast<std::uint32_t>(longest_request));
        boost::system::error_code ec;
        co_await beast::http::async_read_header(socket, buffer, parser,
                                                asio::redirect_error(asio::use_awaitable, ec));
        if (ec == asio::error::operation_aborted || ec == asio::error::eof)
            co_return detail::io_error(ec);
        if (ec || !ws::is_upgrade(parser.get()))
            co_return error(errc::bad_frame, "an HTTP request that asks for no WebSocket");
        auto const asked = parser.get()[beast::http::field::sec_websocket_protocol];
        bool const binary = asked.find("binary") != beast::string_view::npos;

        auto stream = std::make_unique<detail::websocket_stream::stream_type>(std::move(socket));
        stream->set_option(
            ws::stream_base::timeout{std::chrono::seconds(10), ws::stream_base::none(), false});
        stream->set_option(ws::stream_base::decorator([binary](ws::response_type& response) {
            if (binary)
                response.set(beast::http::field::sec_websocket_protocol, "binary");
        }));
        if (co_await detail::cancelled())
            co_return errc::cancelled;
        // A client speaks only after the answer, so nothing can be left in the buffer behind the request.
        co_await stream->async_accept(parser.get(), asio::redirect_error(asio::use_awaitable, ec));
        if (ec)
            co_return detail::io_error(ec);
        detail::websocket_stream accepted(std::move(stream));
        co_return websocket_server_connection(std::move(accepted), std::move(options), random);
    }

    boost::asio::any_io_executor get_executor() { return socket().get_executor(); }
    boost::asio::ip::tcp::socket& socket() noexcept { return stream().socket(); }

private:
    static constexpr std::size_t longest_request = std::size_t{16} << 10;

    websocket_server_connection(detail::websocket_stream stream, server_options options,
                                crypto::random_source& random)
        : server_channel(std::move(stream), std::move(options), random)
    {
    }
};

static_assert(packet_stream<websocket_server_connection>);

} // namespace mtproto::transport
