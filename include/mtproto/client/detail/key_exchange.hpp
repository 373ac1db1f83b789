// The coroutine edge of the key exchange.
#pragma once

#include <mtproto/client/detail/any_transport.hpp>
#include <mtproto/session/client_handshake.hpp>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <span>
#include <vector>

namespace mtproto::detail {

inline session::time_point now()
{
    return std::chrono::time_point_cast<session::time_point::duration>(std::chrono::steady_clock::now());
}

/// Closes a transport if what is done on it takes too long.
class transport_guard
{
public:
    transport_guard(const boost::asio::any_io_executor& executor, any_transport& guarded, std::chrono::steady_clock::duration limit)
        : state_(std::make_shared<state>(state{&guarded})), timer_(executor, limit)
    {
        timer_.async_wait([state = state_](boost::system::error_code ec) {
            if (ec || !state->guarded)
                return;
            state->expired = true;
            state->guarded->close();
        });
    }
    transport_guard(const transport_guard&) = delete;
    transport_guard& operator=(const transport_guard&) = delete;
    ~transport_guard() { state_->guarded = nullptr; }

    bool expired() const noexcept { return state_->expired; }

private:
    // The timer's handler may be on its way when the guard goes: it looks here first.
    struct state
    {
        any_transport* guarded;
        bool expired = false;
    };
    std::shared_ptr<state> state_;
    boost::asio::steady_timer timer_;
};

/// Makes a key over a connected transport. errc::timed_out if one answer takes longer than `limit`,
/// errc::transport_error if the server answers with one, and the failures of the exchange and the transport.
/// All references must outlive the task.
inline task<result<session::handshake_outcome>> exchange_keys(boost::asio::any_io_executor executor, any_transport& link,
                                                              session::client_handshake& exchange,
                                                              std::chrono::steady_clock::duration limit)
{
    auto first = exchange.start(now());
    if (!first)
        co_return first.error();
    auto packet = std::move(*first);
    std::vector<transport::frame> frames;
    for (;;) {
        transport_guard const guard(executor, link, limit);
        if (!packet.empty()) {
            tl::bytes_view const whole = packet;
            auto const sent = co_await link.send(std::span(&whole, 1));
            if (!sent)
                co_return guard.expired() ? error(errc::timed_out, "in the key exchange") : sent.error();
        }
        auto const got = co_await link.receive(frames);
        if (!got)
            co_return guard.expired() ? error(errc::timed_out, "the server does not answer in the key exchange")
                                      : got.error();
        packet.clear();
        for (auto const& one : frames) {
            if (one.transport_error)
                co_return error(errc::transport_error, "in the key exchange", *one.transport_error);
            if (one.quick_ack)
                continue;
            auto step = exchange.receive(one.payload, now());
            if (!step)
                co_return step.error();
            if (step->done)
                co_return exchange.outcome();
            packet = std::move(step->send);
        }
    }
}

} // namespace mtproto::detail
