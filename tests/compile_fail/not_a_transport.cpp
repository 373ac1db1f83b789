// expect: a transport has connect, send, receive and close: see transport/concepts.hpp
#include <mtproto/client/transport.hpp>

struct pigeon
{
    boost::asio::awaitable<mtproto::result<>> connect(mtproto::transport::endpoint);
    boost::asio::awaitable<mtproto::result<>> send(mtproto::transport::bytes_view);
    boost::asio::awaitable<mtproto::result<mtproto::transport::frame>> receive();
#ifndef WRONG
    void close() noexcept;
#endif
};

auto f()
{
    return mtproto::use_transport([](auto&&...) { return std::make_unique<pigeon>(); });
}
