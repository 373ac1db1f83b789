// From a client's updates to a server's listeners.
//
// Instantiates the codec of Update, User and Chat, which is large: include it in a unit of its own.
#pragma once

#include <mtproto/proxy/bridge.hpp>
#include <mtproto/proxy/server.hpp>

#include <mtproto/client/updates.hpp>
#include <mtproto/tl/encode.hpp>

#include <algorithm>

namespace mtproto::proxy {

/// What becomes of an update_batch. An update that cannot be encoded becomes a reset.
template <class Batch> // a template only so that who does not use it does not pay for it
published_batch to_published(const Batch& batch)
{
    published_batch out;
    out.reset = batch.reset;
    out.reset_channels = batch.reset_channels;
    for (auto const& update : batch.updates) {
        auto const tl = tl::encode(update);
        auto encoded = tl ? update_to_protobuf(*tl) : result<proto_update>(tl.error());
        if (encoded)
            out.updates.push_back({std::string(encoded->kind), std::move(encoded->update)});
        else
            out.reset = true;
    }
    // Who cannot be encoded is missed, and can be asked for.
    for (auto const& user : batch.users)
        if (auto const tl = tl::encode(user))
            if (auto encoded = user_to_protobuf(*tl))
                out.users.push_back(std::move(*encoded));
    for (auto const& chat : batch.chats)
        if (auto const tl = tl::encode(chat))
            if (auto encoded = chat_to_protobuf(*tl))
                out.chats.push_back(std::move(*encoded));
    return out;
}

/// Publishes the updates of `tg` under an account's name until the client is closed, or the task is cancelled.
///
/// Begins when the account is signed in. `failed(error)` hears of what goes wrong, such as a difference that could not be fetched;
/// after a while it is tried again. `tg` and `to` must outlive the task.
template <invoker Tg, class Failed>
task<result<>> pump_updates(Tg& tg, server& to, std::string account_name, Failed failed)
{
    update_stream<Tg> updates(tg);
    std::chrono::milliseconds pause(500);
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    for (;;) {
        auto const batch = co_await updates.next();
        if (batch) {
            to.publish(account_name, to_published(*batch));
            pause = std::chrono::milliseconds(500);
            continue;
        }
        auto const why = batch.error();
        if (why.is(errc::not_connected) || why.is(errc::cancelled))
            co_return why;
        failed(why);
        timer.expires_after(pause);
        pause = (std::min)(pause * 2, std::chrono::milliseconds(30000));
        boost::system::error_code stopped;
        co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, stopped));
        if (stopped)
            co_return errc::cancelled;
    }
}
template <invoker Tg>
task<result<>> pump_updates(Tg& tg, server& to, std::string account_name)
{
    return pump_updates(tg, to, std::move(account_name), [](const error&) {});
}

} // namespace mtproto::proxy
