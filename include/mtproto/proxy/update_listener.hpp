// Updates of an account behind a proxy, with a cursor to go on from.
#pragma once

#include <mtproto/proxy/detail/grpc_awaitable.hpp>
#include <mtproto/proxy/detail/messages.hpp>

#include <mtproto/api/fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mtproto::proxy {

/// One update and what is needed to understand it.
template <class S>
struct basic_received_update
{
    /// Where to go on after this one, for a program that comes back later.
    std::string cursor{};
    std::optional<api::raw::Update<S>> update{};
    std::vector<api::raw::User<S>> users{}; ///< whom this update, or later ones, speak of
    std::vector<api::raw::Chat<S>> chats{};
    /// What came between is lost: read dialogs and histories anew.
    bool reset = false;
    std::vector<std::int64_t> reset_channels{}; ///< the same for these channels only
};
/// Incomplete until the types of updates are included: <mtproto/mtproto.hpp> has them.
using received_update = basic_received_update<api::tl_storage>;

/// The stream that client::updates() gives.
///
///     auto updates = tg.updates();
///     for (;;) {
///         auto const one = co_await updates.next();
///         if (!one)
///             ... // may be called again: it goes on behind the last update it gave
///     }
///
/// What comes while nobody waits in next() is kept by the proxy, up to its limit; then next() fails with errc::refused, and goes
/// on from the cursor when called again. Movable. Not thread-safe: one coroutine uses it. Ends with its destruction; its client
/// may die before it.
class update_listener
{
public:
    update_listener(detail::caller_ptr core, boost::asio::any_io_executor executor, std::string cursor,
                    std::vector<std::string> kinds)
        : core_(std::move(core)), executor_(std::move(executor)), cursor_(std::move(cursor)), kinds_(std::move(kinds))
    {
    }
    update_listener(update_listener&& other) noexcept
        : core_(std::move(other.core_)), executor_(std::move(other.executor_)), cursor_(std::move(other.cursor_)),
          kinds_(std::move(other.kinds_)), stream_(std::exchange(other.stream_, 0))
    {
    }
    update_listener& operator=(update_listener&&) = delete;
    ~update_listener()
    {
        if (core_ && stream_ != 0)
            core_->drop(stream_);
    }

    /// Waits until the proxy listens for us: what happens after that will come. next() does this by itself.
    task<result<>> open()
    {
        if (stream_ != 0)
            co_return result<>();
        auto const id = core_->next_id();
        std::string path = "/mtproto.UpdateStreamer/ListenOnUpdates";
        std::string key = "mtproto-cursor";
        auto began = co_await detail::open_stream(core_, executor_, id, std::move(path),
                                                  detail::listen_message(cursor_, kinds_), std::move(key));
        if (!began)
            co_return began.error();
        stream_ = id;
        if (cursor_.empty())
            cursor_.assign(reinterpret_cast<const char*>(began->data()), began->size());
        co_return result<>();
    }

    /// Waits for the next update. errc::not_connected if the proxy is gone or about to stop, errc::refused if this listener was
    /// too slow or may not listen, errc::cancelled. Called again, it listens again from behind the last update it gave.
    ///
    /// `Event` is received_update; a template so that only those who call it compile all that updates may hold, and include it.
    template <class Event = received_update>
    task<result<Event>> next()
    {
        for (;;) {
            if (auto const ready = co_await open(); !ready)
                co_return ready.error();
            auto const message = co_await detail::read_stream(core_, executor_, stream_);
            if (!message) {
                core_->drop(std::exchange(stream_, 0));
                co_return message.error();
            }
            auto read = detail::read_update<Event>(*message);
            if (!read)
                co_return read.error();
            cursor_ = read->cursor;
            if (read->update || read->reset || !read->reset_channels.empty())
                co_return read;
        }
    }

    /// Behind the last update given out; the proxy's position where none was yet.
    const std::string& cursor() const noexcept { return cursor_; }

private:
    detail::caller_ptr core_;
    boost::asio::any_io_executor executor_;
    std::string cursor_;
    std::vector<std::string> kinds_;
    std::uint64_t stream_ = 0; ///< 0: none is open
};

} // namespace mtproto::proxy
