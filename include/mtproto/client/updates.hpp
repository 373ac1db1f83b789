// Updates in order, each once, with nothing missing: update_stream.
// https://core.telegram.org/api/updates
#pragma once

#include <mtproto/client/detail/update_sorter.hpp>
#include <mtproto/client/error_policy.hpp>
#include <mtproto/client/invoker.hpp>
#include <mtproto/client/session_data.hpp>
#include <mtproto/client/update_batch.hpp>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <utility>

namespace mtproto {

/// The updates of an account in the order of their sequences, each once; what was missed while away comes first.
///
/// New messages of a difference come as updateNewMessage and updateNewChannelMessage, short updates in full. Numbers (pts)
/// that are spent count only inside. A message that this client sent itself is the result of its call; where the server answers
/// with updateShortSentMessage, it does not come as an update.
///
/// Where the account stands is kept in the client's session when next() is called again: an update was applied once its batch was
/// handled. A process that is killed in between sees the last batch again.
///
/// `Tg` is an invoker with `subscribe(true)`, which gives something with `next<api::Updates>(until)`, such as client; with
/// session() and update_session() the position is kept. It must outlive the stream. `S` is the storage of what comes out.
/// Not thread-safe: one coroutine uses it.
template <invoker Tg, class S = api::tl_storage>
class update_stream
{
public:
    /// Begins to collect; nothing is fetched before next().
    explicit update_stream(Tg& tg) : tg_(tg), incoming_(tg.subscribe(true)), sorter_(silence_of(tg)) {}

    /// Waits for updates. errc::rpc if a difference cannot be fetched (401 before sign-in), errc::wrong_result or an error of
    /// decoding if it cannot be understood, errc::not_connected after the client's close(), errc::cancelled; it may be called
    /// again after all of them. Trouble of the network and of the server is waited out.
    task<result<basic_update_batch<S>>> next()
    {
        if (!sorter_.started()) {
            if (auto const ok = co_await start(); !ok)
                co_return ok.error();
        } else if (!sorter_.has_batch()) { // else something was applied that nobody has seen: the last call failed after it
            keep_position();
        }
        for (;;) {
            if (auto const ok = co_await fetch_missing(); !ok)
                co_return ok.error();
            if (sorter_.has_batch())
                co_return sorter_.take_batch();
            auto received = co_await incoming_.template next<api::raw::Updates<S>>(sorter_.next_timer());
            if (received)
                sorter_.sort(*received);
            else if (received.error().is(errc::not_connected) || received.error().is(errc::cancelled))
                co_return received.error();
            else if (!received.error().is(errc::timed_out)) // of a newer layer than ours, perhaps: fetch it in ours
                sorter_.too_long();
        }
    }

    /// Where the account stands.
    update_position position() const { return sorter_.position(); }

private:
    using clock = std::chrono::steady_clock;

    static clock::duration silence_of(const Tg& tg)
    {
        if constexpr (requires { tg.options().update_silence; })
            return tg.options().update_silence;
        else
            return std::chrono::minutes(15);
    }

    task<result<>> start()
    {
        std::optional<update_position> known;
        if constexpr (requires { tg_.session(); }) {
            auto const session = co_await tg_.session();
            if (!session)
                co_return session.error();
            known = session->updates;
            for (auto const& [id, position] : session->channels)
                sorter_.start_channel(id, position);
        }
        if (known) {
            sorter_.start(*known);
            sorter_.too_long();
            co_return result<>{};
        }
        auto const position = co_await current_position();
        if (!position)
            co_return position.error();
        sorter_.start(*position);
        keep_position();
        co_return result<>{};
    }
    task<result<update_position>> current_position()
    {
        api::raw::updates::getState<S> const request;
        auto const state = co_await tg_.invoke(request);
        if (!state)
            co_return state.error();
        co_return detail::position_of(*state);
    }

    void keep_position()
    {
        if constexpr (requires { tg_.update_session([](session_data&) {}); }) {
            auto const position = sorter_.position();
            auto moved = sorter_.moved_channels();
            if (position == kept_ && moved.empty())
                return;
            kept_ = position;
            tg_.update_session([position, moved = std::move(moved)](session_data& data) {
                data.updates = position;
                for (auto const& [id, at] : moved)
                    data.channels[id] = at;
            });
        }
    }

    // ---- what is missing

    static constexpr std::chrono::seconds retry_after{2};

    /// Whether the same question may be answered later: neither the answer was at fault, nor whoever has ended this.
    static bool passes(const error& why)
    {
        if (why.is(errc::rpc))
            return is_internal_error(why) || why.number() == 420 || why.is_rpc("PERSISTENT_TIMESTAMP_OUTDATED");
        for (auto const final : {errc::truncated, errc::trailing_bytes, errc::unknown_constructor, errc::bad_count, errc::too_deep,
                                 errc::bad_padding, errc::too_large, errc::bad_gzip, errc::wrong_result, errc::not_connected,
                                 errc::cancelled})
            if (why.is(final))
                return false;
        return true;
    }

    task<result<>> fetch_missing()
    {
        while (auto const what = sorter_.next_difference()) {
            // Two statements: of a conditional expression that awaits, g++ 12 destroys both results.
            auto done = result<>();
            if (what->channel)
                done = co_await fetch_channel(*what->channel);
            else
                done = co_await fetch_common();
            if (done)
                continue;
            auto const& why = done.error();
            sorter_.fail(*what, clock::now() + (why.seconds() ? std::chrono::seconds(*why.seconds()) : retry_after));
            if (!passes(why))
                co_return why;
        }
        co_return result<>{};
    }

    task<result<>> fetch_common()
    {
        for (bool last = false; !last;) {
            auto const at = sorter_.position();
            api::raw::updates::getDifference<S> request;
            request.pts = at.pts;
            request.qts = at.qts;
            request.date = at.date;
            auto answer = co_await tg_.invoke(request);
            if (!answer && answer.error().number() == 400 && answer.error().name().starts_with("PERSISTENT_TIMESTAMP")) {
                // Where we thought we were means nothing to the server.
                auto const position = co_await current_position();
                if (!position)
                    co_return position.error();
                sorter_.reset(*position);
                co_return result<>{};
            }
            if (!answer)
                co_return answer.error();
            auto const applied = sorter_.apply(*answer);
            if (!applied)
                co_return applied.error();
            last = *applied;
        }
        co_return result<>{};
    }

    task<result<>> fetch_channel(std::int64_t id)
    {
        auto const hash = sorter_.access_hash(id);
        if (!hash) {
            sorter_.reset_channel(id);
            co_return result<>{};
        }
        api::raw::inputChannel<S> channel;
        channel.channel_id = id;
        channel.access_hash = *hash;
        for (bool last = false; !last;) {
            api::raw::updates::getChannelDifference<S> request;
            request.channel = channel;
            request.filter = api::raw::channelMessagesFilterEmpty<S>();
            request.pts = (std::max)(sorter_.channel_pts(id), 1);
            request.limit = 100;
            auto answer = co_await tg_.invoke(request);
            if (!answer && (answer.error().is_rpc("CHANNEL_PRIVATE") || answer.error().is_rpc("CHANNEL_INVALID") ||
                            answer.error().is_rpc("CHANNEL_PUBLIC_GROUP_NA"))) {
                sorter_.forget_channel(id);
                co_return result<>{};
            }
            if (!answer)
                co_return answer.error();
            last = sorter_.apply(id, *answer);
        }
        co_return result<>{};
    }

    Tg& tg_;
    decltype(std::declval<Tg&>().subscribe(true)) incoming_;
    detail::update_sorter<S> sorter_;
    update_position kept_{};
};

} // namespace mtproto
