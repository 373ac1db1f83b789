// A WebSocket as channel wants it: a stream of bytes inside binary messages.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <memory>
#include <utility>

namespace mtproto::transport::detail {

class websocket_stream
{
public:
    using stream_type = boost::beast::websocket::stream<boost::asio::ip::tcp::socket, false>;

    explicit websocket_stream(std::unique_ptr<stream_type> stream) : stream_(std::move(stream))
    {
        stream_->binary(true);
        // Messages are a stream here: the framing inside has its own cap, and no message is held as a whole.
        stream_->read_message_max(0);
    }

    boost::asio::ip::tcp::socket& socket() noexcept { return stream_->next_layer(); }

    template <class Token>
    auto async_read_some(boost::asio::mutable_buffer room, Token&& token)
    {
        return stream_->async_read_some(room, std::forward<Token>(token));
    }
    template <class Token>
    auto async_write(boost::asio::const_buffer bytes, Token&& token)
    {
        return stream_->async_write(bytes, std::forward<Token>(token));
    }
    /// The end of a WebSocket is the end of the stream.
    static boost::system::error_code map_error(boost::system::error_code ec)
    {
        if (ec == boost::beast::websocket::error::closed)
            return boost::asio::error::eof;
        return ec;
    }
    /// Without the closing handshake, which nobody could wait for here.
    void close() noexcept
    {
        boost::system::error_code ignored;
        socket().shutdown(boost::asio::ip::tcp::socket::shutdown_both, ignored);
        socket().close(ignored);
    }

private:
    std::unique_ptr<stream_type> stream_;
};

} // namespace mtproto::transport::detail
