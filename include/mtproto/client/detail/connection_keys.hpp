// connection, the part that makes keys and the session that uses them. Included by connection.hpp.
#pragma once

#include <mtproto/client/detail/connection.hpp>

namespace mtproto::detail {

inline session::handshake_options connection::handshake_options(std::optional<std::chrono::seconds> temporary) const
{
    session::handshake_options made;
    made.keys = options_.keys;
    made.dc = settings_.dc;
    made.test_mode = options_.test_mode;
    made.media = settings_.media;
    made.temporary = temporary;
    made.clock = clock_;
    return made;
}

inline task<result<>> connection::make_key()
{
    session::client_handshake exchange(handshake_options(std::nullopt), random_, context_->primes);
    auto const outcome = co_await exchange_keys(strand_, *link_, exchange, options_.handshake_timeout);
    if (!outcome)
        co_return outcome.error();
    attempts_.heard();
    attempts_.key_accepted();
    key_ = outcome->key;
    salt_ = outcome->salt;
    clock_ = outcome->clock;
    told_.key_created(false);
    tell([&](connection_owner& owner) { owner.on_key(*this); });
    co_return result<>{};
}

inline bool connection::temporary_usable() const
{
    // With a tenth of its life left a key is as good as expired.
    return temporary_ && engine_ &&
           clock_.unix_seconds(now()) + options_.temporary_key_lifetime.count() / 10 < *temporary_->expires_at;
}

inline task<result<>> connection::make_temporary_key()
{
    session::client_handshake exchange(handshake_options(options_.temporary_key_lifetime), random_, context_->primes);
    auto outcome = co_await exchange_keys(strand_, *link_, exchange, options_.handshake_timeout);
    if (!outcome)
        co_return outcome.error();
    attempts_.heard();
    clock_ = outcome->clock;
    drop_engine(error(errc::closed, "its temporary key is renewed"));
    temporary_.emplace(std::move(*outcome));
    told_.key_created(true);
    co_return result<>{};
}

inline void connection::drop_engine(const error& why)
{
    told_.discarded(why);
    outlived_ = false;
    open_ = false;
    temporary_.reset();
    engine_.reset();
    auto const running = calls_.take_running();
    tell([&](connection_owner& owner) {
        for (auto const id : running)
            if (id != bind_call)
                owner.on_answer(*this, id, error(errc::session_lost, "its temporary key ended before the answer came"));
    });
}

inline void connection::make_engine()
{
    renewal_.clear();
    renewal_.began(now());
    session::engine_options made;
    made.init_prefix = settings_.init_prefix;
    made.ping_interval = options_.ping_interval;
    if (options_.on_key)
        options_.on_key(temporary_ ? key_use{temporary_->key, settings_.dc, temporary_->expires_at}
                                   : key_use{*key_, settings_.dc, std::nullopt});
    if (!temporary_) {
        engine_.emplace(std::move(made), *key_, salt_, clock_, random_);
        open_for_calls();
        return;
    }
    made.needs_binding = true;
    made.expires_at = temporary_->expires_at;
    engine_.emplace(std::move(made), temporary_->key, temporary_->salt, temporary_->clock, random_);
    auto const left = *temporary_->expires_at - clock_.unix_seconds(now());
    retire_at_ = now() + std::chrono::seconds(left) * 9 / 10;
    bind();
}

inline void connection::open_for_calls()
{
    if (renewal_.pending())
        return;
    open_ = true;
    for (auto const& one : calls_.take_waiting())
        hand_over(one.id, one.request, one.compress);
}

inline void connection::bind()
{
    calls_.began(engine_->bind(*key_, now()), bind_call);
}

inline void connection::bound(const result<bytes>& answer)
{
    auto const yes = answer ? tl::decode<bool>(*answer) : result<bool>(answer.error());
    if (yes && *yes) {
        attempts_.key_accepted();
        open_for_calls();
        wake();
        return;
    }
    // Make another one. What the server does not like about three in a row, it will not like about more.
    auto const why = yes ? std::string("the server refuses") : yes.error().message();
    outlived_ = true;
    ended_ = error(errc::handshake_failed, "the temporary key could not be bound: " + why);
    link_->close();
}

} // namespace mtproto::detail
