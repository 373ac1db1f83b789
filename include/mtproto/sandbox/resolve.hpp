// Input peers, users and channels to what they stand for; a wrong access hash is refused.
#pragma once

#include "mtproto/sandbox/call.hpp"
#include "mtproto/sandbox/lean.hpp"

#include <cstdint>

namespace mtproto::sandbox {

namespace detail {

// Bots may name with hash 0 whom they have met. https://core.telegram.org/api/peers
inline bool hash_fits(const call& c, peer whom, std::int64_t hash)
{
    return hash == c.in().access_hash(c.my_id(), whom) || (hash == 0 && c.me && c.me->bot) || whom == peer::user(c.my_id());
}

} // namespace detail

inline result<account*> user_of(const call& c, std::int64_t id, std::int64_t hash)
{
    auto* who = c.in().people.find(id);
    if (!who || !detail::hash_fits(c, peer::user(id), hash))
        return refuse("USER_ID_INVALID");
    return who;
}

inline result<room*> channel_of(const call& c, std::int64_t id, std::int64_t hash)
{
    auto* where = c.in().rooms.find(peer::channel(id));
    if (!where || !detail::hash_fits(c, where->self, hash))
        return refuse("CHANNEL_INVALID");
    if (!where->has(c.my_id()) && where->username.empty())
        return refuse("CHANNEL_PRIVATE");
    return where;
}

inline result<peer> peer_of(const call& c, const raw::InputPeer<lean>& input);

namespace detail {

/// Somebody seen in a message that the caller can read.
template <class Input>
const message* message_behind(const call& c, const Input& input)
{
    auto const where = peer_of(c, input.peer);
    return where ? c.in().box_of(c.my_id(), *where).find(input.msg_id) : nullptr;
}

} // namespace detail

inline result<peer> peer_of(const call& c, const raw::InputPeer<lean>& input)
{
    using namespace raw;
    if (tl::holds<inputPeerSelf<lean>>(input))
        return peer::user(c.my_id());
    if (auto const* chat = tl::get_if<inputPeerChat<lean>>(input)) {
        auto const where = peer::chat(chat->chat_id);
        return c.in().rooms.find(where) ? result<peer>(where) : refuse("CHAT_ID_INVALID");
    }
    if (auto const* user = tl::get_if<inputPeerUser<lean>>(input)) {
        auto const who = user_of(c, user->user_id, user->access_hash);
        return who ? result<peer>(peer::user((*who)->id)) : refuse("PEER_ID_INVALID");
    }
    if (auto const* channel = tl::get_if<inputPeerChannel<lean>>(input)) {
        auto const where = channel_of(c, channel->channel_id, channel->access_hash);
        return where ? result<peer>((*where)->self) : where.error();
    }
    if (auto const* seen = tl::get_if<inputPeerUserFromMessage<lean>>(input))
        if (detail::message_behind(c, *seen) && c.in().people.find(seen->user_id))
            return peer::user(seen->user_id);
    if (auto const* seen = tl::get_if<inputPeerChannelFromMessage<lean>>(input))
        if (detail::message_behind(c, *seen) && c.in().rooms.find(peer::channel(seen->channel_id)))
            return peer::channel(seen->channel_id);
    return refuse("PEER_ID_INVALID");
}

inline result<account*> user_of(const call& c, const raw::InputUser<lean>& input)
{
    using namespace raw;
    if (tl::holds<inputUserSelf<lean>>(input))
        return c.me;
    if (auto const* user = tl::get_if<inputUser<lean>>(input))
        return user_of(c, user->user_id, user->access_hash);
    if (auto const* seen = tl::get_if<inputUserFromMessage<lean>>(input))
        if (auto* who = c.in().people.find(seen->user_id); who && detail::message_behind(c, *seen))
            return who;
    return refuse("USER_ID_INVALID");
}

inline result<room*> channel_of(const call& c, const raw::InputChannel<lean>& input)
{
    using namespace raw;
    if (auto const* channel = tl::get_if<inputChannel<lean>>(input))
        return channel_of(c, channel->channel_id, channel->access_hash);
    if (auto const* seen = tl::get_if<inputChannelFromMessage<lean>>(input))
        if (auto* where = c.in().rooms.find(peer::channel(seen->channel_id)); where && detail::message_behind(c, *seen))
            return where;
    return refuse("CHANNEL_INVALID");
}

/// A basic group of which the caller is a member.
inline result<room*> chat_of(const call& c, std::int64_t id)
{
    auto* where = c.in().rooms.find(peer::chat(id));
    if (!where || !where->has(c.my_id()))
        return refuse("CHAT_ID_INVALID");
    return where;
}

} // namespace mtproto::sandbox
