// messages.*: lists of dialogs, and groups.
#pragma once

#include "mtproto/sandbox/history.hpp"
#include "mtproto/sandbox/membership.hpp"
#include "mtproto/sandbox/methods/dispatch.hpp"
#include "mtproto/sandbox/resolve.hpp"

#include <algorithm>
#include <iterator>

namespace mtproto::sandbox::methods {

namespace msg {
using namespace raw::messages;
}

namespace detail {

inline raw::updates::state<lean> state_of(call& c)
{
    std::int32_t unread = 0;
    auto const& box = c.in().box_of(c.me->id);
    for (auto const& [with, how] : box.dialogs())
        unread += c.in().box_of(c.me->id, with).unread(with, how.read_inbox) > 0 ? 1 : 0;
    return {.pts = box.pts(), .qts = 0, .date = c.now, .seq = 1, .unread_count = unread};
}

/// A dialog and its newest message, appended to an answer.
template <class Answer>
void show_dialog(call& c, presenter& shown, peer with, Answer& into)
{
    auto& box = c.in().box_of(c.me->id, with);
    auto const& dialogs = c.in().box_of(c.me->id).dialogs();
    auto const at = dialogs.find(with);
    auto const how = at == dialogs.end() ? sandbox::dialog{} : at->second;
    raw::dialog<lean> one{};
    one.pinned = how.pinned;
    one.unread_mark = how.unread_mark;
    one.peer = shown.mention(with);
    one.top_message = box.top(with);
    one.read_inbox_max_id = how.read_inbox;
    one.read_outbox_max_id = how.read_outbox;
    if (with.is_channel()) {
        one.pts = box.pts();
        for (auto m = box.messages().upper_bound(how.read_inbox); m != box.messages().end(); ++m)
            one.unread_count += author_of(m->second) != c.me->id ? 1 : 0;
    } else {
        one.unread_count = box.unread(with, how.read_inbox);
    }
    into.dialogs.push_back(std::move(one));
    if (auto const* top = box.find(box.top(with)))
        into.messages.push_back(shown.show(*top));
}

} // namespace detail

/// Pages begin after offset_peer, or at the first dialog older than offset_date. https://core.telegram.org/api/offsets
inline answer_to<msg::getDialogs<lean>> handle(call& c, const msg::getDialogs<lean>& q)
{
    auto shown = present(c);
    msg::dialogsSlice<lean> made{};
    if (q.folder_id.value_or(0) != 0)
        return msg::dialogs<lean>{};
    auto all = c.in().dialogs(c.me->id);
    auto const& states = c.in().box_of(c.me->id).dialogs();
    if (q.exclude_pinned)
        std::erase_if(all, [&](peer with) { return states.at(with).pinned; });
    auto const date_of = [&](peer with) {
        auto& box = c.in().box_of(c.me->id, with);
        auto const* top = box.find(box.top(with));
        return top ? top->date : 0;
    };
    auto from = all.begin();
    if (auto const offset = peer_of(c, q.offset_peer); offset && !tl::holds<raw::inputPeerEmpty<lean>>(q.offset_peer)) {
        auto const at = std::find(all.begin(), all.end(), *offset);
        from = at != all.end() ? at + 1 : std::find_if(all.begin(), all.end(), [&](peer with) { return date_of(with) < q.offset_date; });
    } else if (q.offset_date > 0) {
        from = std::find_if(all.begin(), all.end(), [&](peer with) { return date_of(with) < q.offset_date; });
    }
    auto const limit = std::clamp(q.limit, 0, longest_page);
    auto const to = (std::min<std::ptrdiff_t>)(limit, all.end() - from) + from;
    for (auto at = from; at != to; ++at)
        detail::show_dialog(c, shown, *at, made);
    made.chats = shown.chats();
    made.users = shown.users();
    made.count = static_cast<std::int32_t>(all.size());
    if (from == all.begin() && to == all.end())
        return msg::dialogs<lean>{.dialogs_ = std::move(made.dialogs),
                                  .messages = std::move(made.messages),
                                  .chats = std::move(made.chats),
                                  .users = std::move(made.users)};
    return made;
}

inline answer_to<msg::getPeerDialogs<lean>> handle(call& c, const msg::getPeerDialogs<lean>& q)
{
    auto shown = present(c);
    msg::peerDialogs<lean> made{};
    for (auto const& input : q.peers)
        if (auto const* one = tl::get_if<raw::inputDialogPeer<lean>>(input)) {
            auto const with = peer_of(c, one->peer);
            if (!with)
                return with.error();
            detail::show_dialog(c, shown, *with, made);
        }
    made.chats = shown.chats();
    made.users = shown.users();
    made.state = detail::state_of(c);
    return made;
}

inline answer_to<msg::getPinnedDialogs<lean>> handle(call& c, const msg::getPinnedDialogs<lean>& q)
{
    auto shown = present(c);
    msg::peerDialogs<lean> made{};
    for (auto const with : c.in().dialogs(c.me->id))
        if (q.folder_id == 0 && c.in().box_of(c.me->id).dialogs()[with].pinned)
            detail::show_dialog(c, shown, with, made);
    made.chats = shown.chats();
    made.users = shown.users();
    made.state = detail::state_of(c);
    return made;
}

inline answer_to<msg::toggleDialogPin<lean>> handle(call& c, const msg::toggleDialogPin<lean>& q)
{
    auto const* one = tl::get_if<raw::inputDialogPeer<lean>>(q.peer);
    auto const with = one ? peer_of(c, one->peer) : result<peer>(refuse("PEER_ID_INVALID"));
    if (!with)
        return with.error();
    c.in().box_of(c.me->id).dialogs()[*with].pinned = q.pinned;
    return true;
}

inline answer_to<msg::markDialogUnread<lean>> handle(call& c, const msg::markDialogUnread<lean>& q)
{
    auto const* one = tl::get_if<raw::inputDialogPeer<lean>>(q.peer);
    auto const with = one ? peer_of(c, one->peer) : result<peer>(refuse("PEER_ID_INVALID"));
    if (!with)
        return with.error();
    c.in().box_of(c.me->id).dialogs()[*with].unread_mark = q.unread;
    return true;
}

inline answer_to<msg::getDialogFilters<lean>> handle(call&, const msg::getDialogFilters<lean>&)
{
    msg::dialogFilters<lean> made{};
    made.filters.emplace_back(raw::dialogFilterDefault<lean>{});
    return made;
}

inline answer_to<msg::getChats<lean>> handle(call& c, const msg::getChats<lean>& q)
{
    msg::chats<lean> made{};
    auto const shown = present(c);
    for (auto const id : q.id)
        if (auto const* where = c.in().rooms.find(peer::chat(id)))
            made.chats_.push_back(shown.chat(*where));
    return made;
}

inline answer_to<msg::getFullChat<lean>> handle(call& c, const msg::getFullChat<lean>& q)
{
    auto const where = chat_of(c, q.chat_id);
    if (!where)
        return where.error();
    auto shown = present(c);
    shown.mention((*where)->self);
    raw::chatFull<lean> full{};
    full.id = q.chat_id;
    full.about = (*where)->about;
    full.participants = shown.participants((*where)->self);
    msg::chatFull<lean> made{};
    made.full_chat = std::move(full);
    made.chats = shown.chats();
    made.users = shown.users();
    return made;
}

/// The caller's newest events about a room, as the answer to what caused them.
namespace detail {

inline raw::Updates<lean> since(call& c, std::int32_t own_pts, peer where, std::int32_t channel_pts)
{
    auto shown = present(c);
    std::vector<raw::Update<lean>> list;
    std::vector<raw::Update<lean>> numbers;
    shown.mention(where);
    auto const add = [&](const std::vector<event>& log, std::int32_t after, bool of_channel) {
        for (auto const& e : log)
            if (e.pts > after) {
                // Messages that the server writes have random ids of the server's. TDLib looks for them.
                if (e.what == event::kind::new_message)
                    numbers.push_back(
                        raw::updateMessageID<lean>{.id = e.id, .random_id = static_cast<std::int64_t>(c.at.fresh())});
                list.push_back(shown.update(e, of_channel));
            }
    };
    add(c.in().box_of(c.me->id).log(), own_pts, false);
    if (where.is_channel()) {
        list.push_back(raw::updateChannel<lean>{.channel_id = where.id});
        add(c.in().channel_box(where.id).log(), channel_pts, true);
    } else {
        list.push_back(raw::updateChatParticipants<lean>{.participants = shown.participants(where)});
    }
    std::move(list.begin(), list.end(), std::back_inserter(numbers));
    return shown.container(std::move(numbers));
}

} // namespace detail

inline answer_to<msg::createChat<lean>> handle(call& c, const msg::createChat<lean>& q)
{
    if (q.title.empty())
        return refuse("CHAT_TITLE_EMPTY");
    std::vector<std::int64_t> members;
    for (auto const& input : q.users) {
        auto const who = user_of(c, input);
        if (!who)
            return who.error();
        members.push_back((*who)->id);
    }
    if (members.empty())
        return refuse("USERS_TOO_FEW");
    auto const before = c.in().box_of(c.me->id).pts();
    auto const made = create_room(c.in(), {.self = peer::chat(0), .title = q.title, .creator = c.me->id}, std::move(members), c.now);
    return msg::invitedUsers<lean>{.updates = detail::since(c, before, made, 0)};
}

inline answer_to<msg::addChatUser<lean>> handle(call& c, const msg::addChatUser<lean>& q)
{
    auto const where = chat_of(c, q.chat_id);
    auto const who = user_of(c, q.user_id);
    if (!where || !who)
        return where ? who.error() : where.error();
    auto const before = c.in().box_of(c.me->id).pts();
    if (auto const added = add_member(c.in(), **where, c.me->id, (*who)->id, c.now); !added)
        return added.error();
    return msg::invitedUsers<lean>{.updates = detail::since(c, before, (*where)->self, 0)};
}

inline answer_to<msg::deleteChatUser<lean>> handle(call& c, const msg::deleteChatUser<lean>& q)
{
    auto const where = chat_of(c, q.chat_id);
    auto const who = user_of(c, q.user_id);
    if (!where || !who)
        return where ? who.error() : where.error();
    auto const before = c.in().box_of(c.me->id).pts();
    if (auto const gone = remove_member(c.in(), **where, c.me->id, (*who)->id, c.now); !gone)
        return gone.error();
    return detail::since(c, before, (*where)->self, 0);
}

inline answer_to<msg::editChatTitle<lean>> handle(call& c, const msg::editChatTitle<lean>& q)
{
    auto const where = chat_of(c, q.chat_id);
    if (!where)
        return where.error();
    if (q.title.empty())
        return refuse("CHAT_TITLE_EMPTY");
    auto const before = c.in().box_of(c.me->id).pts();
    (*where)->title = q.title;
    (void)sandbox::detail::announce(c.in(), **where, c.me->id, service::title_changed, {}, q.title, c.now);
    return detail::since(c, before, (*where)->self, 0);
}

using dialog_methods =
    list<msg::getDialogs<lean>, msg::getPeerDialogs<lean>, msg::getPinnedDialogs<lean>, msg::toggleDialogPin<lean>,
         msg::markDialogUnread<lean>, msg::getDialogFilters<lean>, msg::getChats<lean>, msg::getFullChat<lean>,
         msg::createChat<lean>, msg::addChatUser<lean>, msg::deleteChatUser<lean>, msg::editChatTitle<lean>>;

} // namespace mtproto::sandbox::methods
