// What the demo's accounts do, written once: on a client of Telegram, and on one of the proxy.
#pragma once

#include "stage.hpp"

#include <mtproto/api/methods/contacts.hpp>
#include <mtproto/api/methods/messages.hpp>
#include <mtproto/client/invoker.hpp>
#include <mtproto/client/random_id.hpp>
#include <mtproto/client/sent_message.hpp>
#include <mtproto/sandbox/lean.hpp>
#include <mtproto/tl/equal.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mtproto::demo {

namespace raw = api::raw;
// What holds messages is read with the constructors that the sandbox knows: all of the API's would take a
// minute to compile. `api::Updates` in place of `raw::Updates<lean>` is all that a real client changes.
using sandbox::lean;

inline error wrong(std::string what) { return error(errc::wrong_result, std::move(what)); }

/// A message that an update brings; `text` only, with its sender.
struct incoming
{
    std::int64_t from = 0;
    std::string text;
};
inline std::optional<incoming> message_in(const raw::Update<lean>& update)
{
    auto const* const fresh = api::get_if<raw::updateNewMessage<lean>>(update);
    auto const* const message = fresh ? api::get_if<raw::message<lean>>(*fresh->message) : nullptr;
    auto const* const from = message ? api::get_if<raw::peerUser<lean>>(message->peer_id) : nullptr;
    return from ? std::optional(incoming{from->user_id, message->message_}) : std::nullopt;
}
/// The same of an Updates, whatever form it has.
inline std::optional<incoming> message_in(const raw::Updates<lean>& updates)
{
    if (auto const* const brief = api::get_if<raw::updateShortMessage<lean>>(updates))
        return incoming{brief->user_id, brief->message};
    auto const* const several = api::get_if<raw::updates_<lean>>(updates);
    if (!several)
        return std::nullopt;
    for (auto const& update : several->updates)
        if (auto found = message_in(update))
            return found;
    return std::nullopt;
}

/// Somebody's address, from the username.
template <invoker Tg>
task<result<raw::InputPeer<lean>>> look_up(Tg& tg, std::string username)
{
    raw::contacts::resolveUsername<lean> request;
    request.username = std::move(username);
    auto const found = co_await tg.invoke(request);
    if (!found)
        co_return found.error();
    auto const& answer = *api::get_if<raw::contacts::resolvedPeer<lean>>(*found);
    auto const* const user =
        answer.users.empty() ? nullptr : api::get_if<raw::user<lean>>(answer.users.front());
    if (!user || !user->access_hash)
        co_return wrong("contacts.resolveUsername found nobody");
    raw::inputPeerUser<lean> peer;
    peer.user_id = user->id;
    peer.access_hash = *user->access_hash;
    co_return raw::InputPeer<lean>(std::move(peer));
}

/// Sends a message and tells its id.
template <invoker Tg>
task<result<std::int32_t>> send(Tg& tg, raw::InputPeer<lean> to, std::string text)
{
    raw::messages::sendMessage<lean> request;
    request.peer = std::move(to);
    request.message = std::move(text);
    request.random_id = mtproto::random_id();
    auto const answer = co_await tg.invoke(request);
    if (!answer)
        co_return answer.error();
    if (auto const id = sent_message_id(*answer, request.random_id))
        co_return *id;
    co_return wrong("messages.sendMessage did not tell the message's id");
}

/// Shows the dialogs; `id` must be among them, with `unread` new messages.
template <invoker Tg>
task<result<>> list_dialogs(Tg& tg, stage& out, std::int64_t id, std::int32_t unread)
{
    raw::messages::getDialogs<lean> request;
    request.limit = 20;
    auto const answer = co_await tg.invoke(request);
    if (!answer)
        co_return answer.error();
    bool found_him = false;
    std::vector<std::vector<std::string>> rows{{"dialog", "kind", "new", "last message"}};
    auto const show = [&](auto const& found, auto const& dialogs) {
        for (auto const& one : dialogs) {
            auto const* const dialog = api::get_if<raw::dialog<lean>>(one);
            if (!dialog)
                continue;
            std::vector<std::string> row{"?", "?", std::to_string(dialog->unread_count), ""};
            if (auto const* const peer = api::get_if<raw::peerUser<lean>>(dialog->peer)) {
                for (auto const& each : found.users)
                    if (auto const* const user = api::get_if<raw::user<lean>>(each);
                        user && user->id == peer->user_id)
                        row[0] = user->first_name.value_or(""), row[1] = user->bot ? "bot" : "user";
                found_him = found_him || (peer->user_id == id && dialog->unread_count == unread);
            }
            for (auto const& each : found.chats) {
                auto const* const channel = api::get_if<raw::channel<lean>>(each);
                auto const* const in_channel = api::get_if<raw::peerChannel<lean>>(dialog->peer);
                if (channel && in_channel && channel->id == in_channel->channel_id)
                    row[0] = channel->title, row[1] = channel->megagroup ? "group" : "channel";
                auto const* const chat = api::get_if<raw::chat<lean>>(each);
                auto const* const in_chat = api::get_if<raw::peerChat<lean>>(dialog->peer);
                if (chat && in_chat && chat->id == in_chat->chat_id)
                    row[0] = chat->title, row[1] = "group";
            }
            for (auto const& each : found.messages)
                if (auto const* const message = api::get_if<raw::message<lean>>(each);
                    message && message->id == dialog->top_message && message->peer_id == dialog->peer)
                    row[3] = message->message_;
            rows.push_back(std::move(row));
        }
    };
    if (auto const* const all = api::get_if<raw::messages::dialogs<lean>>(*answer))
        show(*all, all->dialogs_);
    else if (auto const* const part = api::get_if<raw::messages::dialogsSlice<lean>>(*answer))
        show(*part, part->dialogs);
    if (!found_him)
        co_return wrong("messages.getDialogs does not have whom we wrote with, or not the new messages");
    out.done("messages.getDialogs", std::to_string(rows.size() - 1) + " dialogs");
    out.table(rows);
    co_return result<>{};
}

} // namespace mtproto::demo
