// A stream of updates from a client.
#pragma once

#include <mtproto/client/detail/client_interface.hpp>
#include <mtproto/client/task.hpp>

#include <mtproto/tl/decode.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace mtproto {

namespace detail {

/// The type of the only parameter of a callback that is not generic.
template <class F>
struct argument_of : argument_of<decltype(&F::operator())>
{
};
template <class C, class R, class A>
struct argument_of<R (C::*)(A)>
{
    using type = A;
};
template <class C, class R, class A>
struct argument_of<R (C::*)(A) const>
{
    using type = A;
};
template <class R, class A>
struct argument_of<R (*)(A)>
{
    using type = A;
};

} // namespace detail

/// Keeps the updates of a client for one consumer, from its construction on.
///
/// Nothing is lost silently: if the consumer falls behind by more than client_options::update_queue, or the server began a new
/// session, an updatesTooLong stands where something is missing. Movable; ends with its destruction. Thread-safe, but
/// only one next() may be waiting.
class update_subscription
{
public:
    /// client::subscribe() makes it.
    update_subscription(std::shared_ptr<detail::client_interface> core, bool with_results)
        : core_(std::move(core)), id_(core_->next_id())
    {
        core_->subscribe(id_, with_results, {});
    }
    update_subscription(update_subscription&&) noexcept = default;
    update_subscription& operator=(update_subscription&& other) noexcept
    {
        std::swap(core_, other.core_);
        std::swap(id_, other.id_);
        return *this;
    }
    ~update_subscription()
    {
        if (core_)
            core_->unsubscribe(id_);
    }

    /// The next boxed Updates, as bytes. errc::cancelled after a cancellation, which loses nothing, errc::not_connected
    /// once the client is closed, errc::timed_out at `until`.
    task<result<std::vector<std::byte>>> next_raw(std::optional<std::chrono::steady_clock::time_point> until = {})
    {
        return take(core_, id_, until);
    }

    /// The next update, decoded: `co_await updates.next<api::Updates>()`. One that cannot be decoded fails with the codes of
    /// tl::decode; the stream goes on after it.
    template <class Updates>
    task<result<Updates>> next(std::optional<std::chrono::steady_clock::time_point> until = {})
    {
        return decoded<Updates>(next_raw(until));
    }

private:
    static task<result<std::vector<std::byte>>> take(std::shared_ptr<detail::client_interface> core, std::uint64_t id,
                                                     std::optional<std::chrono::steady_clock::time_point> until)
    {
        if ((co_await boost::asio::this_coro::cancellation_state).cancelled() != boost::asio::cancellation_type::none)
            co_return errc::cancelled;
        co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(result<detail::bytes>)>(
            [](auto handler, std::shared_ptr<detail::client_interface> c, std::uint64_t which,
               std::optional<std::chrono::steady_clock::time_point> limit) {
                auto slot = boost::asio::get_associated_cancellation_slot(handler);
                auto sink = detail::make_sink(
                    std::move(handler), [](result<detail::bytes> r) { return r; }, c->executor());
                c->next_update(which, limit, std::move(sink));
                if (slot.is_connected())
                    slot.assign([weak = std::weak_ptr(c), which](boost::asio::cancellation_type) {
                        if (auto const alive = weak.lock())
                            alive->cancel_next_update(which);
                    });
            },
            boost::asio::use_awaitable, std::move(core), id, until);
    }
    template <class Updates>
    static task<result<Updates>> decoded(task<result<std::vector<std::byte>>> next)
    {
        auto const body = co_await std::move(next);
        if (!body)
            co_return body.error();
        co_return tl::decode<Updates>(*body, true);
    }

    std::shared_ptr<detail::client_interface> core_;
    std::uint64_t id_;
};

} // namespace mtproto
