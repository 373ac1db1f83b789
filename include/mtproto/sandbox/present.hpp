// The world as one of its users may see it, in constructors of the native layer.
#pragma once

#include "mtproto/sandbox/lean.hpp"
#include "mtproto/sandbox/messaging.hpp"
#include "mtproto/tl/decode.hpp"
#include "mtproto/tl/encode.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace mtproto::sandbox {

/// A boxed value's bytes. Only for values that the sandbox itself made, which always can be written.
template <class T>
bytes to_bytes(const T& value)
{
    tl::writer to;
    tl::write_value(to, value);
    auto const view = to.view();
    return {view.begin(), view.end()};
}

/// The inverse of to_bytes; a default value if there are none.
template <class T>
T from_bytes(const bytes& encoded)
{
    T value{};
    tl::reader from(encoded);
    if (!encoded.empty())
        (void)tl::read_value(from, value);
    return value;
}

inline raw::Peer<lean> peer_to_api(peer who)
{
    switch (who.kind) {
    case peer_kind::chat: return raw::peerChat<lean>{.chat_id = who.id};
    case peer_kind::channel: return raw::peerChannel<lean>{.channel_id = who.id};
    case peer_kind::user: break;
    }
    return raw::peerUser<lean>{.user_id = who.id};
}

/// Turns accounts, rooms, messages and events into what `viewer` is shown, and remembers whom it mentioned, so that an
/// answer can list the users and chats that it speaks of.
class presenter
{
public:
    presenter(world& in, std::int64_t viewer, std::int32_t now) : in_(in), viewer_(viewer), now_(now) {}

    std::int64_t viewer() const noexcept { return viewer_; }

    raw::Peer<lean> mention(peer who)
    {
        (who.is_user() ? users_ : rooms_).insert(who);
        return peer_to_api(who);
    }

    raw::User<lean> user(const account& who) const
    {
        auto const* me = in_.people.find(viewer_);
        raw::user<lean> shown{.id = who.id};
        shown.self = who.id == viewer_;
        shown.contact = me && me->contacts.contains(who.id);
        shown.mutual_contact = shown.contact && who.contacts.contains(viewer_);
        shown.access_hash = in_.access_hash(viewer_, peer::user(who.id));
        if (!who.first_name.empty())
            shown.first_name = who.first_name;
        if (!who.last_name.empty())
            shown.last_name = who.last_name;
        if (!who.username.empty())
            shown.username = who.username;
        if (!who.bot && (shown.self || shown.contact || who.contacts.contains(viewer_)))
            shown.phone = who.phone;
        if (who.bot) {
            shown.bot = true;
            shown.bot_info_version = 1;
        } else {
            shown.status = status(who);
        }
        return shown;
    }

    raw::UserStatus<lean> status(const account& who) const
    {
        if (who.online_until > now_)
            return raw::userStatusOnline<lean>{.expires = who.online_until};
        if (who.last_seen != 0)
            return raw::userStatusOffline<lean>{.was_online = who.last_seen};
        return raw::userStatusEmpty<lean>{};
    }

    raw::Chat<lean> chat(const room& which) const
    {
        bool const inside = which.has(viewer_);
        if (which.self.is_chat()) {
            if (!inside && which.creator != viewer_)
                return raw::chatForbidden<lean>{.id = which.self.id, .title = which.title};
            raw::chat<lean> shown{.id = which.self.id, .title = which.title};
            shown.creator = which.creator == viewer_;
            shown.left = !inside;
            shown.photo = raw::chatPhotoEmpty<lean>{};
            shown.participants_count = static_cast<std::int32_t>(which.members.size());
            shown.date = which.date;
            shown.version = which.version;
            shown.default_banned_rights = raw::chatBannedRights<lean>{.until_date = 0x7fffffff};
            return shown;
        }
        auto const hash = in_.access_hash(viewer_, which.self);
        if (!inside && which.username.empty())
            return raw::channelForbidden<lean>{.broadcast = which.broadcast,
                                               .megagroup = !which.broadcast,
                                               .id = which.self.id,
                                               .access_hash = hash,
                                               .title = which.title};
        raw::channel<lean> shown{.id = which.self.id, .title = which.title};
        shown.creator = which.creator == viewer_;
        shown.left = !inside;
        shown.broadcast = which.broadcast;
        shown.megagroup = !which.broadcast;
        shown.access_hash = hash;
        if (!which.username.empty())
            shown.username = which.username;
        shown.photo = raw::chatPhotoEmpty<lean>{};
        shown.date = inside ? which.members.at(viewer_).date : which.date;
        if (which.is_admin(viewer_))
            shown.admin_rights = rights();
        if (!which.broadcast)
            shown.default_banned_rights = raw::chatBannedRights<lean>{.until_date = 0x7fffffff};
        shown.participants_count = static_cast<std::int32_t>(which.members.size());
        return shown;
    }

    static raw::ChatAdminRights<lean> rights()
    {
        raw::chatAdminRights<lean> all{};
        all.change_info = all.post_messages = all.edit_messages = all.delete_messages = all.ban_users = true;
        all.invite_users = all.pin_messages = all.add_admins = all.manage_call = all.other = true;
        return all;
    }

    raw::Document<lean> document(const stored_file& file) const
    {
        raw::document<lean> shown{.id = file.id, .access_hash = file.access_hash};
        shown.file_reference = file.reference;
        shown.date = file.date;
        shown.mime_type = file.mime_type;
        shown.size = static_cast<std::int64_t>(file.data.size());
        shown.dc_id = file.dc;
        shown.attributes = from_bytes<std::vector<raw::DocumentAttribute<lean>>>(file.attributes);
        return shown;
    }

    raw::Photo<lean> photo(const stored_file& file) const
    {
        raw::photo<lean> shown{.id = file.id, .access_hash = file.access_hash};
        shown.file_reference = file.reference;
        shown.date = file.date;
        shown.dc_id = file.dc;
        shown.sizes.push_back(raw::photoSize<lean>{
            .type = "x", .w = file.width, .h = file.height, .size = static_cast<std::int32_t>(file.data.size())});
        return shown;
    }

    std::optional<raw::MessageMedia<lean>> media(const message& of) const
    {
        if (of.file) {
            auto const* file = in_.files.find(*of.file);
            if (!file)
                return raw::messageMediaEmpty<lean>{};
            if (file->photo) {
                raw::messageMediaPhoto<lean> shown{.spoiler = file->spoiler};
                shown.photo = photo(*file);
                return shown;
            }
            raw::messageMediaDocument<lean> shown{.spoiler = file->spoiler};
            shown.document = document(*file);
            return shown;
        }
        if (!of.media.empty())
            return from_bytes<raw::MessageMedia<lean>>(of.media);
        return std::nullopt;
    }

    raw::Message<lean> show(const message& what)
    {
        if (what.what != service::none)
            return show_service(what);
        raw::message<lean> shown{.id = what.id};
        auto const* where = in_.rooms.find(what.chat);
        bool const post = where && where->broadcast;
        shown.out = what.chat.is_channel() ? author_of(what) == viewer_ : what.out;
        shown.post = post;
        shown.silent = what.silent;
        shown.pinned = what.pinned;
        if (!post)
            shown.from_id = mention(what.from);
        shown.peer_id = mention(what.chat);
        if (what.forwarded) {
            raw::messageFwdHeader<lean> from{.date = what.forwarded->date};
            from.from_id = mention(what.forwarded->from);
            if (what.forwarded->post != 0)
                from.channel_post = what.forwarded->post;
            shown.fwd_from = std::move(from);
        }
        if (what.reply_to) {
            raw::messageReplyHeader<lean> header{};
            header.reply_to_msg_id = *what.reply_to;
            shown.reply_to = std::move(header);
        }
        shown.date = what.date;
        shown.message_ = what.text;
        if (auto media = this->media(what))
            shown.media = std::move(*media);
        if (!what.markup.empty())
            shown.reply_markup = from_bytes<raw::ReplyMarkup<lean>>(what.markup);
        if (!what.entities.empty())
            shown.entities = from_bytes<std::vector<raw::MessageEntity<lean>>>(what.entities);
        if (post) {
            shown.views = what.views;
            shown.forwards = 0;
        }
        if (what.edited != 0)
            shown.edit_date = what.edited;
        if (what.grouped != 0)
            shown.grouped_id = what.grouped;
        return shown;
    }

    /// The update that an event is, for the viewer.
    raw::Update<lean> update(const event& what, bool of_channel)
    {
        auto const& box = of_channel ? in_.channel_box(what.chat.id) : in_.box_of(viewer_);
        auto const gone = [&] { return raw::Message<lean>(raw::messageEmpty<lean>{.id = what.id}); };
        switch (what.what) {
        case event::kind::new_message:
        case event::kind::edited: {
            auto const* m = box.find(what.id);
            auto shown = m ? show(*m) : gone();
            bool const fresh = what.what == event::kind::new_message;
            if (of_channel && fresh)
                return raw::updateNewChannelMessage<lean>{.message = std::move(shown), .pts = what.pts, .pts_count = what.pts_count};
            if (of_channel)
                return raw::updateEditChannelMessage<lean>{.message = std::move(shown), .pts = what.pts, .pts_count = what.pts_count};
            if (fresh)
                return raw::updateNewMessage<lean>{.message = std::move(shown), .pts = what.pts, .pts_count = what.pts_count};
            return raw::updateEditMessage<lean>{.message = std::move(shown), .pts = what.pts, .pts_count = what.pts_count};
        }
        case event::kind::deleted:
            if (of_channel) {
                mention(what.chat);
                return raw::updateDeleteChannelMessages<lean>{
                    .channel_id = what.chat.id, .messages = what.ids, .pts = what.pts, .pts_count = what.pts_count};
            }
            return raw::updateDeleteMessages<lean>{.messages = what.ids, .pts = what.pts, .pts_count = what.pts_count};
        case event::kind::read_inbox: {
            raw::updateReadHistoryInbox<lean> update{};
            update.peer = mention(what.chat);
            update.max_id = what.id;
            update.still_unread_count = what.unread;
            update.pts = what.pts;
            update.pts_count = what.pts_count;
            return update;
        }
        case event::kind::read_outbox: {
            raw::updateReadHistoryOutbox<lean> update{};
            update.peer = mention(what.chat);
            update.max_id = what.id;
            update.pts = what.pts;
            update.pts_count = what.pts_count;
            return update;
        }
        case event::kind::pinned: return pinned(what, of_channel, box);
        case event::kind::channel_read_inbox: {
            mention(what.chat);
            raw::updateReadChannelInbox<lean> update{};
            update.channel_id = what.chat.id;
            update.max_id = what.id;
            update.still_unread_count = what.unread;
            update.pts = what.pts;
            return update;
        }
        case event::kind::channel_read_outbox:
            mention(what.chat);
            return raw::updateReadChannelOutbox<lean>{.channel_id = what.chat.id, .max_id = what.id};
        case event::kind::channel_changed:
            mention(what.chat);
            return raw::updateChannel<lean>{.channel_id = what.chat.id};
        case event::kind::chat_members: return raw::updateChatParticipants<lean>{.participants = participants(what.chat)};
        case event::kind::status: {
            auto const* who = in_.people.find(what.user);
            mention(peer::user(what.user));
            return raw::updateUserStatus<lean>{.user_id = what.user,
                                               .status = who ? status(*who) : raw::UserStatus<lean>(raw::userStatusEmpty<lean>{})};
        }
        case event::kind::typing: break;
        }
        return typing(what);
    }

    raw::ChatParticipants<lean> participants(peer which)
    {
        auto const* room = in_.rooms.find(which);
        if (!room || !room->has(viewer_))
            return raw::chatParticipantsForbidden<lean>{.chat_id = which.id};
        raw::chatParticipants<lean> list{.chat_id = which.id};
        for (auto const& [user, how] : room->members) {
            mention(peer::user(user));
            if (user == room->creator)
                list.participants.push_back(raw::chatParticipantCreator<lean>{.user_id = user});
            else if (how.admin)
                list.participants.push_back(raw::chatParticipantAdmin<lean>{.user_id = user, .inviter_id = how.inviter, .date = how.date});
            else
                list.participants.push_back(raw::chatParticipant<lean>{.user_id = user, .inviter_id = how.inviter, .date = how.date});
        }
        list.version = room->version;
        return list;
    }

    /// Everybody mentioned so far.
    std::vector<raw::User<lean>> users() const
    {
        std::vector<raw::User<lean>> shown;
        for (auto const& who : users_) {
            if (auto const* found = in_.people.find(who.id))
                shown.push_back(user(*found));
            else
                shown.push_back(raw::userEmpty<lean>{.id = who.id});
        }
        return shown;
    }
    std::vector<raw::Chat<lean>> chats() const
    {
        std::vector<raw::Chat<lean>> shown;
        for (auto const& which : rooms_)
            if (auto const* found = in_.rooms.find(which))
                shown.push_back(chat(*found));
        return shown;
    }
    /// A container of updates about the mentioned. https://core.telegram.org/api/updates: seq 0 is not checked.
    raw::Updates<lean> container(std::vector<raw::Update<lean>> list) const
    {
        return raw::updates_<lean>{.updates = std::move(list), .users = users(), .chats = chats(), .date = now_, .seq = 0};
    }
    /// The same with one. (A braced list would copy it, and instantiate the copying of all that an update can hold.)
    raw::Updates<lean> container(raw::Update<lean> one) const
    {
        std::vector<raw::Update<lean>> list;
        list.push_back(std::move(one));
        return container(std::move(list));
    }

private:
    raw::Message<lean> show_service(const message& what)
    {
        raw::messageService<lean> shown{.id = what.id};
        auto const* where = in_.rooms.find(what.chat);
        shown.out = what.chat.is_channel() ? author_of(what) == viewer_ : what.out;
        shown.post = where && where->broadcast;
        if (!shown.post)
            shown.from_id = mention(what.from);
        shown.peer_id = mention(what.chat);
        shown.date = what.date;
        if (what.reply_to) {
            raw::messageReplyHeader<lean> header{};
            header.reply_to_msg_id = *what.reply_to;
            shown.reply_to = std::move(header);
        }
        for (auto const user : what.users)
            mention(peer::user(user));
        switch (what.what) {
        case service::chat_created:
            shown.action = raw::messageActionChatCreate<lean>{.title = what.text, .users = what.users};
            break;
        case service::channel_created: shown.action = raw::messageActionChannelCreate<lean>{.title = what.text}; break;
        case service::joined:
        case service::users_added: shown.action = raw::messageActionChatAddUser<lean>{.users = what.users}; break;
        case service::user_left:
            shown.action = raw::messageActionChatDeleteUser<lean>{.user_id = what.users.empty() ? 0 : what.users.front()};
            break;
        case service::title_changed: shown.action = raw::messageActionChatEditTitle<lean>{.title = what.text}; break;
        case service::pinned: shown.action = raw::messageActionPinMessage<lean>{}; break;
        case service::history_cleared: shown.action = raw::messageActionHistoryClear<lean>{}; break;
        case service::none: break;
        }
        return shown;
    }

    raw::Update<lean> pinned(const event& what, bool of_channel, const mailbox& box)
    {
        auto const* m = box.find(what.id);
        bool const on = m && m->pinned;
        if (of_channel) {
            mention(what.chat);
            return raw::updatePinnedChannelMessages<lean>{
                .pinned = on, .channel_id = what.chat.id, .messages = what.ids, .pts = what.pts, .pts_count = what.pts_count};
        }
        return raw::updatePinnedMessages<lean>{
            .pinned = on, .peer = mention(what.chat), .messages = what.ids, .pts = what.pts, .pts_count = what.pts_count};
    }

    raw::Update<lean> typing(const event& what)
    {
        auto action = from_bytes<raw::SendMessageAction<lean>>(what.action);
        mention(peer::user(what.user));
        if (what.chat.is_user()) {
            raw::updateUserTyping<lean> update{};
            update.user_id = what.user;
            update.action = std::move(action);
            return update;
        }
        auto const from = peer_to_api(peer::user(what.user));
        mention(what.chat);
        if (what.chat.is_chat())
            return raw::updateChatUserTyping<lean>{.chat_id = what.chat.id, .from_id = from, .action = std::move(action)};
        raw::updateChannelUserTyping<lean> update{};
        update.channel_id = what.chat.id;
        update.from_id = from;
        update.action = std::move(action);
        return update;
    }

    world& in_;
    std::int64_t viewer_;
    std::int32_t now_;
    std::set<peer> users_;
    std::set<peer> rooms_;
};

} // namespace mtproto::sandbox
