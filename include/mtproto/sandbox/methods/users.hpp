// users.*, contacts.* and photos.*: who there is.
#pragma once

#include "mtproto/sandbox/methods/dispatch.hpp"
#include "mtproto/sandbox/resolve.hpp"

#include <algorithm>
#include <set>
#include <string>

namespace mtproto::sandbox::methods {

namespace usr {
using namespace raw::users;
}
namespace con {
using namespace raw::contacts;
}

inline answer_to<usr::getUsers<lean>> handle(call& c, const usr::getUsers<lean>& q)
{
    std::vector<raw::User<lean>> found;
    auto const shown = present(c);
    for (auto const& input : q.id)
        if (auto const who = user_of(c, input))
            found.push_back(shown.user(**who));
    return found;
}

inline answer_to<usr::getFullUser<lean>> handle(call& c, const usr::getFullUser<lean>& q)
{
    auto const who = user_of(c, q.id);
    if (!who)
        return who.error();
    auto shown = present(c);
    shown.mention(peer::user((*who)->id));
    raw::userFull<lean> full{};
    full.id = (*who)->id;
    if (!(*who)->about.empty())
        full.about = (*who)->about;
    full.can_pin_message = true;
    if ((*who)->bot) {
        raw::botInfo<lean> info{};
        info.user_id = (*who)->id;
        info.description = (*who)->about;
        full.bot_info = std::move(info);
    }
    for (auto const& [key, where] : c.in().rooms.all())
        full.common_chats_count += *who != c.me && where.has(c.my_id()) && where.has((*who)->id) ? 1 : 0;
    usr::userFull<lean> made{};
    made.full_user = std::move(full);
    made.users = shown.users();
    return made;
}

inline answer_to<con::getContacts<lean>> handle(call& c, const con::getContacts<lean>&)
{
    auto shown = present(c);
    con::contacts<lean> made{};
    for (auto const id : c.me->contacts) {
        auto const* who = c.in().people.find(id);
        shown.mention(peer::user(id));
        made.contacts_.push_back({.user_id = id, .mutual = who && who->contacts.contains(c.me->id)});
    }
    made.users = shown.users();
    return made;
}

namespace detail {

inline con::resolvedPeer<lean> resolved(call& c, peer who)
{
    auto shown = present(c);
    con::resolvedPeer<lean> made{.peer = shown.mention(who)};
    made.chats = shown.chats();
    made.users = shown.users();
    return made;
}

} // namespace detail

inline answer_to<con::resolveUsername<lean>> handle(call& c, const con::resolveUsername<lean>& q)
{
    auto name = q.username;
    if (name.starts_with('@'))
        name.erase(0, 1);
    if (name.empty() || name.size() > 32)
        return refuse("USERNAME_INVALID");
    if (auto const* who = c.in().people.by_username(name))
        return detail::resolved(c, peer::user(who->id));
    if (auto const* where = c.in().rooms.by_username(name))
        return detail::resolved(c, where->self);
    if (auto const* who = c.in().people.by_short_name(name))
        return detail::resolved(c, peer::user(who->id));
    return refuse("USERNAME_NOT_OCCUPIED");
}

inline answer_to<con::resolvePhone<lean>> handle(call& c, const con::resolvePhone<lean>& q)
{
    auto const* who = c.in().people.by_phone(q.phone);
    if (!who)
        return refuse("PHONE_NOT_OCCUPIED");
    return detail::resolved(c, peer::user(who->id));
}

inline answer_to<con::search<lean>> handle(call& c, const con::search<lean>& q)
{
    if (q.q.empty())
        return refuse("SEARCH_QUERY_EMPTY");
    auto const wanted = lower(q.q);
    auto const fits = [&](const std::string& text) { return lower(text).find(wanted) != std::string::npos; };
    auto const limit = static_cast<std::size_t>(std::clamp(q.limit, 1, 100));
    auto shown = present(c);
    con::found<lean> made{};
    auto const& known = c.in().box_of(c.me->id).dialogs();
    auto const add = [&](peer who) {
        auto& list = known.contains(who) || (who.is_user() && c.me->contacts.contains(who.id)) ? made.my_results : made.results;
        if (list.size() < limit)
            list.push_back(shown.mention(who));
    };
    for (auto const& [id, who] : c.in().people.all())
        if (fits(who.first_name + ' ' + who.last_name) || fits(who.username))
            add(peer::user(id));
    for (auto const& [key, where] : c.in().rooms.all())
        if ((where.has(c.me->id) && fits(where.title)) || (!where.username.empty() && (fits(where.username) || fits(where.title))))
            add(key);
    made.chats = shown.chats();
    made.users = shown.users();
    return made;
}

inline answer_to<con::importContacts<lean>> handle(call& c, const con::importContacts<lean>& q)
{
    auto shown = present(c);
    con::importedContacts<lean> made{};
    for (auto const& input : q.contacts) {
        auto const* who = c.in().people.by_phone(input.phone);
        if (!who)
            continue;
        c.me->contacts.insert(who->id);
        shown.mention(peer::user(who->id));
        made.imported.push_back({.user_id = who->id, .client_id = input.client_id});
    }
    made.users = shown.users();
    return made;
}

inline answer_to<con::addContact<lean>> handle(call& c, const con::addContact<lean>& q)
{
    auto const who = user_of(c, q.id);
    if (!who)
        return who.error();
    if ((*who)->id == c.me->id)
        return refuse("CONTACT_ID_INVALID");
    c.me->contacts.insert((*who)->id);
    auto shown = present(c);
    shown.mention(peer::user((*who)->id));
    return shown.container(std::vector<raw::Update<lean>>{});
}

inline answer_to<con::deleteContacts<lean>> handle(call& c, const con::deleteContacts<lean>& q)
{
    auto shown = present(c);
    for (auto const& input : q.id)
        if (auto const who = user_of(c, input)) {
            c.me->contacts.erase((*who)->id);
            shown.mention(peer::user((*who)->id));
        }
    return shown.container(std::vector<raw::Update<lean>>{});
}

inline answer_to<con::getStatuses<lean>> handle(call& c, const con::getStatuses<lean>&)
{
    std::vector<raw::ContactStatus<lean>> list;
    auto const shown = present(c);
    for (auto const id : c.me->contacts)
        if (auto const* who = c.in().people.find(id))
            list.push_back({.user_id = id, .status = shown.status(*who)});
    return list;
}

using user_methods = list<usr::getUsers<lean>, usr::getFullUser<lean>, con::getContacts<lean>, con::resolveUsername<lean>,
                          con::resolvePhone<lean>, con::search<lean>, con::importContacts<lean>, con::addContact<lean>,
                          con::deleteContacts<lean>, con::getStatuses<lean>>;

} // namespace mtproto::sandbox::methods
