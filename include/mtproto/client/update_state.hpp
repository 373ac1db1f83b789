// The order of updates: gaps, duplicates and disorder, without I/O.
#pragma once

#include <mtproto/client/session_data.hpp>

#include <algorithm>
#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace mtproto {

/// The sequences that number updates. https://core.telegram.org/api/updates#update-handling
enum class update_sequence
{
    pts,     ///< messages and what happens to them, in private chats and basic groups
    qts,     ///< secret chats, and some updates of bots
    seq,     ///< whole containers of updates that have no number of their own
    channel, ///< pts of one channel or supergroup
};

/// One sequence: the channel's id matters for update_sequence::channel only.
struct update_track
{
    update_sequence kind{};
    std::int64_t channel = 0;

    friend auto operator<=>(const update_track&, const update_track&) = default;
};

/// Puts updates in order and tells when a difference must be fetched.
///
/// Feed it with `push`; it gives back what may be applied now, each update once. What comes too early waits half a
/// second for what is missing; then `next_difference` names the sequence to ask the server about. Until `finish` is
/// called for it, whatever arrives for that sequence waits. The three common sequences have one difference.
/// https://core.telegram.org/api/updates#recovering-gaps
///
/// `Payload` is movable. Time is a parameter. Not thread-safe.
template <class Payload>
class update_state
{
public:
    using time_point = std::chrono::steady_clock::time_point;
    using duration = std::chrono::steady_clock::duration;

    /// What to ask the server for: the common difference, or that of a channel.
    struct difference
    {
        std::optional<std::int64_t> channel{};
    };

    /// How long a gap may close by itself.
    static constexpr duration gap_wait = std::chrono::milliseconds(500);
    /// Updates that wait in one sequence, at most; beyond that they are dropped and come with the difference.
    static constexpr std::size_t max_waiting = 2000;

    /// `silence`: after so long without any update the common difference is due as well.
    /// https://core.telegram.org/api/updates#recovering-gaps
    explicit update_state(duration silence = std::chrono::minutes(15)) : silence_(silence) {}

    /// Until the position is set, the common sequences hold everything back.
    bool started() const noexcept { return started_; }

    /// Sets where the account stands, and gives out what has waited for it.
    void start(update_position position, std::vector<Payload>& ready)
    {
        started_ = true;
        finish(position, ready);
    }
    /// Sets where a channel stands. A channel without a position takes that of its first update.
    void start_channel(std::int64_t channel, std::int32_t pts)
    {
        auto& found = tracks_[{update_sequence::channel, channel}];
        found.at = pts;
    }
    void forget_channel(std::int64_t channel) { tracks_.erase({update_sequence::channel, channel}); }

    update_position position() const
    {
        return {pts_.at.value_or(0), qts_.at.value_or(0), date_, seq_.at.value_or(0)};
    }
    std::optional<std::int32_t> channel_pts(std::int64_t channel) const
    {
        auto const found = tracks_.find({update_sequence::channel, channel});
        return found == tracks_.end() ? std::nullopt : found->second.at;
    }
    /// True while a difference is being fetched, or before `start`.
    bool busy(update_track which) const
    {
        if (which.kind != update_sequence::channel)
            return !started_ || pts_.busy;
        auto const found = tracks_.find(which);
        return found != tracks_.end() && found->second.busy;
    }

    /// Dates only move forward; the difference needs the last one.
    void saw_date(std::int32_t date) noexcept { date_ = (std::max)(date_, date); }

    /// An update that moves its sequence by `count` to `to`. Appends to `ready` what may be applied now, in order.
    void push(update_track which, std::int32_t to, std::int32_t count, Payload payload, time_point now,
              std::vector<Payload>& ready)
    {
        heard_at_ = now;
        auto& track = at(which);
        if (busy(which)) {
            wait(track, to - count, to, std::move(payload));
            return;
        }
        if (!track.at)
            track.at = to - count;
        auto const from = to - count;
        if (from == *track.at) {
            track.at = to;
            ready.push_back(std::move(payload));
            drain(track, ready, false);
            return;
        }
        if (to <= *track.at)
            return;
        wait(track, from, to, std::move(payload));
        if (!track.deadline)
            track.deadline = now + gap_wait;
    }

    /// The server says that updates are missing (updatesTooLong, updateChannelTooLong, a new session).
    void too_long(update_track which, time_point now)
    {
        auto& track = at(which);
        track.stale = true;
        if (!track.busy)
            track.deadline = now;
    }

    /// When to call next_difference next.
    std::optional<time_point> next_timer() const
    {
        auto soonest = heard_at_ ? std::optional(*heard_at_ + silence_) : std::nullopt;
        each([&](update_track, const track_state& track) {
            if (track.deadline && !track.busy && (!soonest || *track.deadline < *soonest))
                soonest = track.deadline;
        });
        return started_ ? soonest : std::nullopt;
    }

    /// A difference that is to be fetched now; its sequences hold back updates until finish or fail.
    std::optional<difference> next_difference(time_point now)
    {
        if (!started_)
            return std::nullopt;
        if (!heard_at_)
            heard_at_ = now;
        if (now - *heard_at_ >= silence_)
            too_long({update_sequence::pts}, now);
        std::optional<difference> due;
        each([&](update_track which, const track_state& track) {
            if (!due && track.deadline && !track.busy && *track.deadline <= now)
                due = which.kind == update_sequence::channel ? difference{which.channel} : difference{};
        });
        if (!due)
            return std::nullopt;
        if (due->channel) {
            begin(tracks_.find({update_sequence::channel, *due->channel})->second);
        } else {
            heard_at_ = now;
            for (auto* track : {&pts_, &qts_, &seq_})
                begin(*track);
        }
        return due;
    }

    /// A part of the common difference was applied; more is to come (updates.differenceSlice).
    void advance(update_position position)
    {
        pts_.at = position.pts;
        qts_.at = position.qts;
        seq_.at = position.seq;
        saw_date(position.date);
    }
    /// The common difference was applied as a whole.
    void finish(update_position position, std::vector<Payload>& ready)
    {
        advance(position);
        for (auto* track : {&pts_, &qts_, &seq_})
            end(*track, ready);
    }
    void advance_channel(std::int64_t channel, std::int32_t pts) { at({update_sequence::channel, channel}).at = pts; }
    void finish_channel(std::int64_t channel, std::int32_t pts, std::vector<Payload>& ready)
    {
        auto& track = at({update_sequence::channel, channel});
        track.at = pts;
        end(track, ready);
    }
    /// The difference could not be fetched: try again at `when`.
    void fail(difference what, time_point when)
    {
        auto const again = [&](track_state& track) {
            track.busy = false;
            track.stale = true;
            track.deadline = when;
        };
        if (what.channel) {
            again(at({update_sequence::channel, *what.channel}));
        } else {
            for (auto* track : {&pts_, &qts_, &seq_})
                again(*track);
        }
    }

private:
    struct track_state
    {
        std::optional<std::int32_t> at{};
        /// By the place they start from, then by where they end.
        std::multimap<std::pair<std::int32_t, std::int32_t>, Payload> waiting{};
        std::optional<time_point> deadline{};
        bool busy = false;
        bool stale = false; ///< a difference is needed even if no gap is seen; another one if one is running
    };

    track_state& at(update_track which)
    {
        switch (which.kind) {
        case update_sequence::pts: return pts_;
        case update_sequence::qts: return qts_;
        case update_sequence::seq: return seq_;
        case update_sequence::channel: break;
        }
        return tracks_[which];
    }
    template <class F>
    void each(F&& f) const
    {
        f({update_sequence::pts, 0}, pts_);
        f({update_sequence::qts, 0}, qts_);
        f({update_sequence::seq, 0}, seq_);
        for (auto const& [which, track] : tracks_)
            f(which, track);
    }

    static void wait(track_state& track, std::int32_t from, std::int32_t to, Payload payload)
    {
        if (track.waiting.size() >= max_waiting) {
            track.waiting.clear();
            track.stale = true;
        }
        track.waiting.emplace(std::pair(from, to), std::move(payload));
    }

    static void begin(track_state& track)
    {
        track.busy = true;
        track.stale = false;
        track.deadline.reset();
    }

    static void end(track_state& track, std::vector<Payload>& ready)
    {
        track.busy = false;
        track.deadline.reset();
        drain(track, ready, true);
        // What still waits shows a gap that opened meanwhile, and nothing tells for how long: ask again at once.
        if (track.stale || !track.waiting.empty())
            track.deadline = time_point{};
    }

    /// Gives out what follows on, drops what is old. After a difference, an update that moves nothing is old too.
    static void drain(track_state& track, std::vector<Payload>& ready, bool after_difference)
    {
        while (!track.waiting.empty()) {
            auto const next = track.waiting.begin();
            auto const [from, to] = next->first;
            if (from == *track.at && (to != from || !after_difference)) {
                track.at = to;
                ready.push_back(std::move(next->second));
            } else if (to > *track.at) {
                return;
            }
            track.waiting.erase(next);
        }
        if (!track.stale)
            track.deadline.reset();
    }

    duration silence_;
    std::optional<time_point> heard_at_{}; ///< the last update, or the last common difference
    bool started_ = false;
    std::int32_t date_ = 0;
    track_state pts_{};
    track_state qts_{};
    track_state seq_{};
    std::map<update_track, track_state> tracks_{};
};

} // namespace mtproto
