// MTProto over TCP: the transport of most clients, direct or through an MTProxy.
#pragma once

#include <mtproto/transport/concepts.hpp>
#include <mtproto/transport/detail/client_channel.hpp>
#include <mtproto/transport/detail/dial.hpp>
#include <mtproto/transport/detail/tcp_stream.hpp>

namespace mtproto::transport {

/// How to connect, and what to speak then.
struct tcp_options : client_options
{
    /// For resolving, and trying all addresses.
    std::chrono::steady_clock::duration connect_timeout = std::chrono::seconds(10);
};

/// A client's TCP connection, over IPv4 or IPv6. https://core.telegram.org/mtproto/transports#tcp
///
/// Satisfies `connection`. Executor: one thread or a strand; `random` must outlive the object, and the object
/// what is pending on it. Every operation honours Asio's cancellation slot and fails with errc::cancelled
/// then: a cancelled connect() leaves it closed, a cancelled receive() leaves it usable, a cancelled send()
/// closes it.
class tcp : public detail::client_channel<detail::tcp_stream>
{
public:
    tcp(boost::asio::any_io_executor executor, tcp_options options, crypto::random_source& random)
        : client_channel(std::move(executor)), options_(std::move(options)), random_(&random)
    {
    }

    /// Nothing may be pending on the object. The first bytes of the protocol go out with the first packet.
    /// errc::resolve_failed, errc::connect_failed, errc::cancelled, or errc::bad_argument for contradicting
    /// options.
    boost::asio::awaitable<result<>> connect(endpoint to)
    {
        reset();
        options_.unix_time =
            static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(
                                           std::chrono::system_clock::now().time_since_epoch())
                                           .count());
        auto codec = stream_codec::make(options_, *random_);
        if (!codec)
            co_return codec.error();
        auto socket = co_await detail::dial(get_executor(), std::move(to), options_.connect_timeout);
        if (!socket)
            co_return socket.error();
        open(detail::tcp_stream(std::move(*socket)), std::move(*codec));
        co_return result<>{};
    }

private:
    tcp_options options_;
    crypto::random_source* random_;
};

static_assert(connection<tcp>);

} // namespace mtproto::transport
