// Making groups and channels, and coming and going.
#pragma once

#include "mtproto/sandbox/messaging.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace mtproto::sandbox {

namespace detail {

/// Tells everybody in a channel, and `extra`, to look at it again.
inline void channel_changed(world& in, const room& where, std::int64_t actor, std::int64_t extra = 0)
{
    event const happened{.what = event::kind::channel_changed, .chat = where.self};
    bool told = false;
    for (auto const& [user, unused] : where.members) {
        in.tell({.to = user, .actor = actor, .what = happened});
        told = told || user == extra;
    }
    if (extra != 0 && !told)
        in.tell({.to = extra, .actor = actor, .what = happened});
}

inline void members_changed(world& in, room& where, std::int64_t actor)
{
    ++where.version;
    for (auto const& [user, unused] : where.members)
        in.tell({.to = user, .actor = actor, .what = {.what = event::kind::chat_members, .chat = where.self}});
}

inline result<sent> announce(world& in, const room& where, std::int64_t actor, service what, std::vector<std::int64_t> users,
                             std::string text, std::int32_t now)
{
    draft said{.text = std::move(text), .what = what, .users = std::move(users)};
    if (!where.self.is_channel() || !where.broadcast)
        return send(in, actor, where.self, said, now);
    // In a channel the announcements are the channel's own.
    auto& channel = *in.rooms.find(where.self);
    return post(in, channel, actor, make_message(said, where.self, where.self, now, in.next_order(), false));
}

} // namespace detail

/// Makes a basic group, a supergroup or a channel, with the message that says so, and tells which it became.
inline peer create_room(world& in, room what, std::vector<std::int64_t> members, std::int32_t now)
{
    what.date = now;
    what.members[what.creator] = {.inviter = what.creator, .date = now, .admin = true};
    for (auto const user : members)
        if (in.people.find(user))
            what.members.try_emplace(user, member{.inviter = what.creator, .date = now});
    auto& made = in.rooms.add(std::move(what));
    std::vector<std::int64_t> added;
    for (auto const& [user, unused] : made.members) {
        in.box_of(user).dialogs()[made.self];
        if (made.self.is_chat())
            added.push_back(user);
    }
    (void)detail::announce(in, made, made.creator, made.self.is_chat() ? service::chat_created : service::channel_created,
                           std::move(added), made.title, now);
    if (made.self.is_channel())
        detail::channel_changed(in, made, made.creator);
    return made.self;
}

/// Adds `user`, invited by `inviter` (himself when he joins a public channel).
inline result<> add_member(world& in, room& where, std::int64_t inviter, std::int64_t user, std::int32_t now)
{
    if (!in.people.find(user))
        return refuse("USER_ID_INVALID");
    if (where.has(user))
        return refuse("USER_ALREADY_PARTICIPANT");
    if (inviter != user && !where.has(inviter))
        return refuse(where.self.is_chat() ? "CHAT_ID_INVALID" : "CHANNEL_PRIVATE");
    if (inviter != user && where.broadcast && !where.is_admin(inviter))
        return refuse("CHAT_ADMIN_REQUIRED");
    where.members[user] = {.inviter = inviter, .date = now};
    auto& dialog = in.box_of(user).dialogs()[where.self];
    if (where.self.is_channel())
        dialog.read_inbox = in.channel_box(where.self.id).top(where.self);
    else
        detail::members_changed(in, where, inviter);
    if (!where.broadcast)
        (void)detail::announce(in, where, inviter, inviter == user ? service::joined : service::users_added, {user}, {}, now);
    if (where.self.is_channel())
        detail::channel_changed(in, where, inviter, user);
    return {};
}

/// Takes `user` out: he leaves, or `actor` removes him.
inline result<> remove_member(world& in, room& where, std::int64_t actor, std::int64_t user, std::int32_t now)
{
    if (!where.has(user))
        return refuse("USER_NOT_PARTICIPANT");
    if (actor != user && !where.is_admin(actor))
        return refuse("CHAT_ADMIN_REQUIRED");
    if (!where.broadcast)
        (void)detail::announce(in, where, actor, service::user_left, {user}, {}, now);
    where.members.erase(user);
    if (where.self.is_channel()) {
        in.box_of(user).dialogs().erase(where.self);
        detail::channel_changed(in, where, actor, user);
    } else {
        detail::members_changed(in, where, actor);
    }
    return {};
}

} // namespace mtproto::sandbox
