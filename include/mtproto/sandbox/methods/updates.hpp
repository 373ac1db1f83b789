// updates.*: where the state is, and what happened since. https://core.telegram.org/api/updates
#pragma once

#include "mtproto/sandbox/methods/dialogs.hpp"

#include <algorithm>

namespace mtproto::sandbox::methods {

namespace upd {
using namespace raw::updates;
}

namespace detail {

/// Sorts events into new messages and other updates. A message that is gone again is not shown as new.
inline void sort_events(presenter& shown, const mailbox& box, const std::vector<event>& log, std::size_t from, std::size_t to,
                        bool of_channel, std::vector<raw::Message<lean>>& messages, std::vector<raw::Update<lean>>& others)
{
    for (auto i = from; i < to; ++i) {
        auto const& e = log[i];
        if (e.what == event::kind::new_message) {
            if (auto const* m = box.find(e.id))
                messages.push_back(shown.show(*m));
        } else if (e.what != event::kind::edited || box.find(e.id)) {
            others.push_back(shown.update(e, of_channel));
        }
    }
}

inline std::size_t first_after(const std::vector<event>& log, std::int32_t pts)
{
    auto const at = std::partition_point(log.begin(), log.end(), [&](const event& e) { return e.pts <= pts; });
    return static_cast<std::size_t>(at - log.begin());
}

} // namespace detail

inline answer_to<upd::getState<lean>> handle(call& c, const upd::getState<lean>&)
{
    return detail::state_of(c);
}

inline answer_to<upd::getDifference<lean>> handle(call& c, const upd::getDifference<lean>& q)
{
    auto const& box = c.in().box_of(c.me->id);
    auto const& log = box.log();
    if (q.pts <= 0)
        return refuse("PERSISTENT_TIMESTAMP_EMPTY");
    if (q.pts > box.pts())
        return refuse("PERSISTENT_TIMESTAMP_INVALID");
    auto const from = detail::first_after(log, q.pts);
    if (from == log.size())
        return upd::differenceEmpty<lean>{.date = c.now, .seq = 1};
    if (q.pts_total_limit && box.pts() - q.pts > *q.pts_total_limit)
        return upd::differenceTooLong<lean>{.pts = box.pts()};
    auto const most = std::clamp<std::size_t>(static_cast<std::size_t>((std::max)(q.pts_limit.value_or(0x7fffffff), 1)), 1,
                                              (std::max<std::size_t>)(c.at.settings.difference_limit, 1));
    auto const to = (std::min)(log.size(), from + most);
    auto shown = present(c);
    upd::differenceSlice<lean> made{};
    detail::sort_events(shown, box, log, from, to, false, made.new_messages, made.other_updates);
    made.chats = shown.chats();
    made.users = shown.users();
    made.intermediate_state = detail::state_of(c);
    made.intermediate_state.pts = log[to - 1].pts;
    if (to != log.size())
        return made;
    return upd::difference<lean>{.new_messages = std::move(made.new_messages),
                                 .other_updates = std::move(made.other_updates),
                                 .chats = std::move(made.chats),
                                 .users = std::move(made.users),
                                 .state = made.intermediate_state};
}

inline answer_to<upd::getChannelDifference<lean>> handle(call& c, const upd::getChannelDifference<lean>& q)
{
    auto const where = channel_of(c, q.channel);
    if (!where)
        return where.error();
    auto const& room = **where;
    auto const& box = c.in().channel_box(room.self.id);
    auto const& log = box.log();
    if (q.pts <= 0 && !q.force)
        return refuse("PERSISTENT_TIMESTAMP_EMPTY");
    if (q.pts > box.pts())
        return refuse("PERSISTENT_TIMESTAMP_INVALID");
    auto const from = detail::first_after(log, q.pts);
    if (from == log.size()) {
        upd::channelDifferenceEmpty<lean> made{.final = true, .pts = box.pts()};
        made.timeout = 30;
        return made;
    }
    auto shown = present(c);
    shown.mention(room.self);
    auto const limit = std::clamp<std::size_t>(static_cast<std::size_t>((std::max)(q.limit, 1)), 1,
                                               (std::max<std::size_t>)(c.at.settings.channel_difference_limit, 1));
    auto const to = (std::min)(log.size(), from + limit);
    upd::channelDifference<lean> made{.final = to == log.size(), .pts = log[to - 1].pts};
    made.timeout = 30;
    detail::sort_events(shown, box, log, from, to, true, made.new_messages, made.other_updates);
    made.chats = shown.chats();
    made.users = shown.users();
    return made;
}

using update_methods = list<upd::getState<lean>, upd::getDifference<lean>, upd::getChannelDifference<lean>>;

} // namespace mtproto::sandbox::methods
