// MTProto over TCP: the transport of most clients, direct or through an MTProxy.
#pragma once

#include <mtproto/transport/channel.hpp>
#include <mtproto/transport/concepts.hpp>
#include <mtproto/transport/detail/dial.hpp>
#include <mtproto/transport/detail/tcp_stream.hpp>
#include <mtproto/transport/stream_codec.hpp>

namespace mtproto::transport {

/// How to connect, and what to speak then.
struct tcp_options : client_options
{
    /// For resolving, and trying all addresses.
    std::chrono::steady_clock::duration connect_timeout = std::chrono::seconds(10);
};

/// A client's TCP connection, over IPv4 or IPv6. https://core.telegram.org/mtproto/transports#tcp
///
/// Satisfies `connection`. Executor: one thread or a strand; `random` must outlive the object, and the object what is
/// pending on it. Every operation honours Asio's cancellation slot and fails with errc::cancelled then: a cancelled
/// connect() leaves it closed, a cancelled receive() leaves it usable, a cancelled send() closes it.
class tcp
{
public:
    tcp(boost::asio::any_io_executor executor, tcp_options options, crypto::random_source& random)
        : executor_(std::move(executor)), options_(std::move(options)), random_(&random)
    {
    }

    boost::asio::any_io_executor get_executor() const { return executor_; }
    /// The framing of the open connection.
    std::optional<framing_kind> framing() const noexcept
    {
        return channel_ ? std::optional(channel_->codec().framing()) : std::nullopt;
    }
    bool is_open() const noexcept { return channel_ && channel_->is_open(); }

    /// Nothing may be pending on the object. The first bytes of the protocol go out with the first packet.
    /// errc::resolve_failed, errc::connect_failed, errc::cancelled, or errc::bad_argument for contradicting options.
    boost::asio::awaitable<result<>> connect(endpoint to)
    {
        close();
        channel_.reset();
        auto codec = stream_codec::make(options_, *random_);
        if (!codec)
            co_return codec.error();
        auto socket = co_await detail::dial(executor_, std::move(to), options_.connect_timeout);
        if (!socket)
            co_return socket.error();
        channel_.emplace(detail::tcp_stream(std::move(*socket)), std::move(*codec));
        co_return result<>{};
    }

    /// See packet_stream. errc::not_connected, errc::closed, errc::cancelled, or errc::bad_argument for a packet that
    /// the framing cannot carry, which harms nothing.
    boost::asio::awaitable<result<>> send(bytes_view packet) { return send(std::span(&packet, 1)); }
    /// Several packets in one write.
    boost::asio::awaitable<result<>> send(std::span<const bytes_view> packets)
    {
        return channel_ ? channel_->send(packets) : closed<void>();
    }
    /// One packet for which the server is to confirm its arrival, see frame::quick_ack.
    boost::asio::awaitable<result<>> send_quick_ack(bytes_view packet)
    {
        return channel_ ? channel_->encode_and_flush(
                              [packet](stream_codec& c, std::vector<std::byte>& out) { return c.encode(packet, out, true); })
                        : closed<void>();
    }

    /// See channel::receive.
    boost::asio::awaitable<result<frame>> receive() { return channel_ ? channel_->receive() : closed<frame>(); }

    void close() noexcept
    {
        if (channel_)
            channel_->close();
    }

private:
    template <class T>
    static boost::asio::awaitable<result<T>> closed()
    {
        co_return errc::not_connected;
    }

    boost::asio::any_io_executor executor_;
    tcp_options options_;
    crypto::random_source* random_;
    std::optional<channel<detail::tcp_stream, stream_codec>> channel_{};
};

static_assert(connection<tcp>);

} // namespace mtproto::transport
