// Updates in order, each once, with nothing missing: update_stream.
// https://core.telegram.org/api/updates
#pragma once

#include <mtproto/client/detail/update_sorting.hpp>
#include <mtproto/client/invoker.hpp>
#include <mtproto/client/session_data.hpp>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <map>
#include <set>

namespace mtproto {

/// What update_stream gives out at a time.
struct update_batch
{
    std::vector<api::Update> updates{};
    std::vector<api::User> users{}; ///< whom the updates, or later ones, speak of
    std::vector<api::Chat> chats{};
    /// The server no longer has all that was missed: read dialogs and histories anew.
    bool reset = false;
    /// The same for these channels only.
    std::vector<std::int64_t> reset_channels{};
};

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
/// session() and update_session() the position is kept. It must outlive the stream.
/// Not thread-safe: one coroutine uses it.
template <invoker Tg>
class update_stream
{
public:
    /// Begins to collect; nothing is fetched before next().
    explicit update_stream(Tg& tg) : tg_(tg), incoming_(tg.subscribe(true)), state_(silence_of(tg)) {}

    /// Waits for updates. errc::rpc if a difference cannot be fetched (401 before sign-in), errc::not_connected after the
    /// client's close(), errc::cancelled; it may be called again after all of them.
    task<result<update_batch>> next()
    {
        if (!state_.started()) {
            if (auto const ok = co_await start(); !ok)
                co_return ok.error();
        } else {
            keep_position();
        }
        for (;;) {
            if (auto const ok = co_await fetch_missing(); !ok)
                co_return ok.error();
            if (!ready_.empty() || batch_.reset || !batch_.reset_channels.empty() || !batch_.updates.empty()) {
                release();
                co_return std::exchange(batch_, {});
            }
            auto received = co_await incoming_.template next<api::Updates>(state_.next_timer());
            if (received)
                sort(*received);
            else if (received.error().is(errc::not_connected) || received.error().is(errc::cancelled))
                co_return received.error();
            else if (!received.error().is(errc::timed_out)) // of a newer layer than ours, perhaps: fetch it in ours
                state_.too_long({update_sequence::pts}, clock::now());
        }
    }

    /// Where the account stands.
    update_position position() const { return state_.position(); }

private:
    using clock = std::chrono::steady_clock;
    /// What becomes applicable together; empty for a number that is spent without an update.
    using unit = std::vector<api::Update>;

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
            for (auto const& [id, position] : session->channels) {
                hashes_[id] = position.access_hash;
                if (position.pts != 0) {
                    state_.start_channel(id, position.pts);
                    state_.too_long({update_sequence::channel, id}, clock::now());
                }
            }
        }
        if (known) {
            state_.start(*known, ready_);
            state_.too_long({update_sequence::pts}, clock::now());
            co_return result<>{};
        }
        auto const position = co_await current_position();
        if (!position)
            co_return position.error();
        state_.start(*position, ready_);
        keep_position();
        co_return result<>{};
    }
    task<result<update_position>> current_position()
    {
        api::updates::getState const request;
        auto const state = co_await tg_.invoke(request);
        if (!state)
            co_return state.error();
        co_return position_of(*tl::get_if<api::updates::state>(*state));
    }
    static update_position position_of(const api::updates::state& state)
    {
        return {state.pts, state.qts, state.date, state.seq};
    }

    void keep_position()
    {
        if constexpr (requires { tg_.update_session([](session_data&) {}); }) {
            auto const position = state_.position();
            std::map<std::int64_t, channel_position> changed;
            for (auto const id : std::exchange(touched_, {}))
                if (auto const pts = state_.channel_pts(id); pts && hashes_.contains(id))
                    changed[id] = {hashes_[id], *pts};
            if (position == kept_ && changed.empty())
                return;
            kept_ = position;
            tg_.update_session([position, changed = std::move(changed)](session_data& data) {
                data.updates = position;
                for (auto const& [id, at] : changed)
                    data.channels[id] = at;
            });
        }
    }

    void release()
    {
        for (auto& one : std::exchange(ready_, {}))
            for (auto& update : one)
                batch_.updates.push_back(std::move(update));
    }

    // ---- sorting

    void know(std::vector<api::User>& users, std::vector<api::Chat>& chats)
    {
        for (auto const& chat : chats)
            if (auto const* const channel = tl::get_if<api::channel>(chat); channel && channel->access_hash && !channel->min)
                hashes_[channel->id] = *channel->access_hash;
        for (auto& user : users)
            batch_.users.push_back(std::move(user));
        for (auto& chat : chats)
            batch_.chats.push_back(std::move(chat));
    }

    /// An update with a number goes to its sequence; true if it had none.
    bool unnumbered(api::Update& update)
    {
        if (auto const* const missed = tl::get_if<api::updateChannelTooLong>(update)) {
            auto const known = state_.channel_pts(missed->channel_id);
            if (known && (!missed->pts || *missed->pts > *known))
                state_.too_long({update_sequence::channel, missed->channel_id}, clock::now());
            return !known;
        }
        if (tl::holds<api::updatePtsChanged>(update)) {
            state_.too_long({update_sequence::pts}, clock::now());
            return false;
        }
        auto const place = detail::place_of(update);
        if (!place)
            return true;
        if (place->track.kind == update_sequence::channel)
            touched_.insert(place->track.channel);
        unit one;
        one.push_back(std::move(update));
        state_.push(place->track, place->to, place->count, std::move(one), clock::now(), ready_);
        return false;
    }

    void sort_container(std::vector<api::Update>& updates, std::int32_t date, std::int32_t first_seq, std::int32_t seq)
    {
        unit rest;
        for (auto& update : updates)
            if (unnumbered(update))
                rest.push_back(std::move(update));
        state_.saw_date(date);
        if (seq == 0) {
            if (!rest.empty())
                ready_.push_back(std::move(rest));
        } else {
            state_.push({update_sequence::seq}, seq, seq - first_seq + 1, std::move(rest), clock::now(), ready_);
        }
    }

    void sort(api::Updates& received)
    {
        tl::match(
            received,
            [&](api::updates_& all) {
                know(all.users, all.chats);
                sort_container(all.updates, all.date, all.seq, all.seq);
            },
            [&](api::updatesCombined& all) {
                know(all.users, all.chats);
                sort_container(all.updates, all.date, all.seq_start, all.seq);
            },
            [&](api::updateShort& one) {
                std::vector<api::Update> single;
                single.push_back(std::move(*one.update)); // a box: its name alone would be copied
                sort_container(single, one.date, 0, 0);
            },
            [&](api::updatesTooLong&) { state_.too_long({update_sequence::pts}, clock::now()); },
            [&](api::updateShortSentMessage& sent) {
                state_.saw_date(sent.date);
                state_.push({update_sequence::pts}, sent.pts, sent.pts_count, {}, clock::now(), ready_);
            },
            [&](auto& short_message) {
                api::updateNewMessage update;
                update.pts = short_message.pts;
                update.pts_count = short_message.pts_count;
                auto const date = short_message.date;
                update.message = detail::full_message(short_message);
                std::vector<api::Update> single;
                single.emplace_back(std::move(update));
                sort_container(single, date, 0, 0);
            });
    }

    // ---- what is missing

    static constexpr std::chrono::seconds retry_after{2};

    task<result<>> fetch_missing()
    {
        while (auto const what = state_.next_difference(clock::now())) {
            // Two statements: of a conditional expression that awaits, g++ 12 destroys both results.
            auto done = result<>();
            if (what->channel)
                done = co_await fetch_channel(*what->channel);
            else
                done = co_await fetch_common();
            if (done)
                continue;
            auto const& why = done.error();
            bool const passing = !why.is(errc::rpc) || why.number() >= 500 || why.number() < 0 || why.number() == 420 ||
                                 why.is_rpc("PERSISTENT_TIMESTAMP_OUTDATED");
            state_.fail(*what, clock::now() + (why.seconds() ? std::chrono::seconds(*why.seconds()) : retry_after));
            if (!passing || why.is(errc::not_connected) || why.is(errc::cancelled))
                co_return why;
        }
        co_return result<>{};
    }

    void apply(std::vector<api::Update>& others)
    {
        // Channels have numbers of their own; all else is covered by the state that comes with the difference.
        for (auto& update : others) {
            auto const place = detail::place_of(update);
            bool const of_channel =
                tl::holds<api::updateChannelTooLong>(update) || (place && place->track.kind == update_sequence::channel);
            if (!of_channel || unnumbered(update))
                batch_.updates.push_back(std::move(update));
        }
    }
    template <class Difference>
    void apply_common(Difference& difference)
    {
        know(difference.users, difference.chats);
        for (auto& message : difference.new_messages) {
            api::updateNewMessage update;
            update.message = std::move(message);
            batch_.updates.emplace_back(std::move(update));
        }
        for (auto& message : difference.new_encrypted_messages) {
            api::updateNewEncryptedMessage update;
            update.message = std::move(message);
            batch_.updates.emplace_back(std::move(update));
        }
        apply(difference.other_updates);
    }

    task<result<>> fetch_common()
    {
        release(); // what was applied before stands before what the difference brings
        for (;;) {
            auto const at = state_.position();
            api::updates::getDifference request;
            request.pts = at.pts;
            request.qts = at.qts;
            request.date = at.date;
            auto answer = co_await tg_.invoke(request);
            if (!answer && answer.error().number() == 400 && answer.error().name().starts_with("PERSISTENT_TIMESTAMP")) {
                // Where we thought we were means nothing to the server.
                auto const position = co_await current_position();
                if (!position)
                    co_return position.error();
                batch_.reset = true;
                state_.finish(*position, ready_);
                co_return result<>{};
            }
            if (!answer)
                co_return answer.error();
            if (auto* const nothing = tl::get_if<api::updates::differenceEmpty>(*answer)) {
                state_.finish({at.pts, at.qts, nothing->date, nothing->seq}, ready_);
                co_return result<>{};
            }
            if (auto* const whole = tl::get_if<api::updates::difference>(*answer)) {
                apply_common(*whole);
                state_.finish(position_of(*tl::get_if<api::updates::state>(whole->state)), ready_);
                co_return result<>{};
            }
            if (auto* const slice = tl::get_if<api::updates::differenceSlice>(*answer)) {
                auto const next = position_of(*tl::get_if<api::updates::state>(slice->intermediate_state));
                if (next.pts == at.pts && next.qts == at.qts && next.date == at.date)
                    co_return error(errc::wrong_result, "a difference that does not come to an end");
                apply_common(*slice);
                state_.advance(next);
                continue;
            }
            auto* const gap = tl::get_if<api::updates::differenceTooLong>(*answer);
            if (!gap || gap->pts == at.pts)
                co_return error(errc::wrong_result, "a difference that leads nowhere");
            batch_.reset = true;
            state_.advance({gap->pts, at.qts, at.date, at.seq});
        }
    }

    task<result<>> fetch_channel(std::int64_t id)
    {
        release();
        touched_.insert(id);
        auto const hash = hashes_.find(id);
        if (hash == hashes_.end()) {
            // Without its hash the channel cannot be asked about.
            batch_.reset_channels.push_back(id);
            state_.forget_channel(id);
            co_return result<>{};
        }
        api::inputChannel channel;
        channel.channel_id = id;
        channel.access_hash = hash->second;
        for (;;) {
            auto const at = state_.channel_pts(id).value_or(0);
            api::updates::getChannelDifference request;
            request.channel = channel;
            request.filter = api::channelMessagesFilterEmpty();
            request.pts = (std::max)(at, 1);
            request.limit = 100;
            auto answer = co_await tg_.invoke(request);
            if (!answer && (answer.error().is_rpc("CHANNEL_PRIVATE") || answer.error().is_rpc("CHANNEL_INVALID") ||
                            answer.error().is_rpc("CHANNEL_PUBLIC_GROUP_NA"))) {
                state_.forget_channel(id);
                co_return result<>{};
            }
            if (!answer)
                co_return answer.error();
            bool last = true;
            std::int32_t pts = at;
            if (auto* const nothing = tl::get_if<api::updates::channelDifferenceEmpty>(*answer)) {
                last = nothing->final;
                pts = nothing->pts;
            } else if (auto* const some = tl::get_if<api::updates::channelDifference>(*answer)) {
                last = some->final;
                pts = some->pts;
                know(some->users, some->chats);
                for (auto& message : some->new_messages) {
                    api::updateNewChannelMessage update;
                    update.message = std::move(message);
                    batch_.updates.emplace_back(std::move(update));
                }
                for (auto& update : some->other_updates)
                    batch_.updates.push_back(std::move(update));
            } else if (auto* const gap = tl::get_if<api::updates::channelDifferenceTooLong>(*answer)) {
                last = gap->final;
                know(gap->users, gap->chats);
                batch_.reset_channels.push_back(id);
                auto const* const dialog = tl::get_if<api::dialog>(gap->dialog);
                pts = dialog && dialog->pts ? *dialog->pts : at;
            }
            if (last || pts == at) {
                state_.finish_channel(id, pts, ready_);
                co_return result<>{};
            }
            state_.advance_channel(id, pts);
        }
    }

    Tg& tg_;
    decltype(std::declval<Tg&>().subscribe(true)) incoming_;
    update_state<unit> state_;
    std::vector<unit> ready_{};
    update_batch batch_{};
    std::map<std::int64_t, std::int64_t> hashes_{}; ///< of channels
    std::set<std::int64_t> touched_{};              ///< channels whose position changed since it was kept
    update_position kept_{};
};

} // namespace mtproto
