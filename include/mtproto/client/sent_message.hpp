// The id of a message that was just sent.
#pragma once

#include <mtproto/api/types/core_u.hpp> // Updates
#include <mtproto/tl/variant.hpp>

#include <cstdint>
#include <optional>

namespace mtproto {

/// The id that the server gave to a message, from what `messages.sendMessage` and its like answered.
///
/// A server answers in one of two forms: `updateShortSentMessage` in most private chats, a whole `updates` elsewhere, in "Saved
/// Messages" too. `random_id` is that of the request; it tells apart the messages of one that sends several.
/// Nothing when the answer does not tell the id of such a message. Makes no call.
///
/// https://core.telegram.org/method/messages.sendMessage
template <class S>
std::optional<std::int32_t> sent_message_id(const api::raw::Updates<S>& answer, std::int64_t random_id)
{
    namespace raw = api::raw;
    if (auto const* const brief = tl::get_if<raw::updateShortSentMessage<S>>(answer))
        return brief->id;
    auto const among = [random_id](auto const& updates) -> std::optional<std::int32_t> {
        for (auto const& update : updates)
            if (auto const* const named = tl::get_if<raw::updateMessageID<S>>(update); named && named->random_id == random_id)
                return named->id;
        return std::nullopt;
    };
    if (auto const* const whole = tl::get_if<raw::updates_<S>>(answer))
        return among(whole->updates);
    if (auto const* const combined = tl::get_if<raw::updatesCombined<S>>(answer))
        return among(combined->updates);
    return std::nullopt;
}

} // namespace mtproto
