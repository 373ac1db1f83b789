// What the client transports share once they are connected.
#pragma once

#include <mtproto/transport/channel.hpp>
#include <mtproto/transport/stream_codec.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <optional>
#include <utility>

namespace mtproto::transport::detail {

/// Everything of a `connection` but connect(), which the derived class writes.
template <class Stream>
class client_channel
{
public:
    boost::asio::any_io_executor get_executor() const { return executor_; }
    /// The framing of the connection.
    std::optional<framing_kind> framing() const noexcept
    {
        return channel_ ? std::optional(channel_->codec().framing()) : std::nullopt;
    }
    bool is_open() const noexcept { return channel_ && channel_->is_open(); }

    /// See packet_stream. errc::not_connected, errc::closed, errc::cancelled, or errc::bad_argument for a
    /// packet that the framing cannot carry, which harms nothing.
    boost::asio::awaitable<result<>> send(bytes_view packet) { return send(std::span(&packet, 1)); }
    /// Several packets in one write.
    boost::asio::awaitable<result<>> send(std::span<const bytes_view> packets)
    {
        return channel_ ? channel_->send(packets) : absent<void>();
    }
    /// One packet for which the server is to confirm its arrival, see frame::quick_ack.
    boost::asio::awaitable<result<>> send_quick_ack(bytes_view packet)
    {
        if (!channel_)
            return absent<void>();
        return channel_->encode_and_flush(
            [packet](stream_codec& c, std::vector<std::byte>& out) { return c.encode(packet, out, true); });
    }

    /// See channel::receive.
    boost::asio::awaitable<result<frame>> receive()
    {
        return channel_ ? channel_->receive() : absent<frame>();
    }

    /// See channel::receive_some.
    boost::asio::awaitable<result<>> receive_some(std::vector<frame>& frames)
    {
        return channel_ ? channel_->receive_some(frames) : absent<void>();
    }

    void close() noexcept
    {
        if (channel_)
            channel_->close();
    }

protected:
    explicit client_channel(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}
    ~client_channel() = default;
    client_channel(client_channel&&) = default;
    client_channel& operator=(client_channel&&) = default;

    void open(Stream stream, stream_codec codec) { channel_.emplace(std::move(stream), std::move(codec)); }
    void reset() noexcept
    {
        close();
        channel_.reset();
    }

private:
    template <class T>
    static boost::asio::awaitable<result<T>> absent()
    {
        co_return errc::not_connected;
    }

    boost::asio::any_io_executor executor_;
    std::optional<channel<Stream, stream_codec>> channel_{};
};

} // namespace mtproto::transport::detail
