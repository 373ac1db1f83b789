// messages.*: reading what is there.
#pragma once

#include "mtproto/sandbox/history.hpp"
#include "mtproto/sandbox/methods/dispatch.hpp"
#include "mtproto/sandbox/resolve.hpp"

#include <algorithm>
#include <string>

namespace mtproto::sandbox::methods {

namespace msg {
using namespace raw::messages;
}

namespace detail {

/// A page of messages in the constructor that fits: all of them, a part, or those of a channel.
template <class Q>
answer_to<Q> show_page(call& c, peer where, const page& chosen)
{
    auto shown = present(c);
    auto const& box = c.in().box_of(c.my_id(), where);
    std::vector<raw::Message<lean>> list;
    for (auto const id : chosen.ids)
        list.push_back(shown.show(*box.find(id)));
    if (where.is_channel()) {
        shown.mention(where);
        msg::channelMessages<lean> made{};
        made.pts = box.pts();
        made.count = chosen.count;
        made.messages = std::move(list);
        made.chats = shown.chats();
        made.users = shown.users();
        return made;
    }
    if (chosen.whole) {
        msg::messages<lean> made{};
        made.messages_ = std::move(list);
        made.chats = shown.chats();
        made.users = shown.users();
        return made;
    }
    msg::messagesSlice<lean> made{};
    made.count = chosen.count;
    made.messages = std::move(list);
    made.chats = shown.chats();
    made.users = shown.users();
    return made;
}

/// Messages by their numbers; those that are not there appear as messageEmpty.
template <class Q>
answer_to<Q> show_numbered(call& c, mailbox& box, const std::vector<raw::InputMessage<lean>>& wanted, const room* channel)
{
    auto shown = present(c);
    std::vector<raw::Message<lean>> list;
    for (auto const& input : wanted) {
        std::int32_t id = 0;
        if (auto const* plain = tl::get_if<raw::inputMessageID<lean>>(input))
            id = plain->id;
        else if (auto const* reply = tl::get_if<raw::inputMessageReplyTo<lean>>(input)) {
            auto const* m = box.find(reply->id);
            id = m ? m->reply_to.value_or(0) : 0;
        } else if (tl::holds<raw::inputMessagePinned<lean>>(input) && channel) {
            for (auto const& [number, m] : box.messages())
                id = m.pinned ? number : id;
        }
        auto const* found = box.find(id);
        list.push_back(found ? shown.show(*found) : raw::Message<lean>(raw::messageEmpty<lean>{.id = id}));
    }
    if (channel) {
        shown.mention(channel->self);
        msg::channelMessages<lean> made{};
        made.pts = box.pts();
        made.count = static_cast<std::int32_t>(list.size());
        made.messages = std::move(list);
        made.chats = shown.chats();
        made.users = shown.users();
        return made;
    }
    msg::messages<lean> made{};
    made.messages_ = std::move(list);
    made.chats = shown.chats();
    made.users = shown.users();
    return made;
}

inline bool has_type(const call& c, const message& m, const raw::MessagesFilter<lean>& filter)
{
    auto const* file = m.file ? c.in().files.find(*m.file) : nullptr;
    if (tl::holds<raw::inputMessagesFilterEmpty<lean>>(filter))
        return true;
    if (tl::holds<raw::inputMessagesFilterPhotos<lean>>(filter))
        return file && file->photo;
    if (tl::holds<raw::inputMessagesFilterDocument<lean>>(filter))
        return file && !file->photo;
    auto const kind = [&](std::string_view prefix) { return file && !file->photo && file->mime_type.starts_with(prefix); };
    if (tl::holds<raw::inputMessagesFilterVideo<lean>>(filter))
        return kind("video/");
    if (tl::holds<raw::inputMessagesFilterPhotoVideo<lean>>(filter))
        return kind("video/") || (file && file->photo);
    if (tl::holds<raw::inputMessagesFilterMusic<lean>>(filter))
        return kind("audio/");
    if (tl::holds<raw::inputMessagesFilterPinned<lean>>(filter))
        return m.pinned;
    if (tl::holds<raw::inputMessagesFilterUrl<lean>>(filter))
        return m.text.find("http") != std::string::npos;
    return false;
}

} // namespace detail

inline answer_to<msg::getHistory<lean>> handle(call& c, const msg::getHistory<lean>& q)
{
    auto const where = peer_of(c, q.peer);
    if (!where)
        return where.error();
    auto const& box = c.in().box_of(c.me->id, *where);
    page_request const request{q.offset_id, q.offset_date, q.add_offset, q.limit, q.max_id, q.min_id};
    auto const chosen = select_page(box, box.chat(*where), request, [](const message&) { return true; });
    return detail::show_page<msg::getHistory<lean>>(c, *where, chosen);
}

inline answer_to<msg::search<lean>> handle(call& c, const msg::search<lean>& q)
{
    if (tl::holds<raw::inputPeerEmpty<lean>>(q.peer))
        return msg::messages<lean>{};
    auto const where = peer_of(c, q.peer);
    if (!where)
        return where.error();
    std::optional<peer> from;
    if (q.from_id) {
        auto const who = peer_of(c, *q.from_id);
        if (!who)
            return who.error();
        from = *who;
    }
    auto const wanted = lower(q.q);
    auto const& box = c.in().box_of(c.me->id, *where);
    page_request const request{q.offset_id, 0, q.add_offset, q.limit, q.max_id, q.min_id};
    auto const chosen = select_page(box, box.chat(*where), request, [&](const message& m) {
        return (m.what == service::none || wanted.empty()) && lower(m.text).find(wanted) != std::string::npos &&
               (!from || m.from == *from) && (q.min_date <= 0 || m.date > q.min_date) && (q.max_date <= 0 || m.date < q.max_date) &&
               detail::has_type(c, m, q.filter);
    });
    return detail::show_page<msg::search<lean>>(c, *where, chosen);
}

inline answer_to<msg::searchGlobal<lean>> handle(call& c, const msg::searchGlobal<lean>& q)
{
    auto const wanted = lower(q.q);
    auto shown = present(c);
    std::vector<const message*> found;
    auto const look = [&](const mailbox& box) {
        for (auto const& [id, m] : box.messages())
            if (m.what == service::none && lower(m.text).find(wanted) != std::string::npos && detail::has_type(c, m, q.filter))
                found.push_back(&m);
    };
    look(c.in().box_of(c.me->id));
    for (auto const& [with, unused] : c.in().box_of(c.me->id).dialogs())
        if (with.is_channel())
            look(c.in().channel_box(with.id));
    std::sort(found.begin(), found.end(), [](auto* a, auto* b) { return a->copies_of > b->copies_of; });
    // next_rate is the place in this order.
    auto const skip = static_cast<std::size_t>((std::max)(q.offset_rate, 0));
    msg::messagesSlice<lean> made{};
    made.count = static_cast<std::int32_t>(found.size());
    auto const limit = static_cast<std::size_t>(std::clamp(q.limit, 0, longest_page));
    for (std::size_t i = skip; i < found.size() && made.messages.size() < limit; ++i)
        made.messages.push_back(shown.show(*found[i]));
    if (skip + made.messages.size() < found.size())
        made.next_rate = static_cast<std::int32_t>(skip + made.messages.size());
    made.chats = shown.chats();
    made.users = shown.users();
    return made;
}

inline answer_to<msg::getMessages<lean>> handle(call& c, const msg::getMessages<lean>& q)
{
    return detail::show_numbered<msg::getMessages<lean>>(c, c.in().box_of(c.me->id), q.id, nullptr);
}

inline answer_to<msg::getMessagesViews<lean>> handle(call& c, const msg::getMessagesViews<lean>& q)
{
    auto const where = peer_of(c, q.peer);
    if (!where)
        return where.error();
    msg::messageViews<lean> made{};
    for (auto const id : q.id) {
        auto* m = c.in().box_of(c.me->id, *where).find(id);
        raw::messageViews<lean> one{};
        if (m && m->views != 0) {
            m->views += q.increment ? 1 : 0;
            one.views = m->views;
            one.forwards = 0;
        }
        made.views.push_back(std::move(one));
    }
    return made;
}

inline answer_to<msg::getCommonChats<lean>> handle(call& c, const msg::getCommonChats<lean>& q)
{
    auto const who = user_of(c, q.user_id);
    if (!who)
        return who.error();
    msg::chats<lean> made{};
    auto const shown = present(c);
    for (auto const& [key, where] : c.in().rooms.all())
        if (where.has(c.me->id) && where.has((*who)->id))
            made.chats_.push_back(shown.chat(where));
    return made;
}

inline answer_to<msg::getPeerSettings<lean>> handle(call& c, const msg::getPeerSettings<lean>& q)
{
    auto const with = peer_of(c, q.peer);
    if (!with)
        return with.error();
    auto shown = present(c);
    shown.mention(*with);
    msg::peerSettings<lean> made{};
    made.chats = shown.chats();
    made.users = shown.users();
    return made;
}

namespace detail {

/// There are no mentions and no reactions to be read, so nothing changes.
template <class Q>
answer_to<Q> nothing_read(call& c, const Q& q)
{
    auto const where = peer_of(c, q.peer);
    if (!where)
        return where.error();
    return msg::affectedHistory<lean>{.pts = c.in().box_of(c.me->id, *where).pts(), .pts_count = 0, .offset = 0};
}

} // namespace detail

inline answer_to<msg::readMentions<lean>> handle(call& c, const msg::readMentions<lean>& q) { return detail::nothing_read(c, q); }
inline answer_to<msg::readReactions<lean>> handle(call& c, const msg::readReactions<lean>& q) { return detail::nothing_read(c, q); }

/// Whether a message may be edited by the caller.
inline answer_to<msg::getMessageEditData<lean>> handle(call& c, const msg::getMessageEditData<lean>& q)
{
    auto const where = peer_of(c, q.peer);
    if (!where)
        return where.error();
    auto const* m = c.in().box_of(c.me->id, *where).find(q.id);
    if (!m || m->chat != *where || m->what != service::none)
        return refuse("MESSAGE_ID_INVALID");
    if (author_of(*m) != c.me->id)
        return refuse("MESSAGE_AUTHOR_REQUIRED", 403);
    return msg::messageEditData<lean>{.caption = m->file.has_value()};
}

/// The prime of secret chats. https://core.telegram.org/api/end-to-end
inline answer_to<msg::getDhConfig<lean>> handle(call& c, const msg::getDhConfig<lean>& q)
{
    static constexpr std::int32_t version = 3;
    if (q.random_length < 0 || q.random_length > 1024)
        return refuse("RANDOM_LENGTH_INVALID");
    bytes random(static_cast<std::size_t>(q.random_length));
    c.at.random.fill(random);
    if (q.version == version)
        return msg::dhConfigNotModified<lean>{.random = std::move(random)};
    msg::dhConfig<lean> made{.g = 3, .version = version, .random = std::move(random)};
    made.p.assign(crypto::well_known_prime().begin(), crypto::well_known_prime().end());
    return made;
}

using message_methods = list<msg::readMentions<lean>, msg::readReactions<lean>, msg::getMessageEditData<lean>, msg::getDhConfig<lean>,
                             msg::getHistory<lean>, msg::search<lean>, msg::searchGlobal<lean>, msg::getMessages<lean>,
                             msg::getMessagesViews<lean>, msg::getCommonChats<lean>, msg::getPeerSettings<lean>>;

} // namespace mtproto::sandbox::methods
