// A codec on a byte stream: the coroutines that all transports share.
#pragma once

#include <mtproto/error.hpp>
#include <mtproto/transport/frame.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace mtproto::transport {

namespace detail {

/// An error of a read or a write in our words.
inline error io_error(boost::system::error_code ec)
{
    namespace asio = boost::asio;
    if (ec == asio::error::operation_aborted)
        return errc::cancelled;
    if (ec == asio::error::eof)
        return errc::closed;
    if (ec == asio::error::connection_reset || ec == asio::error::broken_pipe ||
        ec == asio::error::connection_aborted)
        return error(errc::closed, ec.message());
    return error(ec);
}

/// Asio throws from a co_await that starts after a cancellation; asking first keeps failures values.
inline boost::asio::awaitable<bool> cancelled()
{
    auto const state = co_await boost::asio::this_coro::cancellation_state;
    co_return state.cancelled() != boost::asio::cancellation_type::none;
}

} // namespace detail

/// Packets over `Stream` by way of `Codec` (stream_codec or server_stream_codec).
///
/// `Stream` has `async_read_some(mutable_buffer, token)`, `async_write(const_buffer, token)`, which writes
/// all, `close() noexcept` and, where it has errors of its own, a static `map_error(error_code)`. One
/// receive() may run beside sends; a send() that meets a running one adds its packets to that one's next
/// write and succeeds at once. Not thread safe: use it from one executor without concurrency. It must outlive
/// its coroutines.
template <class Stream, class Codec>
class channel
{
public:
    channel(Stream stream, Codec codec) : stream_(std::move(stream)), codec_(std::move(codec)) {}

    Stream& stream() noexcept { return stream_; }
    Codec& codec() noexcept { return codec_; }
    const Codec& codec() const noexcept { return codec_; }
    bool is_open() const noexcept { return !closed_; }

    /// Encodes at once and writes when awaited. A failed or cancelled write closes the connection, since the
    /// peer may have half a frame.
    boost::asio::awaitable<result<>> send(bytes_view packet) { return send(std::span(&packet, 1)); }

    /// Several packets in one write. If one cannot be encoded, those before it are sent and its failure is
    /// returned.
    boost::asio::awaitable<result<>> send(std::span<const bytes_view> packets)
    {
        return encode_and_flush([&](Codec& codec, std::vector<std::byte>& out) -> result<> {
            for (auto packet : packets)
                if (auto encoded = codec.encode(packet, out); !encoded)
                    return encoded;
            return {};
        });
    }

    /// Encodes by `encode(codec, out)`, for what send() has no words for, and writes.
    template <class Encode>
    boost::asio::awaitable<result<>> encode_and_flush(Encode encode)
    {
        if (closed_)
            return ready(errc::not_connected);
        if constexpr (requires { codec_.start(outbox_); })
            codec_.start(outbox_);
        // Counters and key streams have moved on for what was encoded before a failure, so that still goes
        // out.
        result<> encoded = encode(codec_, outbox_);
        return flush(std::move(encoded));
    }

    /// The next frame; its payload is valid until the next receive().
    ///
    /// errc::closed if the peer is gone (the text says so if that was in the middle of a frame),
    /// errc::cancelled after a cancellation, which loses no byte, errc::not_connected after close(), or the
    /// codec's failure, after which only close() makes sense.
    boost::asio::awaitable<result<frame>> receive()
    {
        for (;;) {
            auto got = codec_.next();
            if (!got)
                co_return got.error();
            if (codec_.has_output()) {
                // A handshake of the codec's own. Its bytes go out before any that a later send() adds.
                codec_.take_output(outbox_);
                result<> none;
                auto const sent = co_await flush(std::move(none));
                if (!sent)
                    co_return sent.error();
            }
            if (*got)
                co_return **got;
            if (closed_)
                co_return errc::not_connected;
            if (co_await detail::cancelled())
                co_return errc::cancelled;
            auto const room = codec_.prepare(std::clamp(codec_.wanted(), usual_read_, largest_read));
            boost::system::error_code ec;
            auto const size =
                co_await stream_.async_read_some(boost::asio::buffer(room.data(), room.size()),
                                                 boost::asio::redirect_error(boost::asio::use_awaitable, ec));
            codec_.commit(size);
            learn(size);
            ec = mapped(ec);
            if (ec && closed_)
                co_return errc::not_connected;
            if (ec == boost::asio::error::eof && codec_.pending())
                co_return error(errc::closed, "in the middle of a frame");
            if (ec)
                co_return detail::io_error(ec);
        }
    }

    /// receive(), and whatever else has arrived whole already, at most `most_frames`: all valid until the
    /// next receive. `frames` is emptied first, and keeps its memory.
    boost::asio::awaitable<result<>> receive_some(std::vector<frame>& frames)
    {
        frames.clear();
        auto const first = co_await receive();
        if (!first)
            co_return first.error();
        frames.push_back(*first);
        take_arrived(frames);
        co_return result<>{};
    }
    /// Adds what has arrived whole already. A failure among it is what the next receive() gives.
    void take_arrived(std::vector<frame>& frames)
    {
        if (!codec_.frames_stay())
            return;
        while (frames.size() < most_frames) {
            auto const got = codec_.next();
            if (!got || !*got)
                return;
            frames.push_back(**got);
        }
    }

    void close() noexcept
    {
        closed_ = true;
        stream_.close();
    }

private:
    static constexpr std::size_t most_frames = 16; // what is decrypted together
    static constexpr std::size_t smallest_read = 1024; // so that a quiet connection is small
    // A peer that announces a large frame gets memory as its bytes arrive, not in advance.
    static constexpr std::size_t largest_read = std::size_t{64} << 10;

    // After a read that filled its room come more, in all likelihood: more room is asked for at once, and the buffer is kept, until
    // several small reads in a row show that the connection became quiet.
    static constexpr int patience = 8;
    void learn(std::size_t size) noexcept
    {
        if (size >= usual_read_) {
            usual_read_ = (std::min)(4 * usual_read_, largest_read);
            small_reads_ = 0;
        } else if (size >= usual_read_ / 4) {
            small_reads_ = 0;
        } else if (++small_reads_ == patience) {
            usual_read_ = (std::max)(usual_read_ / 4, smallest_read);
            small_reads_ = 0;
        }
    }

    static boost::system::error_code mapped(boost::system::error_code ec)
    {
        if constexpr (requires { Stream::map_error(ec); })
            return Stream::map_error(ec);
        else
            return ec;
    }

    static boost::asio::awaitable<result<>> ready(result<> value) { co_return value; }

    boost::asio::awaitable<result<>> flush(result<> outcome)
    {
        if (writing_)
            co_return outcome;
        writing_ = true;
        boost::system::error_code ec;
        while (!outbox_.empty() && !ec && !closed_) {
            if (co_await detail::cancelled()) {
                ec = boost::asio::error::operation_aborted;
                break;
            }
            inflight_.swap(outbox_);
            outbox_.clear();
            co_await stream_.async_write(boost::asio::buffer(inflight_.data(), inflight_.size()),
                                         boost::asio::redirect_error(boost::asio::use_awaitable, ec));
        }
        writing_ = false;
        give_back(inflight_);
        if (outbox_.empty())
            give_back(outbox_);
        if (closed_)
            co_return errc::not_connected;
        if (ec) {
            close();
            co_return detail::io_error(mapped(ec));
        }
        co_return outcome;
    }

    /// What a large write needed is kept while writes are large, and not by a connection that became quiet.
    void give_back(std::vector<std::byte>& memory)
    {
        auto const used = inflight_.size();
        if (memory.capacity() > smallest_read && used < memory.capacity() / 4)
            std::vector<std::byte>().swap(memory);
    }

    Stream stream_;
    Codec codec_;
    std::vector<std::byte> outbox_{};
    std::vector<std::byte> inflight_{};
    std::size_t usual_read_ = smallest_read;
    int small_reads_ = 0; // in a row
    bool writing_ = false;
    bool closed_ = false;
};

} // namespace mtproto::transport
