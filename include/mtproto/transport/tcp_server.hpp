// The accepting side of TCP: a connection whose framing the client chooses.
#pragma once

#include <mtproto/transport/channel.hpp>
#include <mtproto/transport/concepts.hpp>
#include <mtproto/transport/detail/tcp_stream.hpp>
#include <mtproto/transport/server_stream_codec.hpp>

namespace mtproto::transport {

/// A socket that was accepted. Framing, obfuscation and MTProxy secret are found out from what the client sends first, so
/// send() fails with errc::not_connected before the first receive() has succeeded.
///
/// Satisfies `packet_stream`, with the executor, the cancellation and the lifetimes of `tcp`.
class server_connection
{
public:
    server_connection(boost::asio::ip::tcp::socket socket, server_options options, crypto::random_source& random)
        : channel_(detail::tcp_stream(std::move(socket)), server_stream_codec(std::move(options), random))
    {
    }

    boost::asio::any_io_executor get_executor() { return socket().get_executor(); }
    boost::asio::ip::tcp::socket& socket() noexcept { return channel_.stream().socket(); }
    bool is_open() const noexcept { return channel_.is_open(); }
    /// What is known of the client: opened(), framing(), dc_id(), secret_index(), unread().
    const server_stream_codec& codec() const noexcept { return channel_.codec(); }

    boost::asio::awaitable<result<>> send(bytes_view packet) { return channel_.send(packet); }
    boost::asio::awaitable<result<>> send(std::span<const bytes_view> packets) { return channel_.send(packets); }

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

    /// See channel::receive. errc::bad_frame if the client speaks no MTProto; codec() then tells what it opened with.
    boost::asio::awaitable<result<frame>> receive() { return channel_.receive(); }

    void close() noexcept { channel_.close(); }

private:
    channel<detail::tcp_stream, server_stream_codec> channel_;
};

static_assert(packet_stream<server_connection>);

} // namespace mtproto::transport
