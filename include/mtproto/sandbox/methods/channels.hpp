// channels.*: channels and supergroups.
#pragma once

#include "mtproto/sandbox/message_changes.hpp"
#include "mtproto/sandbox/methods/dialogs.hpp"
#include "mtproto/sandbox/methods/messages.hpp"

#include <algorithm>

namespace mtproto::sandbox::methods {

namespace chn {
using namespace raw::channels;
}

inline answer_to<chn::getChannels<lean>> handle(call& c, const chn::getChannels<lean>& q)
{
    msg::chats<lean> made{};
    auto const shown = present(c);
    for (auto const& input : q.id) {
        auto const where = channel_of(c, input);
        if (!where)
            return where.error();
        made.chats_.push_back(shown.chat(**where));
    }
    return made;
}

inline answer_to<chn::getFullChannel<lean>> handle(call& c, const chn::getFullChannel<lean>& q)
{
    auto const where = channel_of(c, q.channel);
    if (!where)
        return where.error();
    auto const& room = **where;
    auto& box = c.in().channel_box(room.self.id);
    auto shown = present(c);
    shown.mention(room.self);
    auto const& dialogs = c.in().box_of(c.me->id).dialogs();
    auto const at = dialogs.find(room.self);
    raw::channelFull<lean> full{};
    full.id = room.self.id;
    full.about = room.about;
    full.can_view_participants = !room.broadcast || room.is_admin(c.me->id);
    full.participants_count = static_cast<std::int32_t>(room.members.size());
    full.admins_count = static_cast<std::int32_t>(
        std::count_if(room.members.begin(), room.members.end(), [](auto const& m) { return m.second.admin; }));
    full.read_inbox_max_id = at == dialogs.end() ? 0 : at->second.read_inbox;
    full.read_outbox_max_id = at == dialogs.end() ? 0 : at->second.read_outbox;
    full.unread_count = static_cast<std::int32_t>(
        std::distance(box.messages().upper_bound(full.read_inbox_max_id), box.messages().end()));
    full.chat_photo = raw::photoEmpty<lean>{};
    full.pts = box.pts();
    msg::chatFull<lean> made{};
    made.full_chat = std::move(full);
    made.chats = shown.chats();
    made.users = shown.users();
    return made;
}

inline answer_to<chn::getMessages<lean>> handle(call& c, const chn::getMessages<lean>& q)
{
    auto const where = channel_of(c, q.channel);
    if (!where)
        return where.error();
    return detail::show_numbered<chn::getMessages<lean>>(c, c.in().channel_box((*where)->self.id), q.id, *where);
}

inline answer_to<chn::readHistory<lean>> handle(call& c, const chn::readHistory<lean>& q)
{
    auto const where = channel_of(c, q.channel);
    if (!where)
        return where.error();
    read_posts(c.in(), c.me->id, **where, q.max_id);
    return true;
}

inline answer_to<chn::deleteMessages<lean>> handle(call& c, const chn::deleteMessages<lean>& q)
{
    auto const where = channel_of(c, q.channel);
    if (!where)
        return where.error();
    auto const gone = erase_posts(c.in(), c.me->id, **where, q.id);
    if (!gone)
        return gone.error();
    return msg::affectedMessages<lean>{.pts = gone->pts, .pts_count = gone->count};
}

namespace detail {

inline raw::ChannelParticipant<lean> participant(const call& c, const room& where, std::int64_t user)
{
    auto const at = where.members.find(user);
    if (at == where.members.end())
        return raw::channelParticipantLeft<lean>{.peer = peer_to_api(peer::user(user))};
    if (user == where.creator)
        return raw::channelParticipantCreator<lean>{.user_id = user, .admin_rights = presenter::rights()};
    if (at->second.admin) {
        raw::channelParticipantAdmin<lean> made{};
        made.self = user == c.my_id();
        made.user_id = user;
        if (made.self)
            made.inviter_id = at->second.inviter;
        made.promoted_by = where.creator;
        made.date = at->second.date;
        made.admin_rights = presenter::rights();
        return made;
    }
    if (user == c.my_id()) {
        raw::channelParticipantSelf<lean> made{};
        made.user_id = user;
        made.inviter_id = at->second.inviter;
        made.date = at->second.date;
        return made;
    }
    return raw::channelParticipant<lean>{.user_id = user, .date = at->second.date};
}

} // namespace detail

inline answer_to<chn::getParticipants<lean>> handle(call& c, const chn::getParticipants<lean>& q)
{
    auto const where = channel_of(c, q.channel);
    if (!where)
        return where.error();
    auto const& room = **where;
    if (room.broadcast && !room.is_admin(c.me->id))
        return refuse("CHAT_ADMIN_REQUIRED");
    std::string wanted;
    if (auto const* search = tl::get_if<raw::channelParticipantsSearch<lean>>(q.filter))
        wanted = lower(search->q);
    bool const none = tl::holds<raw::channelParticipantsKicked<lean>>(q.filter) ||
                      tl::holds<raw::channelParticipantsBanned<lean>>(q.filter);
    std::vector<std::int64_t> all;
    for (auto const& [user, how] : room.members) {
        auto const* who = c.in().people.find(user);
        if (none || !who)
            continue;
        if (tl::holds<raw::channelParticipantsAdmins<lean>>(q.filter) && !how.admin)
            continue;
        if (tl::holds<raw::channelParticipantsBots<lean>>(q.filter) && !who->bot)
            continue;
        if (lower(who->first_name + ' ' + who->last_name + ' ' + who->username).find(wanted) != std::string::npos)
            all.push_back(user);
    }
    auto shown = present(c);
    shown.mention(room.self);
    chn::channelParticipants<lean> made{.count = static_cast<std::int32_t>(all.size())};
    auto const limit = static_cast<std::size_t>(std::clamp(q.limit, 0, 200));
    for (auto i = static_cast<std::size_t>((std::max)(q.offset, 0)); i < all.size() && made.participants.size() < limit; ++i) {
        shown.mention(peer::user(all[i]));
        made.participants.push_back(detail::participant(c, room, all[i]));
    }
    made.chats = shown.chats();
    made.users = shown.users();
    return made;
}

inline answer_to<chn::getParticipant<lean>> handle(call& c, const chn::getParticipant<lean>& q)
{
    auto const where = channel_of(c, q.channel);
    if (!where)
        return where.error();
    auto const who = peer_of(c, q.participant);
    if (!who || !who->is_user())
        return refuse("PARTICIPANT_ID_INVALID");
    if (!(*where)->has(who->id))
        return refuse("USER_NOT_PARTICIPANT");
    auto shown = present(c);
    shown.mention(*who);
    chn::channelParticipant<lean> made{.participant = detail::participant(c, **where, who->id)};
    made.chats = shown.chats();
    made.users = shown.users();
    return made;
}

inline answer_to<chn::createChannel<lean>> handle(call& c, const chn::createChannel<lean>& q)
{
    if (q.title.empty())
        return refuse("CHAT_TITLE_EMPTY");
    auto const before = c.in().box_of(c.me->id).pts();
    auto const made = create_room(
        c.in(), {.self = peer::channel(0), .title = q.title, .about = q.about, .broadcast = !q.megagroup, .creator = c.me->id}, {}, c.now);
    return detail::since(c, before, made, 0);
}

inline answer_to<chn::joinChannel<lean>> handle(call& c, const chn::joinChannel<lean>& q)
{
    auto const where = channel_of(c, q.channel);
    if (!where)
        return where.error();
    auto const before = c.in().box_of(c.me->id).pts();
    auto const channel_before = c.in().channel_box((*where)->self.id).pts();
    if (auto const added = add_member(c.in(), **where, c.me->id, c.me->id, c.now); !added)
        return added.error();
    return msg::chatInviteJoinResultOk<lean>{.updates = detail::since(c, before, (*where)->self, channel_before)};
}

inline answer_to<chn::leaveChannel<lean>> handle(call& c, const chn::leaveChannel<lean>& q)
{
    auto const where = channel_of(c, q.channel);
    if (!where)
        return where.error();
    auto const before = c.in().box_of(c.me->id).pts();
    auto const channel_before = c.in().channel_box((*where)->self.id).pts();
    if (auto const gone = remove_member(c.in(), **where, c.me->id, c.me->id, c.now); !gone)
        return gone.error();
    return detail::since(c, before, (*where)->self, channel_before);
}

inline answer_to<chn::inviteToChannel<lean>> handle(call& c, const chn::inviteToChannel<lean>& q)
{
    auto const where = channel_of(c, q.channel);
    if (!where)
        return where.error();
    auto const before = c.in().box_of(c.me->id).pts();
    auto const channel_before = c.in().channel_box((*where)->self.id).pts();
    for (auto const& input : q.users) {
        auto const who = user_of(c, input);
        if (!who)
            return who.error();
        if (auto const added = add_member(c.in(), **where, c.me->id, (*who)->id, c.now); !added)
            return added.error();
    }
    return msg::invitedUsers<lean>{.updates = detail::since(c, before, (*where)->self, channel_before)};
}

inline answer_to<chn::editTitle<lean>> handle(call& c, const chn::editTitle<lean>& q)
{
    auto const where = channel_of(c, q.channel);
    if (!where)
        return where.error();
    if (!(*where)->is_admin(c.me->id))
        return refuse("CHAT_ADMIN_REQUIRED");
    auto const before = c.in().box_of(c.me->id).pts();
    auto const channel_before = c.in().channel_box((*where)->self.id).pts();
    (*where)->title = q.title;
    (void)sandbox::detail::announce(c.in(), **where, c.me->id, service::title_changed, {}, q.title, c.now);
    return detail::since(c, before, (*where)->self, channel_before);
}

using channel_methods =
    list<chn::getChannels<lean>, chn::getFullChannel<lean>, chn::getMessages<lean>, chn::readHistory<lean>, chn::deleteMessages<lean>,
         chn::getParticipants<lean>, chn::getParticipant<lean>, chn::createChannel<lean>, chn::joinChannel<lean>, chn::leaveChannel<lean>,
         chn::inviteToChannel<lean>, chn::editTitle<lean>>;

} // namespace mtproto::sandbox::methods
