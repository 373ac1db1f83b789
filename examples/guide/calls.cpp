// Calls: typed, at run time, many at once, with deadlines; their results and their errors.
#include "stage.hpp"

#include <mtproto/api/methods/help.hpp>
#include <mtproto/api/methods/messages.hpp>
#include <mtproto/api/schema_text.hpp>
#include <mtproto/client/client.hpp>
#include <mtproto/client/random_id.hpp>
#include <mtproto/client/sent_message.hpp>
#include <mtproto/client/sign_in.hpp>
#include <mtproto/sandbox/client_options.hpp>
#include <mtproto/tl/json.hpp>
#include <mtproto/tl/schema/dynamic_json.hpp>
#include <mtproto/tl/schema/parser.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <iostream>

namespace api = mtproto::api;
namespace tl = mtproto::tl;
using namespace std::chrono_literals;

// [typed]
mtproto::task<mtproto::result<int>> send(mtproto::client& tg, api::InputPeer to, std::string text)
{
    api::messages::sendMessage request; // named before it is awaited: see "A trap of g++ 12"
    request.peer = std::move(to);
    request.message = std::move(text);
    request.random_id = mtproto::random_id();         // by it the server knows a repetition
    auto const updates = co_await tg.invoke(request); // result<api::Updates>
    if (!updates)
        co_return updates.error();
    co_return mtproto::sent_message_id(*updates, request.random_id).value_or(0);
}
// [/typed]

mtproto::task<mtproto::result<>> flags(mtproto::client& tg)
{
    // [flags]
    api::messages::sendMessage request;
    request.peer = api::inputPeerSelf();
    request.message = "Quietly, in bold";
    request.random_id = mtproto::random_id();
    request.silent = true; // flags.5?true is a bool
    api::messageEntityBold bold;
    bold.offset = 12;
    bold.length = 4;
    request.entities.emplace().emplace_back(bold); // flags.3?Vector<MessageEntity> is an optional vector
    auto const sent = co_await tg.invoke(request); // flag words are computed from what is set
    // [/flags]
    co_return sent ? mtproto::result<>() : sent.error();
}

mtproto::task<mtproto::result<>> dialogs(mtproto::client& tg)
{
    // [match]
    api::messages::getDialogs request;
    request.offset_peer = api::inputPeerEmpty();
    request.limit = 20;
    auto const found = co_await tg.invoke(request);
    if (!found)
        co_return found.error();
    auto const count = api::match(
        *found, // a case is missing: it does not compile
        [](const api::messages::dialogs& all) { return all.dialogs_.size(); },
        [](const api::messages::dialogsSlice& some) { return some.dialogs.size(); },
        [](const api::messages::dialogsNotModified&) { return std::size_t{0}; });
    std::cout << count << " dialogs\n";
    // [/match]
    co_return mtproto::result<>();
}

mtproto::task<mtproto::result<>> at_run_time(mtproto::client& tg, std::string_view text)
{
    // [raw]
    static auto const schema = tl::schema::parse_pieces(api::schema_text, "api.tl").value();
    auto const json = tl::parse_json(text); // {"_": "help.getNearestDc"}
    if (!json)
        co_return json.error();
    auto request = tl::schema::json_to_tl(schema, *json);
    if (!request)
        co_return request.error();
    auto const answer = co_await tg.invoke_raw(std::move(*request)); // bytes in, bytes out
    if (!answer)
        co_return answer.error();
    auto const shown = tl::schema::tl_to_json(schema, *answer);
    if (!shown)
        co_return shown.error();
    std::cout << *shown << '\n';
    // [/raw]
    co_return mtproto::result<>();
}

mtproto::task<mtproto::result<>> side_by_side(mtproto::client& tg)
{
    // [parallel]
    using namespace boost::asio::experimental::awaitable_operators;
    api::help::getNearestDc const nearest;
    api::help::getConfig const config;
    auto one = tg.invoke(nearest);
    auto other = tg.invoke(config);
    auto const [where, settings] = co_await (std::move(one) && std::move(other)); // both under way at once
    // [/parallel]
    if (!where)
        co_return where.error();
    std::cout << "this is data centre " << where->this_dc << '\n';
    co_return settings ? mtproto::result<>() : settings.error();
}

mtproto::task<mtproto::result<>> without_coroutines(mtproto::client& tg)
{
    // [callback]
    api::help::getNearestDc const request;
    tg.async_invoke(request, [](mtproto::result<api::NearestDc> answer) {
        std::cout << (answer ? answer->country : answer.error().message()) << '\n';
    });
    // [/callback]
    co_await pause(100ms);
    co_return mtproto::result<>();
}

mtproto::task<mtproto::result<>> in_time(mtproto::client& tg)
{
    // [deadline]
    api::help::getConfig const request;
    mtproto::invoke_options how;
    how.timeout = 5s; // then errc::timed_out, and the server is told to drop the call
    auto const answer = co_await tg.invoke(request, how);
    if (!answer && answer.error().is(mtproto::errc::timed_out))
        std::cerr << "too slow; it may have been applied nevertheless\n";
    // [/deadline]
    co_return answer ? mtproto::result<>() : answer.error();
}

mtproto::task<mtproto::result<>> whichever_is_first(mtproto::client& tg)
{
    // [either]
    using namespace boost::asio::experimental::awaitable_operators;
    boost::asio::steady_timer limit(co_await boost::asio::this_coro::executor, 5s);
    api::help::getConfig const request;
    auto call = tg.invoke(request);
    auto timer = limit.async_wait(boost::asio::use_awaitable);
    auto const first = co_await (std::move(call) || std::move(timer)); // the other one is cancelled
    std::cout << (first.index() == 0 ? "answered\n" : "too late\n");
    // [/either]
    co_return mtproto::result<>();
}

mtproto::task<mtproto::result<>> from_outside(mtproto::client& tg)
{
    // [cancel]
    boost::asio::cancellation_signal stop;
    api::help::getConfig const request;
    auto const done = [](mtproto::result<api::Config> answer) {
        std::cout << (answer ? "done" : answer.error().message()) << '\n'; // "cancelled"
    };
    tg.async_invoke(request, boost::asio::bind_cancellation_slot(stop.slot(), done));
    stop.emit(boost::asio::cancellation_type::all);
    // [/cancel]
    co_await pause(100ms);
    co_return mtproto::result<>();
}

void explain(const mtproto::error& why)
{
    // [errors]
    if (auto const seconds = why.seconds()) // FLOOD_WAIT_17, SLOWMODE_WAIT_30, ...
        std::cerr << "Telegram asks to wait " << *seconds << " s\n";
    else if (why.is_rpc("PEER_ID_INVALID"))
        std::cerr << "nobody there\n";
    else if (why.number() == 401)
        std::cerr << "signed out: " << why.text() << '\n'; // the server's own words
    else if (why.is(mtproto::errc::session_lost))
        std::cerr << "it is not known whether the call was applied: send it again with the same random_id\n";
    else
        std::cerr << why.message() << '\n'; // for a person: "400 MESSAGE_EMPTY"
    // [/errors]
}

// [retry]
template <mtproto::invoker Tg, tl::method Q>
mtproto::task<mtproto::result<typename Q::result>> patiently(Tg& tg, Q request, std::chrono::seconds at_most)
{
    for (;;) {
        auto answer = co_await tg.invoke(request); // the same random_id each time
        auto const wait = answer ? std::nullopt : answer.error().seconds();
        if (!wait || std::chrono::seconds(*wait) > at_most)
            co_return answer;
        boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor,
                                        std::chrono::seconds(*wait));
        co_await timer.async_wait(boost::asio::use_awaitable);
    }
}
// [/retry]

mtproto::task<mtproto::result<>> all(mtproto::client& tg, mtproto::sandbox::data_centre& dc)
{
    if (auto const up = co_await tg.connect(); !up)
        co_return up;
    auto const code = [] { return std::string("12345"); };
    auto const password = [] { return std::string(); };
    if (auto const me = co_await mtproto::sign_in(tg, "+15550001", code, password); !me)
        co_return me.error();

    api::InputPeer self = api::inputPeerSelf();
    auto const sent = co_await send(tg, self, "Hello MTProto");
    if (!sent)
        co_return sent.error();
    std::cout << "message " << *sent << '\n';
    auto const refused = co_await send(tg, std::move(self), "");
    if (refused)
        co_return mtproto::error(mtproto::errc::wrong_result, "an empty message was not refused");
    explain(refused.error());

    if (auto const done = co_await flags(tg); !done)
        co_return done;
    if (auto const done = co_await dialogs(tg); !done)
        co_return done;
    if (auto const done = co_await at_run_time(tg, R"({"_": "help.getNearestDc"})"); !done)
        co_return done;
    if (auto const done = co_await side_by_side(tg); !done)
        co_return done;
    if (auto const done = co_await without_coroutines(tg); !done)
        co_return done;
    if (auto const done = co_await in_time(tg); !done)
        co_return done;
    if (auto const done = co_await whichever_is_first(tg); !done)
        co_return done;
    if (auto const done = co_await from_outside(tg); !done)
        co_return done;

    mtproto::sandbox::fault_plan flood;
    flood.flood_percent = 50;
    dc.misbehave(flood);
    api::help::getNearestDc const again;
    auto const nearest = co_await patiently(tg, again, 5s);
    dc.misbehave({});
    if (!nearest)
        co_return nearest.error();
    co_return co_await tg.close();
}

int main()
{
    boost::asio::io_context io;
    mtproto::sandbox::data_centre dc(io.get_executor());
    dc.add_user({.phone = "+15550001", .first_name = "Ada"}).value();
    dc.listen().value();
    auto options = mtproto::sandbox::client_options_for(dc);
    options.flood_wait_limit = 0s; // none is waited for silently
    mtproto::client tg(io, std::move(options));
    return play(io, all(tg, dc));
}
