// connection, the part that moves packets between the transport and the session. Included by connection.hpp.
#pragma once

#include <mtproto/client/detail/connection.hpp>

#include <algorithm>
#include <array>

namespace mtproto::detail {

inline task<error> connection::read()
{
    int bad = 0;
    while (link_up_) {
        auto const got = co_await link_->receive(frames_);
        if (!got)
            co_return ended_ ? std::exchange(ended_, std::nullopt).value() : got.error();
        auto const failed = std::find_if(frames_.begin(), frames_.end(), [](auto& f) { return f.transport_error; });
        packets_.clear();
        for (auto it = frames_.begin(); it != failed; ++it)
            if (!it->quick_ack)
                packets_.push_back(it->payload);
        engine_->receive(packets_, now(), [&](const result<>& taken) {
            if (taken) {
                attempts_.heard();
                bad = 0;
                if (engine_->bound())
                    told_.answered();
            } else {
                ++bad;
            }
            drain();
            return bad != 16 && !ended_ && link_up_;
        });
        // A few bad packets may be somebody's injections; a stream of them is a broken connection.
        if (bad == 16)
            co_return error(errc::bad_message, "too many packets failed their checks");
        if (failed != frames_.end() && link_up_ && !ended_) {
            engine_->transport_error(*failed->transport_error, now());
            drain();
            if (!ended_)
                co_return error(errc::transport_error, {}, *failed->transport_error);
        }
        if (ended_)
            co_return std::exchange(ended_, std::nullopt).value();
        wake();
    }
    co_return ended_ ? std::exchange(ended_, std::nullopt).value() : error(errc::not_connected);
}

inline task<void> connection::write(std::shared_ptr<connection> self)
{
    self->writing_ = true;
    std::array<bytes, 16> packets;
    std::array<tl::bytes_view, 16> views;
    while (self->link_up_) {
        auto const renewal = self->renew_if_due();
        auto const due = self->engine_->next_packets(packets, now());
        self->drain();
        if (!self->link_up_)
            break;
        if (due != 0) {
            std::copy_n(packets.begin(), due, views.begin());
            auto const all = std::span<const tl::bytes_view>(views).first(due);
            // Reading fails as well then, and says why.
            if (auto const sent = co_await self->link_->send(all); !sent)
                break;
            continue;
        }
        for (auto& packet : packets) // a connection that waits is small
            if (packet.capacity() > 4096 || &packet != &packets.front())
                bytes().swap(packet);
        auto timer = self->engine_->next_timer();
        if (self->temporary_) {
            if (self->retire())
                break;
            timer = (std::min)(timer.value_or((session::time_point::max)()), self->retire_at_);
        }
        timer = (std::min)(timer.value_or((session::time_point::max)()), renewal);
        self->wake_.expires_at(*timer);
        boost::system::error_code ec;
        co_await self->wake_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ec));
        if (self->link_up_) {
            self->engine_->tick(now());
            self->drain();
        }
    }
    self->writing_ = false;
    self->link_->close();
    self->pause_.cancel();
}

inline bool connection::retire()
{
    if (now() < retire_at_)
        return false;
    open_ = false;
    if (!calls_.none_running() && clock_.unix_seconds(now()) < *temporary_->expires_at) {
        retire_at_ = now() + std::chrono::seconds(1);
        return false;
    }
    outlived_ = true;
    ended_ = error(errc::closed, "the temporary key is renewed");
    link_->close();
    return true;
}

inline session::time_point connection::renew_if_due()
{
    if (!engine_->bound())
        return (session::time_point::max)();
    auto const later = renewal_.due(now(), calls_.none_running());
    if (renewal_.pending())
        open_ = false;
    if (later)
        return *later;
    renewal_.clear();
    renewal_.began(now());
    renewing_ = true;
    engine_->renew_session(now());
    drain();
    open_for_calls();
    return renewal_.due(now(), calls_.none_running()).value_or(now());
}

inline task<void> connection::writer_ended()
{
    while (writing_) {
        wake_.cancel();
        pause_.expires_at((clock::time_point::max)());
        boost::system::error_code ec;
        co_await pause_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ec));
    }
}

inline void connection::drain()
{
    while (engine_) {
        auto event = engine_->next_event();
        if (!event)
            return;
        std::visit([&](auto& one) { on(one); }, *event);
    }
}

inline void connection::answer(session::call_id call, result<bytes> value)
{
    auto const id = calls_.ended(call);
    if (!id)
        return;
    if (*id == bind_call)
        return bound(value);
    tell([&](connection_owner& owner) { owner.on_answer(*this, *id, std::move(value)); });
}

inline void connection::on(session::answer& one)
{
    answer(one.call, std::move(one.result));
}

inline void connection::on(session::failure& one)
{
    answer(one.call, std::move(one.why));
}

inline void connection::on(session::update& one)
{
    tell([&](connection_owner& owner) { owner.on_updates(*this, std::move(one.body)); });
}

inline void connection::on(session::new_session&)
{
    tell([&](connection_owner& owner) { owner.on_new_session(*this); });
}

inline void connection::on(session::salt_changed& one)
{
    if (temporary_)
        return; // salts belong to keys; this one is not kept
    salt_ = one.salt;
    tell([&](connection_owner& owner) { owner.on_salt(*this, salt_); });
}

inline void connection::on(session::session_reset&)
{
    // The connection goes on with another session.
    bool const was_bound = told_.is_bound();
    told_.discarded(std::exchange(renewing_, false) ? error(errc::cancelled, "the session is renewed")
                                                    : error(errc::session_lost, "another session takes its place"));
    renewal_.began(now());
    if (was_bound)
        told_.bound(engine_->session_id());
    tell([&](connection_owner& owner) { owner.on_new_session(*this); });
}

inline void connection::on(session::fatal& one)
{
    if (one.why.is(errc::auth_key_unknown) && temporary_) {
        // The server forgot a temporary key, as it may, or it expires: make and bind a new one.
        outlived_ = true;
        ended_ = error(errc::closed, one.why.text());
    } else {
        ended_ = std::move(one.why);
    }
    link_->close();
}

} // namespace mtproto::detail
