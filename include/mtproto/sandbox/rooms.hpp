// Basic groups, supergroups and channels.
#pragma once

#include "mtproto/sandbox/accounts.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace mtproto::sandbox {

struct member
{
    std::int64_t inviter{};
    std::int32_t date{};
    bool admin = false;
};

/// A group or a channel. https://core.telegram.org/api/channel
struct room
{
    peer self{};
    std::string title{};
    std::string about{};
    std::string username{};
    bool broadcast = false; ///< a channel, in which only administrators write
    std::int64_t creator{};
    std::int32_t date{};
    std::int32_t version = 1; ///< of a basic group's list of members
    std::map<std::int64_t, member> members{};

    bool has(std::int64_t user) const { return members.contains(user); }
    bool can_write(std::int64_t user) const
    {
        auto const at = members.find(user);
        return at != members.end() && (!broadcast || at->second.admin || user == creator);
    }
    bool is_admin(std::int64_t user) const
    {
        auto const at = members.find(user);
        return user == creator || (at != members.end() && at->second.admin);
    }
};

class rooms
{
public:
    static constexpr std::int64_t first_chat_id = 4'000'001;
    static constexpr std::int64_t first_channel_id = 1'500'000'001;

    /// Adds a room; an id of 0 in `what.self` is replaced by the next free one.
    room& add(room what)
    {
        auto& next = what.self.is_chat() ? next_chat_ : next_channel_;
        if (what.self.id == 0 || rooms_.contains(what.self)) {
            while (rooms_.contains({what.self.kind, next}))
                ++next;
            what.self.id = next++;
        }
        auto const key = what.self;
        return rooms_.emplace(key, std::move(what)).first->second;
    }
    room* find(peer which)
    {
        auto const at = rooms_.find(which);
        return at == rooms_.end() ? nullptr : &at->second;
    }
    const room* find(peer which) const
    {
        auto const at = rooms_.find(which);
        return at == rooms_.end() ? nullptr : &at->second;
    }
    room* by_username(std::string_view name)
    {
        auto const wanted = lower(name);
        for (auto& [key, value] : rooms_)
            if (!wanted.empty() && lower(value.username) == wanted)
                return &value;
        return nullptr;
    }
    const std::map<peer, room>& all() const noexcept { return rooms_; }

private:
    std::map<peer, room> rooms_;
    std::int64_t next_chat_ = first_chat_id;
    std::int64_t next_channel_ = first_channel_id;
};

} // namespace mtproto::sandbox
