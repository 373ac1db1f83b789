// A TCP socket as channel wants it.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <utility>

namespace mtproto::transport::detail {

class tcp_stream
{
public:
    explicit tcp_stream(boost::asio::ip::tcp::socket socket) : socket_(std::move(socket))
    {
        // Small packets must not wait for acknowledgements; a socket that refuses works all the same.
        boost::system::error_code ignored;
        socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
    }

    boost::asio::ip::tcp::socket& socket() noexcept { return socket_; }

    template <class Token>
    auto async_read_some(boost::asio::mutable_buffer room, Token&& token)
    {
        return socket_.async_read_some(room, std::forward<Token>(token));
    }
    template <class Token>
    auto async_write(boost::asio::const_buffer bytes, Token&& token)
    {
        return boost::asio::async_write(socket_, bytes, std::forward<Token>(token));
    }
    void close() noexcept
    {
        boost::system::error_code ignored;
        socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_both, ignored);
        socket_.close(ignored);
    }

private:
    boost::asio::ip::tcp::socket socket_;
};

} // namespace mtproto::transport::detail
