// The same functions as before, on clients of a proxy that serves both accounts.
#include "through_proxy.hpp"

#include "conversation.hpp"

#include "../mtprotod/pump.hpp"
#include "../mtprotod/service_bridge.hpp"

#include <mtproto/proxy/client.hpp>
#include <mtproto/proxy/client_account.hpp>
#include <mtproto/proxy/server.hpp>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <variant>

namespace mtproto::demo {

namespace {

task<result<>> talk(stage& out, std::string address, const party& ada, const party& bob)
{
    auto const executor = co_await boost::asio::this_coro::executor;
    proxy::client as_ada(executor, {.address = address, .account = "ada"});
    proxy::client as_bob(executor, {.address = address, .account = "bob"});

    std::vector<std::string> kinds{"updateNewMessage"};
    auto updates = as_bob.updates("", std::move(kinds));
    if (auto const open = co_await updates.open(); !open)
        co_return open.error();
    out.done("ListenOnUpdates", "Bob listens to new messages, at " + address);

    if (auto const listed = co_await list_dialogs(as_ada, out, bob.id, 0); !listed)
        co_return listed.error();

    std::string username = bob.username;
    auto to_bob = co_await look_up(as_ada, std::move(username));
    if (!to_bob)
        co_return to_bob.error();
    std::string const text = "Hello Bob, hello gRPC";
    auto const sent = co_await send(as_ada, std::move(*to_bob), text);
    if (!sent)
        co_return sent.error();
    out.done("messages.sendMessage", "Ada writes \"" + text + "\", message " + std::to_string(*sent));

    for (;;) {
        auto const next = co_await updates.next<proxy::basic_received_update<lean>>();
        if (!next)
            co_return next.error();
        auto const came = next->update ? message_in(*next->update) : std::nullopt;
        if (!came || came->from != ada.id || came->text != text)
            continue; // what was said before Bob listened
        out.done("update", "Bob receives it, behind cursor " + next->cursor);
        break;
    }

    raw::messages::sendMessage<lean> nonsense;
    nonsense.peer = raw::inputPeerSelf<lean>();
    auto const refused = co_await as_bob.invoke(nonsense);
    if (refused || !refused.error().is(errc::rpc))
        co_return wrong("an empty message was not refused");
    out.done("messages.sendMessage", "an empty one is refused: " + refused.error().message());
    co_return result<>{};
}

} // namespace

task<result<>> through_proxy(stage& out, party ada, party bob)
{
    using namespace boost::asio::experimental::awaitable_operators;

    out.chapter("Through the proxy: any language has these calls by gRPC");
    proxy::server server({.listen = {"127.0.0.1:0"}}, daemon::api_of_the_contract());
    for (auto const& [name, who] : {std::pair("ada", &ada), std::pair("bob", &bob)})
        if (auto const added = server.add_account(name, std::make_shared<proxy::client_account>(who->tg)); !added)
            co_return added.error();
    if (auto const up = server.start(); !up)
        co_return up.error();
    auto const address = "127.0.0.1:" + std::to_string(server.ports().at(0));

    std::optional<error> trouble;
    std::function<void(const error&)> const failed = [&](const error& why) { trouble = why; };
    auto adas = daemon::publish_updates(ada.tg, server, "ada", failed);
    auto bobs = daemon::publish_updates(bob.tg, server, "bob", failed);
    auto conversation = talk(out, address, ada, bob);
    auto both = std::move(adas) || std::move(bobs);
    auto all = std::move(conversation) || std::move(both);
    auto const ended = co_await std::move(all); // the pumps go on until the conversation is over
    server.shutdown();
    if (auto const* const done = std::get_if<0>(&ended))
        co_return *done;
    co_return trouble ? *trouble : wrong("the updates of an account ended");
}

} // namespace mtproto::demo
