// The messages of one owner (a user or a channel), its state counter, and the log of everything that changed.
#pragma once

#include "mtproto/sandbox/peer.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mtproto::sandbox {

/// What a message says happened instead of carrying a text.
enum class service : std::uint8_t
{
    none,
    chat_created,
    channel_created,
    users_added,
    user_left,
    joined,
    title_changed,
    pinned,
    history_cleared,
};

/// Where a forwarded message came from.
struct origin
{
    peer from{};
    std::int32_t date{};
    std::int32_t post = 0; ///< its number in a channel
};

/// A message in one box: the same message in two boxes has two numbers. https://core.telegram.org/api/updates
struct message
{
    std::int32_t id{};
    std::uint64_t copies_of{}; ///< the same in the boxes of all who have this message
    peer from{};
    peer chat{}; ///< as the owner of the box sees it
    std::int32_t date{};
    std::int32_t edited = 0; ///< Unix time of the last edit
    bool out = false;
    bool silent = false;
    bool pinned = false;
    std::string text{};
    bytes entities{};                   ///< Vector<MessageEntity> of the native layer; empty for none
    bytes markup{};                     ///< ReplyMarkup of the native layer; empty for none
    bytes media{};                      ///< MessageMedia of the native layer that is not a file; empty for none
    std::optional<std::int64_t> file{}; ///< id of a stored file
    std::optional<std::int32_t> reply_to{};
    std::optional<origin> forwarded{};
    std::int64_t grouped = 0;
    service what = service::none;
    std::vector<std::int64_t> users{}; ///< whom a service message is about
    std::int32_t views = 0;            ///< of a channel's post
};

/// One step of an owner's state. https://core.telegram.org/api/updates
struct event
{
    enum class kind : std::uint8_t
    {
        new_message,
        edited,
        deleted,
        read_inbox,
        read_outbox,
        pinned,
        // Without a place in the log:
        typing,
        status,
        channel_read_inbox,
        channel_read_outbox,
        channel_changed, ///< membership or settings of a channel: fetch it again
        chat_members,    ///< the members of a basic group changed
    };
    kind what{};
    std::int32_t pts = 0;
    std::int32_t pts_count = 0;
    peer chat{};
    std::int32_t id = 0;             ///< of the message, or the last one read
    std::vector<std::int32_t> ids{}; ///< deleted or pinned ones
    std::int32_t unread = 0;
    std::int64_t user = 0; ///< who types, or whose status it is
    bytes action{};        ///< SendMessageAction of the native layer
};

/// Reading positions and counters of one conversation.
struct dialog
{
    std::int32_t read_inbox = 0;
    std::int32_t read_outbox = 0;
    bool pinned = false;
    bool unread_mark = false;
};

/// Messages by id, by conversation, and the log.
class mailbox
{
public:
    std::int32_t pts() const noexcept { return pts_; }
    const std::vector<event>& log() const noexcept { return log_; }
    const std::map<std::int32_t, message>& messages() const noexcept { return messages_; }
    std::map<peer, dialog>& dialogs() noexcept { return dialogs_; }
    const std::map<peer, dialog>& dialogs() const noexcept { return dialogs_; }

    message* find(std::int32_t id)
    {
        auto const at = messages_.find(id);
        return at == messages_.end() ? nullptr : &at->second;
    }
    const message* find(std::int32_t id) const
    {
        auto const at = messages_.find(id);
        return at == messages_.end() ? nullptr : &at->second;
    }
    /// The copy of a message in this box.
    message* copy(std::uint64_t copies_of)
    {
        auto const at = copies_.find(copies_of);
        return at == copies_.end() ? nullptr : find(at->second);
    }
    /// Ids of a conversation, oldest first.
    const std::vector<std::int32_t>& chat(peer with) const
    {
        static const std::vector<std::int32_t> none;
        auto const at = chats_.find(with);
        return at == chats_.end() ? none : at->second;
    }
    std::int32_t top(peer with) const
    {
        auto const& ids = chat(with);
        return ids.empty() ? 0 : ids.back();
    }
    /// Incoming messages of a conversation after `read`.
    std::int32_t unread(peer with, std::int32_t read) const
    {
        auto const& ids = chat(with);
        return static_cast<std::int32_t>(std::count_if(std::upper_bound(ids.begin(), ids.end(), read), ids.end(),
                                                       [&](std::int32_t id) { return !messages_.at(id).out; }));
    }

    /// Stores a message under the next id; returns it.
    message& put(message what)
    {
        what.id = ++last_id_;
        chats_[what.chat].push_back(what.id);
        copies_[what.copies_of] = what.id;
        return messages_.emplace(what.id, std::move(what)).first->second;
    }
    void erase(std::int32_t id)
    {
        auto const at = messages_.find(id);
        if (at == messages_.end())
            return;
        auto& ids = chats_[at->second.chat];
        std::erase(ids, id);
        copies_.erase(at->second.copies_of);
        messages_.erase(at);
    }
    /// Gives an event its place in the log.
    const event& record(event what, std::int32_t count = 1)
    {
        pts_ += count;
        what.pts = pts_;
        what.pts_count = count;
        return log_.emplace_back(std::move(what));
    }

    /// For loading a saved state.
    void restore(std::int32_t pts, std::int32_t last_id, std::vector<message> messages, std::vector<event> log)
    {
        for (auto& m : messages) {
            chats_[m.chat].push_back(m.id);
            copies_[m.copies_of] = m.id;
            auto const id = m.id;
            messages_.emplace(id, std::move(m));
        }
        pts_ = pts;
        last_id_ = last_id;
        log_ = std::move(log);
    }
    std::int32_t last_id() const noexcept { return last_id_; }

private:
    std::map<std::int32_t, message> messages_;
    std::map<std::uint64_t, std::int32_t> copies_;
    std::map<peer, std::vector<std::int32_t>> chats_;
    std::map<peer, dialog> dialogs_;
    std::vector<event> log_;
    std::int32_t last_id_ = 0;
    std::int32_t pts_ = 1; // clients take 0 for "unknown"
};

} // namespace mtproto::sandbox
