// Updates: as they come, as a stream of one's own, and in order with nothing missing.
#include "stage.hpp"

#include <mtproto/client/client.hpp>
#include <mtproto/client/sign_in.hpp>
#include <mtproto/client/updates.hpp>
#include <mtproto/sandbox/client_options.hpp>

#include <iostream>

namespace api = mtproto::api;

void as_they_come(mtproto::client& tg)
{
    // [callback]
    tg.on_update([](const api::Updates& what) { // on the client's strand: do not block here
        if (auto const* const text = api::get_if<api::updateShortMessage>(what))
            std::cout << "user " << text->user_id << ": " << text->message << '\n';
    });
    // [/callback]
}

mtproto::task<mtproto::result<>> by_hand(mtproto::client& tg)
{
    // [subscribe]
    auto updates = tg.subscribe(); // collects from now on
    for (;;) {
        auto const next = co_await updates.next<api::Updates>();
        if (!next)
            co_return next.error(); // errc::not_connected once the client is closed
        if (api::holds<api::updatesTooLong>(*next))
            std::cout << "something was missed\n"; // update_stream would have fetched it
        else
            break;
    }
    // [/subscribe]
    co_return mtproto::result<>();
}

// [stream]
mtproto::task<mtproto::result<>> in_order(mtproto::client& tg, int how_many)
{
    mtproto::update_stream updates(tg);
    while (how_many > 0) {
        // What the last batch held is handled now, and noted in the session.
        auto const batch = co_await updates.next();
        if (!batch)
            co_return batch.error();
        if (batch->reset)
            std::cout << "too long away: read dialogs anew\n";
        for (auto const& update : batch->updates)
            if (auto const* const fresh = api::get_if<api::updateNewMessage>(update))
                if (auto const* const message = api::get_if<api::message>(*fresh->message)) {
                    std::cout << message->id << ": " << message->message_ << '\n';
                    --how_many;
                }
    }
    co_return mtproto::result<>();
}
// [/stream]

mtproto::task<mtproto::result<>> all(mtproto::client& tg, mtproto::sandbox::data_centre& dc, std::int64_t ada,
                                     std::int64_t bob)
{
    if (auto const up = co_await tg.connect(); !up)
        co_return up;
    auto const code = [] { return std::string("12345"); };
    auto const password = [] { return std::string(); };
    if (auto const me = co_await mtproto::sign_in(tg, "+15550001", code, password); !me)
        co_return me.error();
    as_they_come(tg);
    auto const ada_as_peer = mtproto::sandbox::peer::user(ada);
    boost::asio::co_spawn(co_await boost::asio::this_coro::executor, pause(std::chrono::milliseconds(200)),
                          [&dc, ada_as_peer, bob](std::exception_ptr) {
                              for (auto const* text : {"one", "two", "three"})
                                  dc.send_message(bob, ada_as_peer, text).value();
                          });
    if (auto const done = co_await by_hand(tg); !done)
        co_return done;
    boost::asio::co_spawn(co_await boost::asio::this_coro::executor, pause(std::chrono::milliseconds(200)),
                          [&dc, ada_as_peer, bob](std::exception_ptr) {
                              dc.cut_connections(); // what comes meanwhile is fetched as a difference
                              for (auto const* text : {"four", "five", "six"})
                                  dc.send_message(bob, ada_as_peer, text).value();
                          });
    if (auto const done = co_await in_order(tg, 3); !done)
        co_return done;
    co_return co_await tg.close();
}

int main()
{
    boost::asio::io_context io;
    mtproto::sandbox::data_centre dc(io.get_executor());
    auto const ada = dc.add_user({.phone = "+15550001", .first_name = "Ada"}).value();
    auto const bob = dc.add_user({.phone = "+15550002", .first_name = "Bob"}).value();
    dc.listen().value();
    mtproto::client tg(io, mtproto::sandbox::client_options_for(dc));
    return play(io, all(tg, dc, ada, bob));
}
