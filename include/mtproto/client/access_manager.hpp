// InputPeer, InputUser and InputChannel by id or username, from what answers and updates have brought.
#pragma once

#include <mtproto/client/access_book.hpp>

#include <mtproto/api/types/core_c.hpp> // Chat
#include <mtproto/api/types/core_i.hpp> // InputPeer and its like
#include <mtproto/api/types/core_p.hpp> // Peer
#include <mtproto/api/types/core_u.hpp> // User
#include <mtproto/tl/variant.hpp>

namespace mtproto {

/// An access_book that reads and writes types of the API.
///
///     mtproto::access_manager known;
///     load_access("access.json", known);                        // access_file.hpp
///     auto const dialogs = co_await tg.invoke(get_dialogs);
///     known.learn(*dialogs);                                    // or an update_batch, an Updates, a User, ...
///     request.peer = known.peer("@bob").value();
///
/// It learns when it is told to. Thread-safe, as access_book is.
class access_manager : public access_book
{
public:
    using access_book::learn;

    void learn(const api::User& from)
    {
        auto const* const user = tl::get_if<api::user>(from);
        if (!user)
            return;
        access_entry one;
        one.kind = user->bot ? access_kind::bot : access_kind::user;
        one.id = user->id;
        if (!user->min)
            one.access_hash = user->access_hash;
        one.self = user->self;
        one.title = user->first_name.value_or("");
        if (user->last_name)
            one.title += (one.title.empty() ? "" : " ") + *user->last_name;
        take_usernames(*user, one);
        learn(std::move(one));
    }
    void learn(const api::Chat& from)
    {
        access_entry one;
        if (auto const* const channel = tl::get_if<api::channel>(from)) {
            one.kind = channel->megagroup ? access_kind::group : access_kind::channel;
            one.id = channel->id;
            if (!channel->min)
                one.access_hash = channel->access_hash;
            one.title = channel->title;
            take_usernames(*channel, one);
        } else if (auto const* const closed = tl::get_if<api::channelForbidden>(from)) {
            one.kind = closed->megagroup ? access_kind::group : access_kind::channel;
            one.id = closed->id;
            one.access_hash = closed->access_hash;
            one.title = closed->title;
        } else if (auto const* const chat = tl::get_if<api::chat>(from)) {
            one.kind = access_kind::chat;
            one.id = chat->id;
            one.title = chat->title;
        } else {
            return;
        }
        learn(std::move(one));
    }
    /// Whatever has `users` and `chats`: dialogs, histories, contacts, differences, Updates, an update_batch.
    template <class Answer>
        requires(tl::variant_type<Answer> || requires(const Answer& a) { a.users; } || requires(const Answer& a) { a.chats; })
    void learn(const Answer& from)
    {
        if constexpr (tl::variant_type<Answer>) {
            tl::visit([this](auto const& one) { learn_lists(one); }, from);
        } else {
            learn_lists(from);
        }
    }

    // By id, or by username with or without @. errc::bad_argument for who is not known, or only from a min constructor.

    result<api::InputUser> user(std::int64_t id) const { return input_user(find(space::users, id), "user " + std::to_string(id)); }
    result<api::InputUser> user(std::string_view username) const { return input_user(find(username), std::string(username)); }
    result<api::InputChannel> channel(std::int64_t id) const
    {
        return input_channel(find(space::channels, id), "channel " + std::to_string(id));
    }
    result<api::InputChannel> channel(std::string_view username) const
    {
        return input_channel(find(username), std::string(username));
    }
    result<api::InputPeer> peer(std::string_view username) const { return input_peer(find(username), std::string(username)); }
    result<api::InputPeer> peer(const api::Peer& of) const
    {
        if (auto const* const one = tl::get_if<api::peerUser>(of))
            return input_peer(find(space::users, one->user_id), "user " + std::to_string(one->user_id));
        if (auto const* const one = tl::get_if<api::peerChannel>(of))
            return input_peer(find(space::channels, one->channel_id), "channel " + std::to_string(one->channel_id));
        api::inputPeerChat chat; // needs no hash, so it need not be known
        chat.chat_id = tl::get_if<api::peerChat>(of)->chat_id;
        return api::InputPeer(chat);
    }

private:
    template <class From>
    static void take_usernames(const From& from, access_entry& to)
    {
        if (from.username)
            to.usernames.push_back(*from.username);
        if (from.usernames)
            for (auto const& one : *from.usernames)
                if (one.active)
                    to.usernames.push_back(one.username_);
    }
    template <class Answer>
    void learn_lists(const Answer& from)
    {
        if constexpr (requires { from.users; })
            for (auto const& one : from.users)
                learn(one);
        if constexpr (requires { from.chats; })
            for (auto const& one : from.chats)
                learn(one);
    }

    static error unusable(const std::optional<access_entry>& found, const std::string& who)
    {
        if (!found)
            return {errc::bad_argument,
                    who + " is not known: learn from an answer that names it, or load a file of 'mtproto access export'"};
        return {errc::bad_argument, who + " was only met in passing, without its access hash: fetch a dialog, a member or "
                                          "the username's owner that brings it"};
    }
    static bool usable(const std::optional<access_entry>& found)
    {
        return found && (found->access_hash || found->self || found->kind == access_kind::chat);
    }
    static error other_kind(const std::string& who, const char* wanted)
    {
        return {errc::bad_argument, who + " is not " + wanted};
    }

    static result<api::InputUser> input_user(const std::optional<access_entry>& found, const std::string& who)
    {
        if (!usable(found))
            return unusable(found, who);
        if (!found->is_user())
            return other_kind(who, "a user");
        if (found->self)
            return api::InputUser(api::inputUserSelf());
        api::inputUser made;
        made.user_id = found->id;
        made.access_hash = *found->access_hash;
        return api::InputUser(made);
    }
    static result<api::InputChannel> input_channel(const std::optional<access_entry>& found, const std::string& who)
    {
        if (!usable(found))
            return unusable(found, who);
        if (!found->is_channel())
            return other_kind(who, "a channel");
        api::inputChannel made;
        made.channel_id = found->id;
        made.access_hash = *found->access_hash;
        return api::InputChannel(made);
    }
    static result<api::InputPeer> input_peer(const std::optional<access_entry>& found, const std::string& who)
    {
        if (!usable(found))
            return unusable(found, who);
        if (found->self)
            return api::InputPeer(api::inputPeerSelf());
        if (found->is_user()) {
            api::inputPeerUser made;
            made.user_id = found->id;
            made.access_hash = *found->access_hash;
            return api::InputPeer(made);
        }
        if (found->is_channel()) {
            api::inputPeerChannel made;
            made.channel_id = found->id;
            made.access_hash = *found->access_hash;
            return api::InputPeer(made);
        }
        api::inputPeerChat made;
        made.chat_id = found->id;
        return api::InputPeer(made);
    }
};

} // namespace mtproto
