// The concepts packet_stream and connection: what a session needs of a transport.
#pragma once

#include <mtproto/error.hpp>
#include <mtproto/transport/endpoint.hpp>
#include <mtproto/transport/frame.hpp>

#include <boost/asio/awaitable.hpp>

#include <concepts>
#include <span>
#include <utility>
#include <vector>

namespace mtproto::transport {

/// A way to exchange packets with a peer that is already there.
///
/// - `send(packet)` reads the packet before it suspends, so its bytes need to live until send() has returned
/// its
///   awaitable, no longer. Packets arrive in the order of the calls.
/// - `receive()` gives the next frame; its payload is valid until the next receive(). Cancelling it gives
///   errc::cancelled and loses nothing.
/// - `close()` ends both; what is pending fails with errc::not_connected.
///
/// One receive may run beside sends, all on one executor without concurrency (one thread or a strand). The
/// object must outlive what is pending on it.
template <class T>
concept packet_stream = requires(T& t, bytes_view packet) {
    { t.send(packet) } -> std::same_as<boost::asio::awaitable<result<>>>;
    { t.receive() } -> std::same_as<boost::asio::awaitable<result<frame>>>;
    { t.close() } noexcept -> std::same_as<void>;
};

/// A packet_stream that a client opens: write these four members to bring a transport of your own, and say
/// `static_assert(mtproto::transport::connection<my_transport>)`.
///
/// `connect(endpoint)` may be called again after close(), and begins anew.
template <class T>
concept connection = packet_stream<T> && requires(T& t, endpoint to) {
    { t.connect(std::move(to)) } -> std::same_as<boost::asio::awaitable<result<>>>;
};

namespace detail {
template <packet_stream T>
boost::asio::awaitable<result<>> send_each(T& stream, std::span<const bytes_view> packets)
{
    for (auto packet : packets)
        if (auto sent = co_await stream.send(packet); !sent)
            co_return sent;
    co_return result<>{};
}
template <packet_stream T>
boost::asio::awaitable<result<>> receive_one(T& stream, std::vector<frame>& frames)
{
    frames.clear();
    auto const got = co_await stream.receive();
    if (!got)
        co_return got.error();
    frames.push_back(*got);
    co_return result<>{};
}
} // namespace detail

/// Sends several packets, in one write where `stream` has a `send` for that. The bytes must live until it is
/// done.
template <packet_stream T>
boost::asio::awaitable<result<>> send_all(T& stream, std::span<const bytes_view> packets)
{
    if constexpr (requires { stream.send(packets); })
        return stream.send(packets);
    else
        return detail::send_each(stream, packets);
}

/// Receives one frame into `frames`, or all that have arrived where `stream` has a `receive_some` for that;
/// they are valid until the next receive.
template <packet_stream T>
boost::asio::awaitable<result<>> receive_all(T& stream, std::vector<frame>& frames)
{
    if constexpr (requires { stream.receive_some(frames); })
        return stream.receive_some(frames);
    else
        return detail::receive_one(stream, frames);
}

} // namespace mtproto::transport
