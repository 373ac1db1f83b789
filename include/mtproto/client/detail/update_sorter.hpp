// Updates as they arrive and as differences bring them, sorted into what may be applied: update_sorter, without I/O.
// https://core.telegram.org/api/updates
#pragma once

#include <mtproto/api/methods/updates.hpp>
#include <mtproto/client/update_batch.hpp>
#include <mtproto/client/update_state.hpp>
#include <mtproto/error.hpp>
#include <mtproto/tl/variant.hpp>

#include <set>
#include <type_traits>

namespace mtproto::detail {

/// The place of one update in its sequence; none for updates that have no number of their own.
struct update_place
{
    update_track track{};
    std::int32_t to = 0;
    std::int32_t count = 0;
};

// Everything here depends on S: Update has 150 constructors, which who does not use updates should not compile.

template <class S>
std::int64_t channel_of(const api::raw::Peer<S>& peer)
{
    auto const* const channel = tl::get_if<api::raw::peerChannel<S>>(peer);
    return channel ? channel->channel_id : 0;
}
template <class S>
std::int64_t channel_of(const api::raw::Message<S>& message)
{
    return tl::visit(
        [](auto const& one) -> std::int64_t {
            if constexpr (std::is_same_v<std::remove_cvref_t<decltype(one)>, api::raw::messageEmpty<S>>)
                return one.peer_id ? channel_of<S>(*one.peer_id) : 0;
            else
                return channel_of<S>(one.peer_id);
        },
        message);
}

/// https://core.telegram.org/api/updates#update-handling
template <class S>
std::optional<update_place> place_of(const api::raw::Update<S>& update)
{
    return tl::visit(
        [](auto const& one) -> std::optional<update_place> {
            using T = std::remove_cvref_t<decltype(one)>;
            if constexpr (requires { one.pts_count; }) {
                std::int64_t channel = 0;
                if constexpr (std::is_same_v<T, api::raw::updateNewChannelMessage<S>> ||
                              std::is_same_v<T, api::raw::updateEditChannelMessage<S>>)
                    channel = channel_of<S>(one.message);
                else if constexpr (requires { one.channel_id; })
                    channel = one.channel_id;
                if (one.pts == 0)
                    return std::nullopt;
                auto const kind = channel == 0 ? update_sequence::pts : update_sequence::channel;
                return update_place{{kind, channel}, one.pts, one.pts_count};
            } else if constexpr (requires { one.qts; }) {
                if (one.qts == 0)
                    return std::nullopt;
                return update_place{{update_sequence::qts, 0}, one.qts, 1};
            } else {
                return std::nullopt;
            }
        },
        update);
}

template <class S>
update_position position_of(const api::raw::updates::State<S>& at)
{
    return {at.pts, at.qts, at.date, at.seq};
}

/// The message of an updateShortMessage or updateShortChatMessage, which is moved from.
template <class S, class Short>
api::raw::message<S> full_message(Short& from)
{
    api::raw::message<S> made;
    made.out = from.out;
    made.mentioned = from.mentioned;
    made.media_unread = from.media_unread;
    made.silent = from.silent;
    made.id = from.id;
    if constexpr (requires { from.chat_id; }) {
        api::raw::peerUser<S> sender;
        sender.user_id = from.from_id;
        made.from_id = sender;
        api::raw::peerChat<S> chat;
        chat.chat_id = from.chat_id;
        made.peer_id = chat;
    } else {
        api::raw::peerUser<S> other;
        other.user_id = from.user_id;
        made.peer_id = other;
    }
    made.message_ = std::move(from.message);
    made.date = from.date;
    made.fwd_from = std::move(from.fwd_from);
    made.via_bot_id = from.via_bot_id;
    made.reply_to = std::move(from.reply_to);
    made.entities = std::move(from.entities);
    made.ttl_period = from.ttl_period;
    return made;
}

/// What an update_stream decides: where each update belongs, what becomes of a difference, what is given out next.
template <class S>
class update_sorter
{
    /// What becomes applicable together; empty for a number that is spent without an update.
    using unit = std::vector<api::raw::Update<S>>;

public:
    using clock = std::chrono::steady_clock;
    using difference = typename update_state<unit>::difference;

    explicit update_sorter(clock::duration silence) : state_(silence) {}

    // ---- where the account stands

    bool started() const noexcept { return state_.started(); }
    void start(update_position position) { state_.start(position, ready_); }
    /// A channel whose hash is known, and perhaps its place: what it missed is fetched.
    void start_channel(std::int64_t id, channel_position position)
    {
        hashes_[id] = position.access_hash;
        if (position.pts == 0)
            return;
        state_.start_channel(id, position.pts);
        state_.too_long({update_sequence::channel, id}, clock::now());
    }
    update_position position() const { return state_.position(); }
    std::int32_t channel_pts(std::int64_t id) const { return state_.channel_pts(id).value_or(0); }
    std::optional<std::int64_t> access_hash(std::int64_t channel) const
    {
        auto const known = hashes_.find(channel);
        return known == hashes_.end() ? std::nullopt : std::optional(known->second);
    }
    /// Channels that have moved since it was asked before.
    std::map<std::int64_t, channel_position> moved_channels()
    {
        std::map<std::int64_t, channel_position> moved;
        for (auto const id : std::exchange(touched_, {}))
            if (auto const pts = state_.channel_pts(id); pts && hashes_.contains(id))
                moved[id] = {hashes_[id], *pts};
        return moved;
    }

    // ---- what is given out

    bool has_batch() const
    {
        return !ready_.empty() || batch_.reset || !batch_.reset_channels.empty() || !batch_.updates.empty();
    }
    basic_update_batch<S> take_batch()
    {
        release();
        return std::exchange(batch_, {});
    }

    // ---- what arrives

    /// The server may have more than what arrived: the common difference is due.
    void too_long() { state_.too_long({update_sequence::pts}, clock::now()); }

    void sort(api::raw::Updates<S>& received)
    {
        tl::match(
            received,
            [&](api::raw::updates_<S>& all) {
                know(all.users, all.chats);
                sort_container(all.updates, all.date, all.seq, all.seq);
            },
            [&](api::raw::updatesCombined<S>& all) {
                know(all.users, all.chats);
                sort_container(all.updates, all.date, all.seq_start, all.seq);
            },
            [&](api::raw::updateShort<S>& one) { sort_single(std::move(*one.update), one.date); }, // a box: its name alone would be copied
            [&](api::raw::updatesTooLong<S>&) { too_long(); },
            [&](api::raw::updateShortSentMessage<S>& sent) {
                state_.saw_date(sent.date);
                state_.push({update_sequence::pts}, sent.pts, sent.pts_count, {}, clock::now(), ready_);
            },
            [&](auto& short_message) {
                api::raw::updateNewMessage<S> update;
                update.pts = short_message.pts;
                update.pts_count = short_message.pts_count;
                auto const date = short_message.date;
                update.message = full_message<S>(short_message);
                sort_single(std::move(update), date);
            });
    }

    // ---- what is missing

    std::optional<clock::time_point> next_timer() const { return state_.next_timer(); }
    /// What to ask the server for now. Until it is applied to its end, or failed, its updates wait.
    std::optional<difference> next_difference()
    {
        auto const due = state_.next_difference(clock::now());
        if (due) {
            release(); // what was applied before stands before what the difference brings
            if (due->channel)
                touched_.insert(*due->channel);
        }
        return due;
    }
    void fail(difference what, clock::time_point again_at) { state_.fail(what, again_at); }

    /// Applies what the server answered to the common difference at position(); true if there is no more of it.
    result<bool> apply(api::raw::updates::Difference<S>& answer)
    {
        namespace raw = api::raw::updates;
        auto const at = state_.position();
        if (auto* const nothing = tl::get_if<raw::differenceEmpty<S>>(answer)) {
            state_.finish({at.pts, at.qts, nothing->date, nothing->seq}, ready_);
            return true;
        }
        if (auto* const whole = tl::get_if<raw::difference<S>>(answer)) {
            apply_common(*whole);
            state_.finish(position_of<S>(whole->state), ready_);
            return true;
        }
        if (auto* const slice = tl::get_if<raw::differenceSlice<S>>(answer)) {
            auto const next = position_of<S>(slice->intermediate_state);
            if (next.pts == at.pts && next.qts == at.qts && next.date == at.date)
                return error(errc::wrong_result, "a difference that does not come to an end");
            apply_common(*slice);
            state_.advance(next);
            return false;
        }
        auto* const gap = tl::get_if<raw::differenceTooLong<S>>(answer);
        if (!gap || gap->pts == at.pts)
            return error(errc::wrong_result, "a difference that leads nowhere");
        batch_.reset = true;
        state_.advance({gap->pts, at.qts, at.date, at.seq});
        return false;
    }
    /// The server knows nothing of position(), and the account stands here now.
    void reset(update_position position)
    {
        batch_.reset = true;
        state_.finish(position, ready_);
    }

    /// Applies what the server answered to the difference of a channel at channel_pts(); true if there is no more of it.
    bool apply(std::int64_t channel, api::raw::updates::ChannelDifference<S>& answer)
    {
        namespace raw = api::raw::updates;
        auto const at = channel_pts(channel);
        bool last = true;
        std::int32_t pts = at;
        if (auto* const nothing = tl::get_if<raw::channelDifferenceEmpty<S>>(answer)) {
            last = nothing->final;
            pts = nothing->pts;
        } else if (auto* const some = tl::get_if<raw::channelDifference<S>>(answer)) {
            last = some->final;
            pts = some->pts;
            know(some->users, some->chats);
            add_messages<api::raw::updateNewChannelMessage<S>>(some->new_messages);
            for (auto& update : some->other_updates)
                batch_.updates.push_back(std::move(update));
        } else if (auto* const gap = tl::get_if<raw::channelDifferenceTooLong<S>>(answer)) {
            last = gap->final;
            know(gap->users, gap->chats);
            batch_.reset_channels.push_back(channel);
            auto const* const dialog = tl::get_if<api::raw::dialog<S>>(gap->dialog);
            pts = dialog && dialog->pts ? *dialog->pts : at;
        }
        if (last || pts == at) {
            state_.finish_channel(channel, pts, ready_);
            return true;
        }
        state_.advance_channel(channel, pts);
        return false;
    }
    /// The account has left the channel.
    void forget_channel(std::int64_t id) { state_.forget_channel(id); }
    /// Nobody can ask about the channel.
    void reset_channel(std::int64_t id)
    {
        batch_.reset_channels.push_back(id);
        state_.forget_channel(id);
    }

private:
    void release()
    {
        for (auto& one : std::exchange(ready_, {}))
            for (auto& update : one)
                batch_.updates.push_back(std::move(update));
    }

    void know(std::vector<api::raw::User<S>>& users, std::vector<api::raw::Chat<S>>& chats)
    {
        for (auto const& chat : chats)
            if (auto const* const channel = tl::get_if<api::raw::channel<S>>(chat); channel && channel->access_hash && !channel->min)
                hashes_[channel->id] = *channel->access_hash;
        for (auto& user : users)
            batch_.users.push_back(std::move(user));
        for (auto& chat : chats)
            batch_.chats.push_back(std::move(chat));
    }

    /// An update with a number goes to its sequence; true if it had none.
    bool unnumbered(api::raw::Update<S>& update)
    {
        if (auto const* const missed = tl::get_if<api::raw::updateChannelTooLong<S>>(update)) {
            auto const known = state_.channel_pts(missed->channel_id);
            if (known && (!missed->pts || *missed->pts > *known))
                state_.too_long({update_sequence::channel, missed->channel_id}, clock::now());
            return !known;
        }
        if (tl::holds<api::raw::updatePtsChanged<S>>(update)) {
            too_long();
            return false;
        }
        auto const place = place_of<S>(update);
        if (!place)
            return true;
        if (place->track.kind == update_sequence::channel)
            touched_.insert(place->track.channel);
        unit one;
        one.push_back(std::move(update));
        state_.push(place->track, place->to, place->count, std::move(one), clock::now(), ready_);
        return false;
    }

    void sort_container(unit& updates, std::int32_t date, std::int32_t first_seq, std::int32_t seq)
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

    void sort_single(api::raw::Update<S> update, std::int32_t date)
    {
        unit single;
        single.push_back(std::move(update));
        sort_container(single, date, 0, 0);
    }

    template <class Difference>
    void apply_common(Difference& brought)
    {
        know(brought.users, brought.chats);
        add_messages<api::raw::updateNewMessage<S>>(brought.new_messages);
        add_messages<api::raw::updateNewEncryptedMessage<S>>(brought.new_encrypted_messages);
        // Channels have numbers of their own; all else is covered by the state that comes with the difference.
        for (auto& update : brought.other_updates) {
            auto const place = place_of<S>(update);
            bool const of_channel =
                tl::holds<api::raw::updateChannelTooLong<S>>(update) || (place && place->track.kind == update_sequence::channel);
            if (!of_channel || unnumbered(update))
                batch_.updates.push_back(std::move(update));
        }
    }
    template <class Update, class Messages>
    void add_messages(Messages& messages)
    {
        for (auto& message : messages) {
            Update update;
            update.message = std::move(message);
            batch_.updates.emplace_back(std::move(update));
        }
    }

    update_state<unit> state_;
    std::vector<unit> ready_{};
    basic_update_batch<S> batch_{};
    std::map<std::int64_t, std::int64_t> hashes_{}; ///< of channels
    std::set<std::int64_t> touched_{};              ///< channels that have moved since moved_channels()
};

} // namespace mtproto::detail
