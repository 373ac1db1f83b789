// Where an update belongs, and short updates in full.
#pragma once

#include <mtproto/api/methods/updates.hpp>
#include <mtproto/client/update_state.hpp>
#include <mtproto/tl/variant.hpp>

#include <type_traits>

namespace mtproto::detail {

/// The place of one update in its sequence; none for updates that have no number of their own.
struct update_place
{
    update_track track{};
    std::int32_t to = 0;
    std::int32_t count = 0;
};

inline std::int64_t channel_of(const api::Peer& peer)
{
    auto const* const channel = tl::get_if<api::peerChannel>(peer);
    return channel ? channel->channel_id : 0;
}
inline std::int64_t channel_of(const api::Message& message)
{
    return tl::visit(
        [](auto const& one) -> std::int64_t {
            if constexpr (std::is_same_v<std::remove_cvref_t<decltype(one)>, api::messageEmpty>)
                return one.peer_id ? channel_of(*one.peer_id) : 0;
            else
                return channel_of(one.peer_id);
        },
        message);
}

/// https://core.telegram.org/api/updates#update-handling
inline std::optional<update_place> place_of(const api::Update& update)
{
    return tl::visit(
        [](auto const& one) -> std::optional<update_place> {
            using T = std::remove_cvref_t<decltype(one)>;
            if constexpr (requires { one.pts_count; }) {
                std::int64_t channel = 0;
                if constexpr (std::is_same_v<T, api::updateNewChannelMessage> || std::is_same_v<T, api::updateEditChannelMessage>)
                    channel = channel_of(one.message);
                else if constexpr (requires { one.channel_id; })
                    channel = one.channel_id;
                if (one.pts == 0)
                    return std::nullopt;
                auto const kind = channel == 0 ? update_sequence::pts : update_sequence::channel;
                return update_place{{kind, channel}, one.pts, one.pts_count};
            } else if constexpr (requires { one.qts; }) {
                if (one.qts == 0)
                    return std::nullopt;
                return update_place{{update_sequence::qts, 0}, one.qts, 1};
            } else {
                return std::nullopt;
            }
        },
        update);
}

/// The message of an updateShortMessage or updateShortChatMessage, which is moved from.
template <class Short>
api::message full_message(Short& from)
{
    api::message made;
    made.out = from.out;
    made.mentioned = from.mentioned;
    made.media_unread = from.media_unread;
    made.silent = from.silent;
    made.id = from.id;
    if constexpr (requires { from.chat_id; }) {
        api::peerUser sender;
        sender.user_id = from.from_id;
        made.from_id = sender;
        api::peerChat chat;
        chat.chat_id = from.chat_id;
        made.peer_id = chat;
    } else {
        api::peerUser other;
        other.user_id = from.user_id;
        made.peer_id = other;
    }
    made.message_ = std::move(from.message);
    made.date = from.date;
    made.fwd_from = std::move(from.fwd_from);
    made.via_bot_id = from.via_bot_id;
    made.reply_to = std::move(from.reply_to);
    made.entities = std::move(from.entities);
    made.ttl_period = from.ttl_period;
    return made;
}

} // namespace mtproto::detail
