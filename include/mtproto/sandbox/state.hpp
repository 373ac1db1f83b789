// The whole state of a data centre as bytes: accounts, keys, rooms, messages, files.
#pragma once

#include "mtproto/sandbox/archive.hpp"
#include "mtproto/sandbox/call.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace mtproto::sandbox {

template <class A>
void members(A& a, peer& v)
{
    a(v.kind, v.id);
}
template <class A>
void members(A& a, password_record& v)
{
    a(v.salt1, v.salt2, v.verifier, v.hint);
}
template <class A>
void members(A& a, account& v)
{
    a(v.id, v.phone, v.first_name, v.last_name, v.username, v.about, v.dc, v.code, v.password, v.bot, v.echo, v.token, v.contacts,
      v.online_until, v.last_seen);
}
template <class A>
void members(A& a, member& v)
{
    a(v.inviter, v.date, v.admin);
}
template <class A>
void members(A& a, room& v)
{
    a(v.self, v.title, v.about, v.username, v.broadcast, v.creator, v.date, v.version, v.members);
}
template <class A>
void members(A& a, origin& v)
{
    a(v.from, v.date, v.post);
}
template <class A>
void members(A& a, message& v)
{
    a(v.id, v.copies_of, v.from, v.chat, v.date, v.edited, v.out, v.silent, v.pinned, v.text, v.entities, v.markup, v.media, v.file,
      v.reply_to, v.forwarded, v.grouped, v.what, v.users, v.views);
}
template <class A>
void members(A& a, event& v)
{
    a(v.what, v.pts, v.pts_count, v.chat, v.id, v.ids, v.unread, v.user, v.action);
}
template <class A>
void members(A& a, dialog& v)
{
    a(v.read_inbox, v.read_outbox, v.pinned, v.unread_mark);
}
template <class A>
void members(A& a, stored_file& v)
{
    a(v.id, v.access_hash, v.reference, v.dc, v.date, v.photo, v.spoiler, v.name, v.mime_type, v.attributes, v.width, v.height, v.data);
}
template <class A>
void members(A& a, listening& v)
{
    a(v.ip, v.port, v.dc);
}
template <class A>
void members(A& a, applied& v)
{
    a(v.asked, v.done, v.to, v.message_id, v.pts);
}

namespace detail {

struct saved_key
{
    bytes key{};
    int dc = 0;
    std::optional<std::int64_t> expires{};
    std::uint64_t bound_to = 0;
    int layer = 0;
    std::int32_t api_id = 0;
    std::string device{};
    std::int64_t user = 0;
};
struct saved_box
{
    std::int64_t owner{};
    bool of_channel = false;
    std::int32_t pts = 0;
    std::int32_t last_id = 0;
    std::vector<message> messages{};
    std::vector<event> log{};
    std::map<peer, dialog> dialogs{};
};
struct saved_send
{
    std::int64_t sender{};
    std::int64_t random_id{};
    applied what{};
};
struct saved_state
{
    std::uint64_t magic = 0x32626478'6f746d00; // version 2
    std::uint64_t seed = 0;
    std::uint64_t order = 0;
    std::uint64_t count = 0;
    std::uint64_t files_made = 0;
    std::vector<account> people{};
    std::vector<room> rooms{};
    std::vector<saved_box> boxes{};
    std::vector<stored_file> files{};
    std::vector<saved_send> sends{};
    std::vector<saved_key> keys{};
    std::vector<listening> addresses{};
};

template <class A>
void members(A& a, saved_key& v)
{
    a(v.key, v.dc, v.expires, v.bound_to, v.layer, v.api_id, v.device, v.user);
}
template <class A>
void members(A& a, saved_box& v)
{
    a(v.owner, v.of_channel, v.pts, v.last_id, v.messages, v.log, v.dialogs);
}
template <class A>
void members(A& a, saved_send& v)
{
    a(v.sender, v.random_id, v.what);
}
template <class A>
void members(A& a, saved_state& v)
{
    a(v.magic, v.seed, v.order, v.count, v.files_made, v.people, v.rooms, v.boxes, v.files, v.sends, v.keys, v.addresses);
}

inline saved_box save_box(std::int64_t owner, bool of_channel, const mailbox& box)
{
    saved_box made{.owner = owner, .of_channel = of_channel, .pts = box.pts(), .last_id = box.last_id()};
    for (auto const& [id, m] : box.messages())
        made.messages.push_back(m);
    made.log = box.log();
    made.dialogs = box.dialogs();
    return made;
}

} // namespace detail

/// Everything but connections, sessions and what is half done (codes on their way, uploads). Holds auth keys: a secret.
inline bytes save_state(const office& at)
{
    detail::saved_state all;
    all.seed = at.in.seed();
    all.order = at.in.order();
    all.count = at.count;
    all.files_made = at.in.files.count();
    for (auto const& [id, who] : at.in.people.all())
        all.people.push_back(who);
    for (auto const& [id, where] : at.in.rooms.all())
        all.rooms.push_back(where);
    for (auto const& [owner, box] : at.in.user_boxes())
        all.boxes.push_back(detail::save_box(owner, false, box));
    for (auto const& [owner, box] : at.in.channel_boxes())
        all.boxes.push_back(detail::save_box(owner, true, box));
    for (auto const& [id, file] : at.in.files.all())
        all.files.push_back(file);
    for (auto const& [key, what] : at.in.ledger.sends())
        all.sends.push_back({key.first, key.second, what});
    for (auto const& [id, key] : at.keys.all()) {
        auto const view = key.key.view();
        all.keys.push_back({.key = {view.begin(), view.end()},
                            .dc = key.dc,
                            .expires = key.expires,
                            .bound_to = key.bound_to,
                            .layer = key.layer,
                            .api_id = key.api_id,
                            .device = key.device,
                            .user = key.user});
    }
    all.addresses = at.addresses;
    saving_archive to;
    to(all);
    for (auto& key : all.keys)
        crypto::wipe(key.key);
    return to.take();
}

/// Puts a saved state into an office that is still empty. Fails with errc::storage_failed.
inline result<> load_state(office& at, tl::bytes_view saved)
{
    detail::saved_state all;
    auto const magic = all.magic;
    loading_archive from(saved);
    from(all);
    if (!from.ok() || !from.at_end() || all.magic != magic)
        return error(errc::storage_failed, "this is not a saved state of a sandbox");
    if (all.seed != at.in.seed())
        return error(errc::storage_failed, "the state was saved with another seed");
    if (!at.in.people.all().empty() || !at.keys.all().empty())
        return error(errc::storage_failed, "a state is loaded before accounts are added");
    for (auto& who : all.people) {
        auto const id = who.id;
        at.in.people.all().emplace(id, std::move(who));
    }
    for (auto& where : all.rooms)
        at.in.rooms.add(std::move(where));
    for (auto& box : all.boxes) {
        auto& into = box.of_channel ? at.in.channel_box(box.owner) : at.in.box_of(box.owner);
        into.restore(box.pts, box.last_id, std::move(box.messages), std::move(box.log));
        into.dialogs() = std::move(box.dialogs);
    }
    for (auto& file : all.files)
        at.in.files.add(std::move(file));
    for (auto const& one : all.sends)
        at.in.ledger.entry(one.sender, one.random_id) = one.what;
    for (auto& key : all.keys) {
        if (key.key.size() != crypto::auth_key::size)
            continue;
        auto& made = at.keys.add(crypto::auth_key(std::span<const std::byte, crypto::auth_key::size>(key.key)), key.dc, key.expires);
        made.bound_to = key.bound_to;
        made.layer = key.layer;
        made.api_id = key.api_id;
        made.device = key.device;
        made.user = key.user;
        crypto::wipe(key.key);
    }
    at.in.restore_order(all.order);
    at.in.files.restore_count(all.files_made);
    at.count = all.count;
    at.former = std::move(all.addresses);
    return {};
}

} // namespace mtproto::sandbox
