// A test of one's own program against a data centre in the same process.
#include "stage.hpp"

#include <mtproto/api/methods/messages.hpp>
#include <mtproto/client/client.hpp>
#include <mtproto/client/sign_in.hpp>
#include <mtproto/sandbox/client_options.hpp>

#include <fstream>
#include <iostream>
#include <iterator>

namespace api = mtproto::api;
namespace sandbox = mtproto::sandbox;
using mtproto::errc;
using mtproto::error;

mtproto::task<mtproto::result<>> as(mtproto::client& tg, std::string phone)
{
    if (auto const up = co_await tg.connect(); !up)
        co_return up;
    auto const code = [] { return std::string("12345"); };
    auto const password = [] { return std::string(); };
    auto const me = co_await mtproto::sign_in(tg, std::move(phone), code, password);
    co_return me ? mtproto::result<>() : me.error();
}

mtproto::task<mtproto::result<>> say(mtproto::client& tg, std::string text, std::int64_t random_id)
{
    api::messages::sendMessage request;
    request.peer = api::inputPeerSelf();
    request.message = std::move(text);
    request.random_id = random_id;
    auto bytes = mtproto::tl::encode(request);
    if (!bytes)
        co_return bytes.error();
    // Nothing here reads the answer, so nothing decodes it.
    auto const sent = co_await tg.invoke_raw(std::move(*bytes));
    co_return sent ? mtproto::result<>() : sent.error();
}

mtproto::task<mtproto::result<>> five_lines(boost::asio::io_context& io)
{
    // [five]
    sandbox::data_centre dc(io.get_executor());
    dc.add_user({.phone = "+15550001", .first_name = "Ada"}).value();
    dc.listen().value(); // a free port on 127.0.0.1
    mtproto::client tg(io, sandbox::client_options_for(dc));
    auto const signed_in = co_await as(tg, "+15550001"); // the code is 12345
    // [/five]
    (void)co_await tg.close();
    co_return signed_in;
}

mtproto::task<mtproto::result<>> several_accounts(boost::asio::io_context& io)
{
    sandbox::data_centre dc(io.get_executor());
    // [accounts]
    auto const ada = dc.add_user({.phone = "+15550001", .first_name = "Ada", .username = "ada"}).value();
    auto const bob =
        dc.add_user({.phone = "+15550002", .first_name = "Bob", .password = "correct horse"}).value();
    dc.add_bot({.token = "900:secret", .name = "Echo", .username = "echo_bot", .echo = true}).value();
    auto const club = dc.add_group({.title = "Club", .creator = ada, .members = {bob}});
    dc.add_channel({.title = "News", .creator = ada, .members = {bob}, .username = "news"});
    dc.send_message(bob, club, "Hello from the test itself").value();
    // [/accounts]
    if (dc.history(ada, club).back().text != "Hello from the test itself")
        co_return error(errc::wrong_result, "the message is not there");
    dc.listen().value();
    mtproto::client tg(io, sandbox::client_options_for(dc));
    auto const done = co_await as(tg, "+15550001");
    (void)co_await tg.close();
    co_return done;
}

mtproto::task<mtproto::result<>> trouble(boost::asio::io_context& io)
{
    sandbox::data_centre dc(io.get_executor());
    auto const ada = dc.add_user({.phone = "+15550001", .first_name = "Ada"}).value();
    dc.listen().value();
    mtproto::client tg(io, sandbox::client_options_for(dc));
    if (auto const done = co_await as(tg, "+15550001"); !done)
        co_return done;
    // [faults]
    sandbox::fault_plan plan;
    plan.seed = 7;         // the same trouble each time
    plan.cut_percent = 10; // connections that end before or after a call is applied
    plan.duplicate_percent = 10;
    plan.rotate_percent = 5; // salts that become invalid
    dc.misbehave(plan);
    for (int i = 1; i <= 20; ++i)
        if (auto const sent = co_await say(tg, "message " + std::to_string(i), i);
            !sent && !sent.error().is_rpc("RANDOM_ID_DUPLICATE"))
            co_return sent;
    dc.misbehave({});
    auto const ledger = dc.ledger(); // what was really applied
    for (int i = 1; i <= 20; ++i)
        if (auto const* const one = ledger.find(ada, i); !one || one->done != 1)
            co_return error(errc::wrong_result, "a message was lost or doubled");
    // [/faults]
    std::cout << dc.faults().cuts << " connections were cut, nothing was lost\n";
    co_return co_await tg.close();
}

mtproto::task<mtproto::result<>> older_clients(boost::asio::io_context& io, std::string file)
{
    sandbox::data_centre dc(io.get_executor());
    // [layer]
    std::ifstream older(file); // schema/layers/144.tl
    std::string const schema{std::istreambuf_iterator<char>(older), {}};
    // From now on clients of layer 144 are answered in their layer.
    if (auto const added = dc.add_layer(144, schema); !added)
        co_return added;
    // [/layer]
    co_return mtproto::result<>();
}

mtproto::task<mtproto::result<>> all(boost::asio::io_context& io, std::string layer)
{
    if (auto const done = co_await five_lines(io); !done)
        co_return done;
    if (auto const done = co_await several_accounts(io); !done)
        co_return done;
    if (auto const done = co_await trouble(io); !done)
        co_return done;
    co_return co_await older_clients(io, std::move(layer));
}

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::cerr << "usage: " << argv[0] << " schema/layers/144.tl\n";
        return 2;
    }
    boost::asio::io_context io;
    return play(io, all(io, argv[1]));
}
