// Sending: what a new message does to the boxes of everybody concerned.
#pragma once

#include "mtproto/sandbox/world.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mtproto::sandbox {

/// A message before it has a place.
struct draft
{
    std::string text{};
    bytes entities{};
    bytes markup{};
    bytes media{};
    std::optional<std::int64_t> file{};
    std::optional<std::int32_t> reply_to{};
    std::optional<origin> forwarded{};
    std::int64_t random_id = 0; ///< 0: never a repetition
    std::int64_t grouped = 0;
    bool silent = false;
    service what = service::none;
    std::vector<std::int64_t> users{};
};

/// Where a message went, in the numbers of its sender (or of the channel).
struct sent
{
    std::int32_t id{};
    std::int32_t pts{};
    std::int32_t date{};
    bool repeated = false; ///< this random_id was applied before, and not again
};

/// https://core.telegram.org/api/config: message_length_max
inline constexpr std::size_t longest_message = 4096;
inline constexpr std::size_t longest_caption = 1024;

/// The length of UTF-8 text in code points, or nothing if it is malformed.
inline std::optional<std::size_t> text_length(std::string_view text)
{
    std::size_t count = 0;
    for (std::size_t i = 0; i < text.size(); ++count) {
        auto const lead = static_cast<unsigned char>(text[i]);
        std::size_t const more = lead < 0x80 ? 0 : lead >> 5 == 6 ? 1
                                               : lead >> 4 == 14  ? 2
                                               : lead >> 3 == 30  ? 3
                                                                  : 4;
        if (more == 4 || i + more >= text.size())
            return std::nullopt;
        for (std::size_t k = 1; k <= more; ++k)
            if (static_cast<unsigned char>(text[i + k]) >> 6 != 2)
                return std::nullopt;
        i += more + 1;
    }
    return count;
}

namespace detail {

inline message make_message(const draft& what, peer from, peer chat, std::int32_t now, std::uint64_t copies_of, bool out)
{
    message made;
    made.copies_of = copies_of;
    made.from = from;
    made.chat = chat;
    made.date = now;
    made.out = out;
    made.silent = what.silent;
    made.text = what.text;
    made.entities = what.entities;
    made.markup = what.markup;
    made.media = what.media;
    made.file = what.file;
    made.forwarded = what.forwarded;
    made.grouped = what.grouped;
    made.what = what.what;
    made.users = what.users;
    return made;
}

/// Puts one copy into a user's box.
inline sent deliver(world& in, std::int64_t owner, std::int64_t actor, message what, std::optional<std::uint64_t> reply_to)
{
    auto& box = in.box_of(owner);
    if (reply_to)
        if (auto const* original = box.copy(*reply_to))
            what.reply_to = original->id;
    auto& dialog = box.dialogs()[what.chat];
    auto const& stored = box.put(std::move(what));
    if (stored.out)
        dialog.read_inbox = (std::max)(dialog.read_inbox, stored.id); // writing in a chat reads it
    event happened{.what = event::kind::new_message, .chat = stored.chat, .id = stored.id};
    auto const& logged = box.record(std::move(happened));
    in.tell({.to = owner, .actor = actor, .what = logged});
    return {.id = stored.id, .pts = logged.pts, .date = stored.date};
}

inline sent post(world& in, room& where, std::int64_t actor, message what)
{
    auto& box = in.channel_box(where.self.id);
    if (what.reply_to && !box.find(*what.reply_to))
        what.reply_to.reset();
    if (where.broadcast)
        what.views = 1;
    auto const& stored = box.put(std::move(what));
    auto& own = in.box_of(actor).dialogs()[where.self];
    own.read_inbox = (std::max)(own.read_inbox, stored.id);
    event happened{.what = event::kind::new_message, .chat = stored.chat, .id = stored.id};
    auto const& logged = box.record(std::move(happened));
    for (auto const& [user, unused] : where.members)
        in.tell({.to = user, .actor = actor, .what = logged, .of_channel = true});
    return {.id = stored.id, .pts = logged.pts, .date = stored.date};
}

} // namespace detail

/// Whether `user` may write to `to`; otherwise the error that the real servers give.
inline result<> may_write(world& in, std::int64_t user, peer to)
{
    if (to.is_user()) {
        if (!in.people.find(to.id))
            return refuse("PEER_ID_INVALID");
        auto const* writer = in.people.find(user);
        auto const* reader = in.people.find(to.id);
        // A bot speaks when it is spoken to.
        if (writer && writer->bot && user != to.id) {
            if (reader->bot)
                return refuse("USER_IS_BOT");
            if (in.box_of(user).chat(to).empty())
                return refuse("PEER_ID_INVALID");
        }
        return {};
    }
    auto const* where = in.rooms.find(to);
    if (!where)
        return refuse(to.is_chat() ? "CHAT_ID_INVALID" : "CHANNEL_INVALID");
    if (where->can_write(user))
        return {};
    if (where->has(user))
        return refuse("CHAT_WRITE_FORBIDDEN", 403);
    return to.is_chat() ? refuse("PEER_ID_INVALID") : refuse("CHANNEL_PRIVATE");
}

/// Sends as `from`. The same random_id is applied once: a repetition gets the first answer again.
inline result<sent> send(world& in, std::int64_t from, peer to, const draft& what, std::int32_t now)
{
    if (auto const allowed = may_write(in, from, to); !allowed)
        return allowed.error();
    if (what.what == service::none) {
        bool const has_media = what.file.has_value() || !what.media.empty();
        if (what.text.empty() && !has_media)
            return refuse("MESSAGE_EMPTY");
        auto const length = text_length(what.text);
        if (!length)
            return refuse("ENCRYPTED_MESSAGE_INVALID");
        if (*length > (has_media ? longest_caption : longest_message))
            return refuse(has_media ? "MEDIA_CAPTION_TOO_LONG" : "MESSAGE_TOO_LONG");
    }
    if (what.random_id != 0) {
        auto& entry = in.ledger.entry(from, what.random_id);
        ++entry.asked;
        if (entry.done != 0) {
            auto const* done = in.box_of(from, entry.to).find(entry.message_id);
            return sent{.id = entry.message_id, .pts = entry.pts, .date = done ? done->date : now, .repeated = true};
        }
    }

    auto const order = in.next_order();
    sent outcome;
    if (to.is_user()) {
        std::optional<std::uint64_t> original;
        if (what.reply_to)
            if (auto const* replied = in.box_of(from).find(*what.reply_to))
                original = replied->copies_of;
        bool const to_self = to.id == from;
        auto const mine = detail::make_message(what, peer::user(from), to, now, order, !to_self);
        outcome = detail::deliver(in, from, from, mine, original);
        if (!to_self)
            detail::deliver(in, to.id, from, detail::make_message(what, peer::user(from), peer::user(from), now, order, false),
                            original);
    } else if (to.is_chat()) {
        std::optional<std::uint64_t> original;
        if (what.reply_to)
            if (auto const* replied = in.box_of(from).find(*what.reply_to))
                original = replied->copies_of;
        for (auto const& [user, unused] : in.rooms.find(to)->members) {
            auto const copy = detail::make_message(what, peer::user(from), to, now, order, user == from);
            auto const delivered = detail::deliver(in, user, from, copy, original);
            if (user == from)
                outcome = delivered;
        }
    } else {
        auto& where = *in.rooms.find(to);
        auto one = detail::make_message(what, where.broadcast ? to : peer::user(from), to, now, order, false);
        one.reply_to = what.reply_to;
        outcome = detail::post(in, where, from, std::move(one));
        in.channel_box(to.id).find(outcome.id)->users = {from}; // who wrote it, for `out` and for rights
    }
    if (what.random_id != 0) {
        auto& entry = in.ledger.entry(from, what.random_id);
        ++entry.done;
        entry.to = to;
        entry.message_id = outcome.id;
        entry.pts = outcome.pts;
    }
    if (to.is_user() && to.id != from && in.people.find(to.id)->echo) {
        draft same = what;
        same.random_id = 0;
        same.reply_to.reset();
        same.forwarded.reset();
        (void)send(in, to.id, peer::user(from), same, now);
    }
    return outcome;
}

/// Who wrote a message: behind a channel's post stands an administrator.
inline std::int64_t author_of(const message& m)
{
    if (m.chat.is_channel() && m.what == service::none && !m.users.empty())
        return m.users.front();
    return m.from.is_user() ? m.from.id : 0;
}

} // namespace mtproto::sandbox
