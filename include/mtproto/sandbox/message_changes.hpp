// Editing, deleting and reading: what becomes of messages that are there, in the boxes of everybody concerned.
#pragma once

#include "mtproto/sandbox/messaging.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mtproto::sandbox {

/// Calls `change` on every copy of a message, and records `kind` in every box that has one.
template <class Change>
void change_copies(world& in, std::int64_t actor, mailbox& box, message& original, event::kind kind, Change change)
{
    auto const record = [&](mailbox& where, message& copy) -> const event& {
        change(copy);
        event happened{.what = kind, .chat = copy.chat, .id = copy.id};
        if (kind == event::kind::pinned)
            happened.ids = {copy.id};
        return where.record(std::move(happened));
    };
    if (original.chat.is_channel()) {
        auto const& logged = record(box, original);
        if (auto const* where = in.rooms.find(original.chat))
            for (auto const& [user, unused] : where->members)
                in.tell({.to = user, .actor = actor, .what = logged, .of_channel = true});
        return;
    }
    auto const copies_of = original.copies_of;
    std::vector<std::int64_t> owners{actor};
    if (original.chat.is_user())
        owners.push_back(original.chat.id);
    else if (auto const* where = in.rooms.find(original.chat))
        for (auto const& [user, unused] : where->members)
            owners.push_back(user);
    std::sort(owners.begin(), owners.end());
    owners.erase(std::unique(owners.begin(), owners.end()), owners.end());
    for (auto const owner : owners)
        if (auto* copy = in.box_of(owner).copy(copies_of))
            in.tell({.to = owner, .actor = actor, .what = record(in.box_of(owner), *copy)});
}

/// messages.editMessage: the author changes the text; `markup` stays as it is if it is not given.
inline result<sent> edit(world& in, std::int64_t who, peer where, std::int32_t id, std::optional<std::string> text, bytes entities,
                         std::optional<bytes> markup, std::int32_t now)
{
    auto& box = in.box_of(who, where);
    auto* original = box.find(id);
    if (!original || original->chat != where || original->what != service::none)
        return refuse("MESSAGE_ID_INVALID");
    if (author_of(*original) != who)
        return refuse("MESSAGE_AUTHOR_REQUIRED", 403);
    auto const& new_text = text ? *text : original->text;
    if (new_text.empty() && !original->file && original->media.empty())
        return refuse("MESSAGE_EMPTY");
    if (text_length(new_text).value_or(longest_message + 1) > longest_message)
        return refuse("MESSAGE_TOO_LONG");
    auto const new_markup = markup ? *markup : original->markup;
    if (new_text == original->text && (!text || entities == original->entities) && new_markup == original->markup)
        return refuse("MESSAGE_NOT_MODIFIED");
    change_copies(in, who, box, *original, event::kind::edited, [&, new_text](message& copy) {
        copy.text = new_text;
        if (text)
            copy.entities = entities;
        copy.markup = new_markup;
        copy.edited = now;
    });
    return sent{.id = id, .pts = box.pts(), .date = original->date};
}

/// What a change of the caller's own state cost: pts after it, and how many steps.
struct affected
{
    std::int32_t pts{};
    std::int32_t count{};
};

/// messages.deleteMessages: from the caller's box, and with `revoke` from everybody's.
inline affected erase_messages(world& in, std::int64_t who, const std::vector<std::int32_t>& ids, bool revoke)
{
    std::map<std::int64_t, std::vector<std::int32_t>> gone;
    for (auto const id : ids) {
        auto const* m = in.box_of(who).find(id);
        if (!m)
            continue;
        if (revoke) {
            for (auto const& [owner, unused] : in.user_boxes())
                if (auto const* copy = owner == who ? nullptr : in.box_of(owner).copy(m->copies_of)) {
                    gone[owner].push_back(copy->id);
                }
        }
        gone[who].push_back(id);
    }
    affected mine{in.box_of(who).pts(), 0};
    for (auto const& [owner, list] : gone) {
        auto& box = in.box_of(owner);
        for (auto const id : list)
            box.erase(id);
        event happened{.what = event::kind::deleted, .ids = list};
        auto const& logged = box.record(std::move(happened), static_cast<std::int32_t>(list.size()));
        in.tell({.to = owner, .actor = who, .what = logged});
        if (owner == who)
            mine = {logged.pts, logged.pts_count};
    }
    return mine;
}

/// channels.deleteMessages: one's own, or any as an administrator.
inline result<affected> erase_posts(world& in, std::int64_t who, const room& where, const std::vector<std::int32_t>& ids)
{
    auto& box = in.channel_box(where.self.id);
    std::vector<std::int32_t> gone;
    for (auto const id : ids) {
        auto const* m = box.find(id);
        if (!m)
            continue;
        if (!where.is_admin(who) && author_of(*m) != who)
            return refuse("MESSAGE_DELETE_FORBIDDEN", 403);
        gone.push_back(id);
    }
    for (auto const id : gone)
        box.erase(id);
    if (gone.empty())
        return affected{box.pts(), 0};
    event happened{.what = event::kind::deleted, .chat = where.self, .ids = gone};
    auto const& logged = box.record(std::move(happened), static_cast<std::int32_t>(gone.size()));
    for (auto const& [user, unused] : where.members)
        in.tell({.to = user, .actor = who, .what = logged, .of_channel = true});
    return affected{logged.pts, logged.pts_count};
}

/// messages.readHistory: everything up to `max_id` (0: all) is read; the senders hear of it.
inline affected read(world& in, std::int64_t who, peer where, std::int32_t max_id)
{
    auto& box = in.box_of(who);
    auto& state = box.dialogs()[where];
    state.unread_mark = false;
    auto const top = box.top(where);
    auto const upto = max_id <= 0 || max_id > top ? top : max_id;
    if (upto <= state.read_inbox)
        return {box.pts(), 0};
    std::map<std::int64_t, std::int32_t> heard; // sender -> his own number of the last message read
    for (auto const id : box.chat(where)) {
        auto const* m = id > state.read_inbox && id <= upto ? box.find(id) : nullptr;
        if (!m || m->out || !m->from.is_user() || m->from.id == who)
            continue;
        if (auto const* copy = in.box_of(m->from.id).copy(m->copies_of))
            heard[m->from.id] = (std::max)(heard[m->from.id], copy->id);
    }
    state.read_inbox = upto;
    event happened{.what = event::kind::read_inbox, .chat = where, .id = upto, .unread = box.unread(where, upto)};
    auto const mine = box.record(std::move(happened));
    in.tell({.to = who, .actor = who, .what = mine});
    for (auto const& [sender, id] : heard) {
        auto const chat = where.is_user() ? peer::user(who) : where;
        auto& theirs = in.box_of(sender).dialogs()[chat];
        if (theirs.read_outbox >= id)
            continue;
        theirs.read_outbox = id;
        event outbox{.what = event::kind::read_outbox, .chat = chat, .id = id};
        in.tell({.to = sender, .actor = who, .what = in.box_of(sender).record(std::move(outbox))});
    }
    return {mine.pts, 1};
}

/// channels.readHistory.
inline void read_posts(world& in, std::int64_t who, const room& where, std::int32_t max_id)
{
    auto& box = in.channel_box(where.self.id);
    auto& state = in.box_of(who).dialogs()[where.self];
    auto const top = box.top(where.self);
    auto const upto = max_id <= 0 || max_id > top ? top : max_id;
    if (upto <= state.read_inbox)
        return;
    event happened{.what = event::kind::channel_read_inbox, .pts = box.pts(), .chat = where.self, .id = upto};
    happened.unread = static_cast<std::int32_t>(std::count_if(
        box.messages().upper_bound(upto), box.messages().end(), [&](auto const& m) { return author_of(m.second) != who; }));
    std::map<std::int64_t, std::int32_t> heard;
    for (auto at = box.messages().upper_bound(state.read_inbox); at != box.messages().end() && at->first <= upto; ++at)
        if (auto const author = author_of(at->second); author != who && author != 0 && !where.broadcast)
            heard[author] = at->first;
    state.read_inbox = upto;
    in.tell({.to = who, .actor = who, .what = happened});
    for (auto const& [author, id] : heard) {
        in.box_of(author).dialogs()[where.self].read_outbox = id;
        event outbox{.what = event::kind::channel_read_outbox, .chat = where.self, .id = id};
        in.tell({.to = author, .actor = who, .what = outbox});
    }
}

} // namespace mtproto::sandbox
