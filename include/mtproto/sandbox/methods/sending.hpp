// messages.*: what changes conversations.
#pragma once

#include "mtproto/sandbox/message_changes.hpp"
#include "mtproto/sandbox/methods/dispatch.hpp"
#include "mtproto/sandbox/methods/media.hpp"
#include "mtproto/sandbox/resolve.hpp"

#include <string>
#include <utility>

namespace mtproto::sandbox::methods {

namespace msg {
using namespace raw::messages;
}

namespace detail {

/// Formatting as it is stored: mentions by input become mentions by id.
inline bytes stored_entities(call& c, std::vector<raw::MessageEntity<lean>> list)
{
    if (list.empty())
        return {};
    for (auto& entity : list)
        if (auto const* mention = tl::get_if<raw::inputMessageEntityMentionName<lean>>(entity))
            if (auto const who = user_of(c, mention->user_id))
                entity = raw::messageEntityMentionName<lean>{
                    .offset = mention->offset, .length = mention->length, .user_id = (*who)->id};
    return to_bytes(list);
}

/// The fields that all sending methods have in common.
template <class Q>
draft draft_of(call& c, const Q& q)
{
    draft made{.silent = q.silent};
    if constexpr (requires { q.message; })
        made.text = q.message;
    if constexpr (requires { q.random_id.value; } || std::is_same_v<decltype(q.random_id), std::int64_t>)
        made.random_id = q.random_id;
    if constexpr (requires { q.entities; }) {
        if (q.entities)
            made.entities = stored_entities(c, *q.entities);
    }
    if constexpr (requires { q.reply_markup; }) {
        if (q.reply_markup && c.me->bot) // only bots may
            made.markup = to_bytes(*q.reply_markup);
    }
    if (q.reply_to)
        if (auto const* to = tl::get_if<raw::inputReplyToMessage<lean>>(*q.reply_to))
            made.reply_to = to->reply_to_msg_id;
    if (!made.reply_to)
        made.reply_to = c.old_reply_to;
    return made;
}

inline raw::Update<lean> new_message_update(presenter& shown, world& in, peer where, const sent& done)
{
    event happened{.what = event::kind::new_message, .pts = done.pts, .pts_count = 1, .chat = where, .id = done.id};
    (void)in;
    return shown.update(happened, where.is_channel());
}

/// What the sender is answered: short in a chat with another, the whole message elsewhere, to itself too. Clients rely on it.
inline raw::Updates<lean> sent_updates(call& c, peer where, const std::vector<std::pair<sent, std::int64_t>>& all, bool brief)
{
    if (brief && where.is_user() && where.id != c.me->id && all.size() == 1) {
        auto const& done = all.front().first;
        raw::updateShortSentMessage<lean> made{.out = true};
        made.id = done.id;
        made.pts = done.pts;
        made.pts_count = 1;
        made.date = done.date;
        if (auto const* m = c.in().box_of(c.me->id).find(done.id); m && !m->entities.empty())
            made.entities = from_bytes<std::vector<raw::MessageEntity<lean>>>(m->entities);
        return made;
    }
    auto shown = present(c);
    std::vector<raw::Update<lean>> list;
    for (auto const& [done, random_id] : all)
        list.push_back(raw::updateMessageID<lean>{.id = done.id, .random_id = random_id});
    for (auto const& [done, random_id] : all)
        list.push_back(new_message_update(shown, c.in(), where, done));
    return shown.container(std::move(list));
}

template <class Q>
answer_to<Q> send_one(call& c, peer where, draft what, bool brief)
{
    auto const random_id = what.random_id;
    auto const done = send(c.in(), c.me->id, where, what, c.now);
    if (!done)
        return done.error();
    if (done->repeated && c.at.settings.repeated_random_id_is_error)
        return refuse("RANDOM_ID_DUPLICATE", 500);
    return sent_updates(c, where, {{*done, random_id}}, brief);
}

} // namespace detail

inline answer_to<msg::sendMessage<lean>> handle(call& c, const msg::sendMessage<lean>& q)
{
    auto const where = peer_of(c, q.peer);
    if (!where)
        return where.error();
    return detail::send_one<msg::sendMessage<lean>>(c, *where, detail::draft_of(c, q), true);
}

inline answer_to<msg::sendMedia<lean>> handle(call& c, const msg::sendMedia<lean>& q)
{
    auto const where = peer_of(c, q.peer);
    if (!where)
        return where.error();
    // A repetition finds no parts any more, and needs none.
    auto const* entry = c.in().ledger.find(c.me->id, q.random_id);
    auto what = detail::draft_of(c, q);
    if (!entry || entry->done == 0) {
        auto const attached = detail::attach(c, q.media);
        if (!attached)
            return attached.error();
        what.file = attached->file;
        what.media = attached->media;
    }
    return detail::send_one<msg::sendMedia<lean>>(c, *where, std::move(what), false);
}

inline answer_to<msg::uploadMedia<lean>> handle(call& c, const msg::uploadMedia<lean>& q)
{
    auto const attached = detail::attach(c, q.media);
    if (!attached)
        return attached.error();
    message const carrier{.media = attached->media, .file = attached->file};
    return present(c).media(carrier).value_or(raw::messageMediaEmpty<lean>{});
}

inline answer_to<msg::sendMultiMedia<lean>> handle(call& c, const msg::sendMultiMedia<lean>& q)
{
    auto const where = peer_of(c, q.peer);
    if (!where)
        return where.error();
    if (q.multi_media.empty() || q.multi_media.size() > 10)
        return refuse("MULTI_MEDIA_TOO_LONG");
    auto const group = static_cast<std::int64_t>(c.at.fresh() >> 1);
    std::vector<std::pair<sent, std::int64_t>> all;
    for (auto const& one : q.multi_media) {
        draft what{.text = one.message, .random_id = one.random_id, .grouped = group, .silent = q.silent};
        if (one.entities)
            what.entities = detail::stored_entities(c, *one.entities);
        auto const attached = detail::attach(c, one.media);
        if (!attached)
            return attached.error();
        what.file = attached->file;
        what.media = attached->media;
        auto const done = send(c.in(), c.me->id, *where, what, c.now);
        if (!done)
            return done.error();
        all.emplace_back(*done, one.random_id);
    }
    return detail::sent_updates(c, *where, all, false);
}

inline answer_to<msg::forwardMessages<lean>> handle(call& c, const msg::forwardMessages<lean>& q)
{
    auto const from = peer_of(c, q.from_peer);
    auto const to = peer_of(c, q.to_peer);
    if (!from || !to)
        return from ? to.error() : from.error();
    if (q.id.empty() || q.id.size() != q.random_id.size())
        return refuse("MESSAGE_IDS_EMPTY");
    std::vector<std::pair<sent, std::int64_t>> all;
    for (std::size_t i = 0; i < q.id.size(); ++i) {
        auto const* original = c.in().box_of(c.me->id, *from).find(q.id[i]);
        if (!original || original->what != service::none)
            return refuse("MESSAGE_ID_INVALID");
        draft what{.text = original->text, .entities = original->entities, .media = original->media, .file = original->file};
        what.random_id = q.random_id[i];
        what.silent = q.silent;
        if (!q.drop_author)
            what.forwarded = original->forwarded ? original->forwarded
                                                 : std::optional(origin{.from = original->from,
                                                                        .date = original->date,
                                                                        .post = original->from.is_channel() ? original->id : 0});
        auto const done = send(c.in(), c.me->id, *to, what, c.now);
        if (!done)
            return done.error();
        all.emplace_back(*done, q.random_id[i]);
    }
    return detail::sent_updates(c, *to, all, false);
}

inline answer_to<msg::startBot<lean>> handle(call& c, const msg::startBot<lean>& q)
{
    auto const bot = user_of(c, q.bot);
    if (!bot)
        return bot.error();
    if (!(*bot)->bot)
        return refuse("BOT_INVALID");
    draft what{.text = q.start_param.empty() ? "/start" : "/start " + q.start_param, .random_id = q.random_id};
    return detail::send_one<msg::startBot<lean>>(c, peer::user((*bot)->id), std::move(what), false);
}

inline answer_to<msg::editMessage<lean>> handle(call& c, const msg::editMessage<lean>& q)
{
    auto const where = peer_of(c, q.peer);
    if (!where)
        return where.error();
    std::optional<bytes> markup;
    if (q.reply_markup)
        markup = to_bytes(*q.reply_markup);
    auto entities = q.entities ? detail::stored_entities(c, *q.entities) : bytes{};
    auto const done = edit(c.in(), c.me->id, *where, q.id, q.message, std::move(entities), std::move(markup), c.now);
    if (!done)
        return done.error();
    auto shown = present(c);
    event const happened{.what = event::kind::edited, .pts = done->pts, .pts_count = 1, .chat = *where, .id = q.id};
    auto update = shown.update(happened, where->is_channel());
    return shown.container(std::move(update));
}

inline answer_to<msg::deleteMessages<lean>> handle(call& c, const msg::deleteMessages<lean>& q)
{
    auto const gone = erase_messages(c.in(), c.me->id, q.id, q.revoke);
    return msg::affectedMessages<lean>{.pts = gone.pts, .pts_count = gone.count};
}

inline answer_to<msg::deleteHistory<lean>> handle(call& c, const msg::deleteHistory<lean>& q)
{
    auto const where = peer_of(c, q.peer);
    if (!where)
        return where.error();
    std::vector<std::int32_t> ids;
    if (!where->is_channel())
        for (auto const id : c.in().box_of(c.me->id).chat(*where))
            if (q.max_id <= 0 || id <= q.max_id)
                ids.push_back(id);
    auto const gone = erase_messages(c.in(), c.me->id, ids, q.revoke);
    if (!q.just_clear && where->is_user())
        c.in().box_of(c.me->id).dialogs().erase(*where);
    return msg::affectedHistory<lean>{.pts = gone.pts, .pts_count = gone.count, .offset = 0};
}

inline answer_to<msg::readHistory<lean>> handle(call& c, const msg::readHistory<lean>& q)
{
    auto const where = peer_of(c, q.peer);
    if (!where)
        return where.error();
    if (where->is_channel())
        return refuse("PEER_ID_INVALID");
    auto const done = read(c.in(), c.me->id, *where, q.max_id);
    return msg::affectedMessages<lean>{.pts = done.pts, .pts_count = done.count};
}

inline answer_to<msg::readMessageContents<lean>> handle(call& c, const msg::readMessageContents<lean>&)
{
    return msg::affectedMessages<lean>{.pts = c.in().box_of(c.me->id).pts(), .pts_count = 0};
}

inline answer_to<msg::setTyping<lean>> handle(call& c, const msg::setTyping<lean>& q)
{
    auto const where = peer_of(c, q.peer);
    if (!where)
        return where.error();
    event happened{.what = event::kind::typing, .chat = *where, .user = c.me->id, .action = to_bytes(q.action)};
    if (where->is_user()) {
        happened.chat = peer::user(c.me->id);
        if (where->id != c.me->id)
            c.in().tell({.to = where->id, .actor = c.me->id, .what = happened});
        return true;
    }
    auto const* room = c.in().rooms.find(*where);
    if (!room->can_write(c.me->id))
        return refuse("CHAT_WRITE_FORBIDDEN", 403);
    for (auto const& [user, unused] : room->members)
        if (user != c.me->id)
            c.in().tell({.to = user, .actor = c.me->id, .what = happened});
    return true;
}

inline answer_to<msg::updatePinnedMessage<lean>> handle(call& c, const msg::updatePinnedMessage<lean>& q)
{
    auto const where = peer_of(c, q.peer);
    if (!where)
        return where.error();
    auto& box = c.in().box_of(c.me->id, *where);
    auto* m = box.find(q.id);
    if (!m || m->chat != *where)
        return refuse("MESSAGE_ID_INVALID");
    auto const* room = c.in().rooms.find(*where);
    if (room && room->self.is_channel() && !room->is_admin(c.me->id))
        return refuse("CHAT_ADMIN_REQUIRED");
    change_copies(c.in(), c.me->id, box, *m, event::kind::pinned, [&](message& copy) { copy.pinned = !q.unpin; });
    auto shown = present(c);
    auto update = shown.update(box.log().back(), where->is_channel());
    return shown.container(std::move(update));
}

inline answer_to<msg::unpinAllMessages<lean>> handle(call& c, const msg::unpinAllMessages<lean>& q)
{
    auto const where = peer_of(c, q.peer);
    if (!where)
        return where.error();
    auto& box = c.in().box_of(c.me->id, *where);
    auto const* room = c.in().rooms.find(*where);
    if (room && room->self.is_channel() && !room->is_admin(c.me->id))
        return refuse("CHAT_ADMIN_REQUIRED");
    auto const before = box.pts();
    std::vector<std::int32_t> pinned;
    for (auto const& [id, m] : box.messages())
        if (m.chat == *where && m.pinned)
            pinned.push_back(id);
    for (auto const id : pinned)
        change_copies(c.in(), c.me->id, box, *box.find(id), event::kind::pinned, [](message& copy) { copy.pinned = false; });
    return msg::affectedHistory<lean>{.pts = box.pts(), .pts_count = box.pts() - before, .offset = 0};
}

using sending_methods =
    list<msg::sendMessage<lean>, msg::sendMedia<lean>, msg::uploadMedia<lean>, msg::sendMultiMedia<lean>, msg::forwardMessages<lean>,
         msg::startBot<lean>, msg::editMessage<lean>, msg::deleteMessages<lean>, msg::deleteHistory<lean>, msg::readHistory<lean>,
         msg::readMessageContents<lean>, msg::setTyping<lean>, msg::updatePinnedMessage<lean>, msg::unpinAllMessages<lean>>;

} // namespace mtproto::sandbox::methods
