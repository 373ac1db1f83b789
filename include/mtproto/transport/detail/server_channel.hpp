// What the accepting transports share.
#pragma once

#include <mtproto/transport/channel.hpp>
#include <mtproto/transport/server_stream_codec.hpp>

#include <array>
#include <utility>

namespace mtproto::transport::detail {

/// A `packet_stream` over an accepted `Stream`.
template <class Stream>
class server_channel
{
public:
    bool is_open() const noexcept { return channel_.is_open(); }
    /// What is known of the client: opened(), framing(), dc_id(), secret_index(), unread().
    const server_stream_codec& codec() const noexcept { return channel_.codec(); }

    boost::asio::awaitable<result<>> send(bytes_view packet) { return channel_.send(packet); }
    boost::asio::awaitable<result<>> send(std::span<const bytes_view> packets)
    {
        return channel_.send(packets);
    }

    /// Answers a frame that has wants_quick_ack.
    boost::asio::awaitable<result<>> send_quick_ack(std::uint32_t token)
    {
        return channel_.encode_and_flush([token](server_stream_codec& c, std::vector<std::byte>& out) {
            return c.encode_quick_ack(token, out);
        });
    }

    /// A transport error: -404 unknown auth key, -429 flood, -444 invalid data centre.
    /// https://core.telegram.org/mtproto/mtproto-transports#transport-errors
    boost::asio::awaitable<result<>> send_transport_error(std::int32_t code)
    {
        return channel_.encode_and_flush([code](server_stream_codec& c, std::vector<std::byte>& out) {
            std::array<std::byte, 4> payload{};
            detail::store_le32(payload, static_cast<std::uint32_t>(code));
            return c.encode(payload, out);
        });
    }

    /// See channel::receive. errc::bad_frame if the client speaks no MTProto; codec() then tells what it
    /// opened with.
    boost::asio::awaitable<result<frame>> receive() { return channel_.receive(); }

    /// See channel::receive_some and channel::take_arrived.
    boost::asio::awaitable<result<>> receive_some(std::vector<frame>& frames)
    {
        return channel_.receive_some(frames);
    }
    void take_arrived(std::vector<frame>& frames) { channel_.take_arrived(frames); }

    void close() noexcept { channel_.close(); }

protected:
    server_channel(Stream stream, server_options options, crypto::random_source& random)
        : channel_(std::move(stream), server_stream_codec(std::move(options), random))
    {
    }
    ~server_channel() = default;
    server_channel(server_channel&&) = default;
    server_channel& operator=(server_channel&&) = default;

    Stream& stream() noexcept { return channel_.stream(); }

private:
    channel<Stream, server_stream_codec> channel_;
};

} // namespace mtproto::transport::detail
