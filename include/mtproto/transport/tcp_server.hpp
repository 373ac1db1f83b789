// The accepting side of TCP: a connection whose framing the client chooses.
#pragma once

#include <mtproto/transport/concepts.hpp>
#include <mtproto/transport/detail/server_channel.hpp>
#include <mtproto/transport/detail/tcp_stream.hpp>

namespace mtproto::transport {

/// A socket that was accepted. Framing, obfuscation and MTProxy secret are found out from what the client
/// sends first, so send() fails with errc::not_connected before the first receive() has succeeded.
///
/// Satisfies `packet_stream`, with the executor, the cancellation and the lifetimes of `tcp`.
class server_connection : public detail::server_channel<detail::tcp_stream>
{
public:
    server_connection(boost::asio::ip::tcp::socket socket, server_options options,
                      crypto::random_source& random)
        : server_channel(detail::tcp_stream(std::move(socket)), std::move(options), random)
    {
    }

    boost::asio::any_io_executor get_executor() { return socket().get_executor(); }
    /// For options and addresses; moving it away ends this object's use.
    boost::asio::ip::tcp::socket& socket() noexcept { return stream().socket(); }
};

static_assert(packet_stream<server_connection>);

} // namespace mtproto::transport
