// What was answered was applied once, and what was applied was told once and in order, whatever breaks in
// between. The oracle is the data centre's ledger; a run replays from its seed as far as the order of packets
// does.
#include "catch.hpp"

#include <mtproto/api/methods/contacts.hpp>
#include <mtproto/api/methods/messages.hpp>
#include <mtproto/client/client.hpp>
#include <mtproto/client/sign_in.hpp>
#include <mtproto/client/updates.hpp>
#include <mtproto/sandbox/data_centre.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <map>
#include <string>
#include <vector>

using namespace mtproto;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

constexpr int message_count = 20;

client_options options_for(const sandbox::data_centre& dc)
{
    client_options options;
    options.api_id = 1;
    options.api_hash = "hash";
    options.dc = dc.dc();
    options.data_centres = {{dc.dc(), dc.address()}};
    options.keys = {crypto::rsa_public_key::from_pem(dc.public_key_pem()).value()};
    options.use_environment = false;
    options.reconnect_min = 5ms;
    options.reconnect_max = 50ms;
    return options;
}

task<void> pause(std::chrono::milliseconds how_long)
{
    asio::steady_timer timer(co_await asio::this_coro::executor, how_long);
    co_await timer.async_wait(asio::use_awaitable);
}

task<result<>> sign_in_as(client& tg, std::string phone)
{
    if (auto const up = co_await tg.connect(); !up)
        co_return up.error();
    auto const code = [](const code_request&) { return std::string("12345"); };
    auto const password = [](const password_request&) { return std::string(); };
    auto const me = co_await sign_in(tg, std::move(phone), code, password);
    co_return me ? result<>() : me.error();
}

task<result<api::InputPeer>> find(client& tg, std::string username)
{
    api::contacts::resolveUsername request;
    request.username = std::move(username);
    auto const found = co_await tg.invoke(request);
    if (!found)
        co_return found.error();
    for (auto const& one : found->users)
        if (auto const* const user = tl::get_if<api::user>(one); user && user->access_hash) {
            api::inputPeerUser to;
            to.user_id = user->id;
            to.access_hash = *user->access_hash;
            co_return api::InputPeer(std::move(to));
        }
    co_return error(errc::wrong_result, "the name is nobody's");
}

/// One after another, so that their order is known.
task<result<>> send_all(client& tg, api::InputPeer to)
{
    for (int i = 1; i <= message_count; ++i) {
        api::messages::sendMessage request;
        request.peer = to;
        request.message = "message " + std::to_string(i);
        request.random_id = 1000 + i;
        if (auto const sent = co_await tg.invoke(request);
            !sent && !sent.error().is_rpc("RANDOM_ID_DUPLICATE"))
            co_return error(sent.error().code(), request.message + ": " + sent.error().message());
    }
    co_return result<>{};
}

struct seen_message
{
    std::int32_t id = 0;
    std::string text;
};

/// Notes messages as its account's updates bring them, until there are enough or the client closes.
task<result<>> listen(client& tg, std::vector<seen_message>& seen)
{
    update_stream stream(tg);
    while (seen.size() < message_count) {
        auto const batch = co_await stream.next();
        if (!batch && batch.error().is(errc::rpc))
            continue;
        if (!batch)
            co_return batch.error();
        if (batch->reset)
            co_return error(errc::wrong_result, "the server has lost what was missed");
        for (auto const& update : batch->updates)
            if (auto const* const fresh = tl::get_if<api::updateNewMessage>(update))
                if (auto const* const message = tl::get_if<api::message>(*fresh->message))
                    seen.push_back({message->id, message->message_});
    }
    co_return result<>{};
}

struct outcome
{
    std::string failure = "it did not end";
    std::vector<seen_message> seen{};
    bool heard_all = false;
    std::map<client_event_kind, int> events{};
};

task<void> converse(sandbox::data_centre& dc, client& ada, client& bob, sandbox::fault_plan plan,
                    outcome& out)
{
    auto const fail = [&](const error& why) { out.failure = why.message(); };
    for (auto& [tg, phone] : {std::pair<client*, const char*>{&ada, "15550001"}, {&bob, "15550002"}})
        if (auto const in = co_await sign_in_as(*tg, phone); !in)
            co_return fail(in.error());
    auto const to = co_await find(ada, "bob_baker");
    if (!to)
        co_return fail(to.error());
    // Until the stream knows where it begins, what comes is of no interest to it.
    asio::co_spawn(co_await asio::this_coro::executor, listen(bob, out.seen),
                   [&](std::exception_ptr, const result<>& heard) {
                       out.heard_all = heard.has_value();
                       if (!heard)
                           out.failure = heard.error().message();
                   });
    for (;;) {
        auto const session = co_await bob.session();
        if (!session || session->updates)
            break;
        co_await pause(5ms);
    }
    dc.misbehave(plan);
    auto const sent = co_await send_all(ada, *to);
    if (!sent)
        fail(sent.error());
    // The trouble goes on while the last of them are told.
    for (int i = 0; i != 3000 && sent && !out.heard_all; ++i)
        co_await pause(10ms);
    if (sent && out.heard_all)
        out.failure.clear();
    dc.misbehave({});
    (void)co_await ada.close();
    (void)co_await bob.close();
    dc.stop();
}

/// What came of one or several plans: how often the data centre made trouble, and what the clients noticed.
struct tally : sandbox::fault_counts
{
    std::map<client_event_kind, int> events{};
};

/// Two clients and a data centre that follows the plan; adds to `total`.
void run(const sandbox::fault_plan& plan, tally& total, bool error_on_repetition)
{
    INFO("seed " << plan.seed);
    asio::io_context io;
    sandbox::options settings;
    settings.repeated_random_id_is_error = error_on_repetition;
    std::vector<std::string> log;
    auto const began = std::chrono::steady_clock::now();
    settings.log = [&](const std::string& line) {
        auto const at =
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
        log.push_back(std::to_string(at.count()) + " ms: " + line);
    };
    sandbox::data_centre dc(io.get_executor(), settings);
    auto const ada_id = dc.add_user({.phone = "+1 555 0001", .first_name = "Ada"}).value();
    auto const bob_id =
        dc.add_user({.phone = "+1 555 0002", .first_name = "Bob", .username = "bob_baker"}).value();
    REQUIRE(dc.listen().has_value());
    outcome out;
    auto count = [&](const client_event& event) { ++out.events[event.kind()]; };
    auto ada_options = options_for(dc);
    auto bob_options = options_for(dc);
    ada_options.on_event = count;
    bob_options.on_event = count;
    client ada(io, ada_options);
    client bob(io, bob_options);
    asio::co_spawn(io, converse(dc, ada, bob, plan, out), [&](std::exception_ptr thrown) {
        if (thrown)
            out.failure = "an exception";
    });
    io.run_for(60s);
    if (!out.failure.empty())
        for (auto const& line : log)
            UNSCOPED_INFO(line);
    CHECK(out.failure == "");

    // Applied once each, in the order of the calls.
    auto const ledger = dc.ledger();
    REQUIRE(ledger.sends().size() == message_count);
    for (auto const& [key, what] : ledger.sends()) {
        INFO("random_id " << key.second);
        CHECK(key.first == ada_id);
        CHECK(what.done == 1);
        CHECK(what.asked >= 1);
    }
    auto const history = dc.history(bob_id, sandbox::peer::user(ada_id));
    REQUIRE(history.size() == message_count);
    // Told once each, in the order of the box.
    REQUIRE(out.seen.size() == message_count);
    for (std::size_t i = 0; i != message_count; ++i) {
        CHECK(history[i].text == "message " + std::to_string(i + 1));
        CHECK(out.seen[i].text == history[i].text);
        CHECK(out.seen[i].id == history[i].id);
    }

    auto const faults = dc.faults();
    total.floods += faults.floods;
    total.drops += faults.drops;
    total.duplicates += faults.duplicates;
    total.cuts += faults.cuts;
    total.rotations += faults.rotations;
    total.delays += faults.delays;
    total.forgotten += faults.forgotten;
    for (auto const& [kind, times] : out.events)
        total.events[kind] += times;
}

} // namespace

TEST_CASE("each fault alone")
{
    tally total;
    sandbox::fault_plan plan{.seed = 7};
    SECTION("calls are refused for a while")
    {
        plan.flood_percent = 10;
        run(plan, total, false);
        CHECK(total.floods > 0);
        CHECK(total.events[client_event_kind::flood_wait] > 0);
    }
    SECTION("packets get lost")
    {
        plan.drop_percent = 10;
        run(plan, total, false);
        CHECK(total.drops > 0);
    }
    SECTION("packets come twice")
    {
        plan.duplicate_percent = 50;
        run(plan, total, false);
        CHECK(total.duplicates > 0);
    }
    SECTION("connections break, and a repeated call is answered as the first one")
    {
        plan.cut_percent = 30;
        run(plan, total, false);
        CHECK(total.cuts > 0);
        CHECK(total.events[client_event_kind::bound] > 2);
    }
    SECTION("connections break, and a repeated call is refused")
    {
        plan.cut_percent = 30;
        run(plan, total, true);
        CHECK(total.cuts > 0);
        CHECK(total.events[client_event_kind::bound] > 2);
    }
    SECTION("salts end")
    {
        plan.rotate_percent = 30;
        run(plan, total, false);
        CHECK(total.rotations > 0);
    }
    SECTION("packets overtake each other")
    {
        plan.delay_percent = 50;
        run(plan, total, false);
        CHECK(total.delays > 0);
    }
    SECTION("sessions are forgotten")
    {
        plan.forget_percent = 30;
        run(plan, total, false);
        CHECK(total.forgotten > 0);
        CHECK(total.events[client_event_kind::new_session] > 2);
    }
}

TEST_CASE("all faults together")
{
    tally total;
    for (std::uint64_t const seed : {1, 2, 3, 4, 5})
        run({.seed = seed,
             .flood_percent = 4,
             .drop_percent = 4,
             .duplicate_percent = 20,
             .cut_percent = 10,
             .rotate_percent = 10,
             .delay_percent = 20,
             .delay_ms = 30,
             .forget_percent = 10},
            total, seed % 2 == 0);
    CHECK(total.floods > 0);
    CHECK(total.drops > 0);
    CHECK(total.duplicates > 0);
    CHECK(total.cuts > 0);
    CHECK(total.rotations > 0);
    CHECK(total.delays > 0);
    CHECK(total.forgotten > 0);
}
