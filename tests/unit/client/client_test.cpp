#include "catch.hpp"
#include "test_server.hpp"

#include <mtproto/api/methods/auth.hpp>
#include <mtproto/api/methods/help.hpp>
#include <mtproto/api/methods/upload.hpp>
#include <mtproto/client/client.hpp>
#include <mtproto/client/credentials.hpp>
#include <mtproto/client/file_storage.hpp>
#include <mtproto/client/memory_storage.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/use_future.hpp>

#include <filesystem>
#include <thread>

#include <unistd.h>

using namespace mtproto;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

/// One small method with a small result is enough for these tests, and compiles fast.
using ping_method = api::help::getNearestDc;

struct fixture
{
    explicit fixture(test::server::handler handle = answer_nearest)
        : dc(std::make_shared<test::server>(io.get_executor(), 2, std::move(handle)))
    {
        dc->start();
    }
    ~fixture() { dc->stop(); }

    static void answer_nearest(test::peer& from, const session::request& call)
    {
        if (tl::reader(call.body).peek_id() != ping_method::tl_id)
            return from.fail(call.msg_id, 400, "METHOD_INVALID");
        api::nearestDc answer;
        answer.country = "XX";
        answer.this_dc = from.layer;
        from.answer(call.msg_id, answer);
    }

    asio::io_context io{};
    std::shared_ptr<test::server> dc;
};

task<result<api::NearestDc>> ping(client& tg, invoke_options how = {})
{
    ping_method const request;
    return tg.invoke(request, how);
}

} // namespace

TEST_CASE("a client connects, makes a key and calls")
{
    fixture f;
    auto const store = std::make_shared<memory_storage>();
    auto options = f.dc->options();
    options.storage = store;
    std::vector<client_event_kind> seen;
    options.on_event = [&](const client_event& event) { seen.push_back(event.kind()); };
    {
        client tg(f.io, options);
        auto const before = test::run(f.io, ping(tg));
        CHECK(before.error().is(errc::not_connected));
        auto const up = test::run(f.io, tg.connect());
        REQUIRE(up.has_value());
        auto const answer = test::run(f.io, ping(tg));
        REQUIRE(answer.has_value());
        CHECK(answer->country == "XX");
        CHECK(answer->this_dc == api::layer);
        CHECK(test::run(f.io, tg.close()).has_value());
    }
    CHECK(f.dc->exchanges == 1);
    CHECK(seen == std::vector{client_event_kind::connecting, client_event_kind::opened, client_event_kind::key_created,
                              client_event_kind::bound, client_event_kind::established, client_event_kind::new_session,
                              client_event_kind::unbound, client_event_kind::discarded, client_event_kind::closed});
    auto const saved = *store->load();
    REQUIRE(saved);
    CHECK(saved->auth_key);
    CHECK(saved->dc == 2);
    CHECK(saved->port == f.dc->address().address.port);

    SECTION("and again with the stored key")
    {
        client again(f.io, options);
        REQUIRE(test::run(f.io, again.connect()).has_value());
        CHECK(test::run(f.io, ping(again)).has_value());
        CHECK(f.dc->exchanges == 1);
    }
    SECTION("a key that the server has forgotten is told")
    {
        f.dc->forget_keys();
        client again(f.io, options);
        auto const up = test::run(f.io, again.connect());
        REQUIRE_FALSE(up.has_value());
        CHECK(up.error().is(errc::auth_key_unknown));
        CHECK((**store->load()).auth_key == saved->auth_key);
    }
}

TEST_CASE("a session file is free once its client closed")
{
    fixture f;
    auto const folder = std::filesystem::temp_directory_path() / ("mtproto-close-" + std::to_string(::getpid()));
    auto const path = folder / "credentials.json";
    for (int i = 0; i < 3; ++i) {
        auto file = file_storage::open(path);
        REQUIRE(file.has_value());
        auto options = f.dc->options();
        options.storage = std::move(*file);
        auto tg = std::make_unique<client>(f.io, std::move(options));
        REQUIRE(test::run(f.io, tg->connect()).has_value());
        CHECK(file_storage::open(path).error().is(errc::storage_locked));
        CHECK(test::run(f.io, ping(*tg)).has_value());
        // As soon as whoever waits hears of it: the client and its connections still exist.
        auto const closed = test::run(f.io, [](client& which, const std::filesystem::path& where) -> task<result<>> {
            if (auto const done = co_await which.close(); !done)
                co_return done.error();
            auto const again = file_storage::open(where);
            co_return again ? result<>() : again.error();
        }(*tg, path));
        CHECK(closed.has_value());
        CHECK(test::run(f.io, tg->connect()).error().is(errc::not_connected));
    }
    CHECK(f.dc->exchanges == 1);
    std::filesystem::remove_all(folder);
}

TEST_CASE("a session keeps the key of servers that are not Telegram's")
{
    fixture f([](test::peer& from, const session::request& call) {
        if (tl::reader(call.body).peek_id() == api::auth::bindTempAuthKey::tl_id)
            return from.answer(call.msg_id, true);
        fixture::answer_nearest(from, call);
    });
    auto const store = std::make_shared<memory_storage>();
    auto options = f.dc->options();
    options.storage = store;
    {
        client tg(f.io, options);
        REQUIRE(test::run(f.io, tg.connect()).has_value());
        CHECK(test::run(f.io, tg.close()).has_value());
    }
    auto kept = **store->load();
    CHECK(kept.public_key == test::server::key().public_pem());
    CHECK(session_from_json(session_to_json(kept))->public_key == kept.public_key);

    // Nothing but the session says whom to talk to, and temporary keys take an exchange of their own.
    options.keys.clear();
    options.data_centres.clear();
    options.temporary_keys = true;
    SECTION("it is enough to go on")
    {
        client again(f.io, options);
        auto const up = test::run(f.io, again.connect());
        INFO((up ? std::string() : up.error().message()));
        REQUIRE(up.has_value());
        CHECK(test::run(f.io, ping(again)).has_value());
        CHECK(f.dc->temporary_exchanges == 1);
    }
    SECTION("one that is none is told")
    {
        kept.public_key = "rubbish";
        options.storage = memory_storage(kept);
        client again(f.io, options);
        CHECK(test::run(f.io, again.connect()).error().is(errc::storage_failed));
    }
    SECTION("without it the server cannot show who it is")
    {
        kept.public_key.clear();
        options.storage = memory_storage(kept);
        client again(f.io, options);
        CHECK(test::run(f.io, again.connect()).has_error());
    }
}

TEST_CASE("nobody listens")
{
    fixture f;
    auto options = f.dc->options();
    f.dc->stop();
    client tg(f.io, options);
    auto const up = test::run(f.io, tg.connect());
    REQUIRE_FALSE(up.has_value());
    CHECK(up.error().is(errc::connect_failed));
    CHECK(up.error().message().find("127.0.0.1") != std::string::npos);
}

TEST_CASE("options that cannot work")
{
    fixture f;
    auto options = f.dc->options();
    options.api_id = 0;
    client tg(f.io, options);
    CHECK(test::run(f.io, tg.connect()).error().is(errc::bad_argument));
    options = f.dc->options();
    options.dc = 77;
    client lost(f.io, options);
    CHECK(test::run(f.io, lost.connect()).error().is(errc::bad_argument));
    // Of no use from the beginning, since an engine gives such a key up a minute before its end.
    options = f.dc->options();
    options.temporary_keys = true;
    options.temporary_key_lifetime = 60s;
    client hasty(f.io, options);
    auto const refused = test::run(f.io, hasty.connect());
    CHECK(refused.error().is(errc::bad_argument));
    CHECK(refused.error().message().find("temporary_key_lifetime") != std::string::npos);
}

TEST_CASE("every framing")
{
    fixture f;
    for (auto const kind : {transport::framing_kind::abridged, transport::framing_kind::intermediate,
                            transport::framing_kind::padded_intermediate, transport::framing_kind::full}) {
        for (bool const obfuscated : {false, true}) {
            if (obfuscated && kind == transport::framing_kind::full)
                continue;
            auto options = f.dc->options();
            options.framing = kind;
            options.obfuscated = obfuscated;
            client tg(f.io, options);
            REQUIRE(test::run(f.io, tg.connect()).has_value());
            CHECK(test::run(f.io, ping(tg)).has_value());
        }
    }
}

TEST_CASE("many calls at once")
{
    fixture f;
    client tg(f.io, f.dc->options());
    REQUIRE(test::run(f.io, tg.connect()).has_value());
    int answered = 0;
    ping_method const request;
    for (int i = 0; i < 500; ++i)
        tg.async_invoke(request, [&](result<api::NearestDc> answer) { answered += answer.has_value(); });
    for (int i = 0; i < 100 && answered < 500; ++i)
        test::pass(f.io, 20ms);
    CHECK(answered == 500);
    CHECK(f.dc->connections == 1);
}

TEST_CASE("completion tokens")
{
    fixture f;
    client tg(f.io, f.dc->options());
    REQUIRE(test::run(f.io, tg.connect()).has_value());
    ping_method const request;

    auto future = tg.async_invoke(request, asio::use_future);
    test::pass(f.io, 50ms);
    REQUIRE(future.wait_for(0s) == std::future_status::ready);
    CHECK(future.get().has_value());

    bool called = false;
    auto later = tg.async_invoke(request, asio::deferred);
    std::move(later)([&](result<api::NearestDc> answer) { called = answer.has_value(); });
    test::pass(f.io, 50ms);
    CHECK(called);

    auto const awaited = test::run(f.io, tg.async_invoke(request, asio::use_awaitable));
    CHECK(awaited.has_value());
}

TEST_CASE("errors of the server reach the caller")
{
    fixture f([](test::peer& from, const session::request& call) { from.fail(call.msg_id, 400, "PHONE_CODE_INVALID"); });
    client tg(f.io, f.dc->options());
    REQUIRE(test::run(f.io, tg.connect()).has_value());
    auto const answer = test::run(f.io, ping(tg));
    CHECK(answer.error().is_rpc("PHONE_CODE_INVALID"));
    CHECK(answer.error().number() == 400);
}

TEST_CASE("internal errors and short flood waits are waited out, long ones told")
{
    int attempts = 0;
    std::vector<const char*> errors{"INTERNAL", "RPC_CALL_FAIL", "FLOOD_WAIT_0"};
    fixture f([&](test::peer& from, const session::request& call) {
        auto const n = static_cast<std::size_t>(attempts++);
        if (n < errors.size())
            return from.fail(call.msg_id, n == 2 ? 420 : 500, errors[n]);
        fixture::answer_nearest(from, call);
    });
    client tg(f.io, f.dc->options());
    REQUIRE(test::run(f.io, tg.connect()).has_value());
    CHECK(test::run(f.io, ping(tg)).has_value());
    CHECK(attempts == 4);

    attempts = 2;
    errors[2] = "FLOOD_WAIT_3000";
    auto const told = test::run(f.io, ping(tg));
    CHECK(told.error().seconds() == 3000);

    attempts = -100;
    errors.assign(1, "INTERNAL");
    fixture g([&](test::peer& from, const session::request& call) { from.fail(call.msg_id, 500, "INTERNAL"); });
    client hopeless(g.io, g.dc->options());
    REQUIRE(test::run(g.io, hopeless.connect()).has_value());
    CHECK(test::run(g.io, ping(hopeless)).error().text() == "INTERNAL");
}

TEST_CASE("a lost connection is opened again and calls are answered")
{
    std::vector<std::pair<test::peer*, std::int64_t>> held;
    bool hold = true;
    fixture f([&](test::peer& from, const session::request& call) {
        if (hold)
            held.emplace_back(&from, call.msg_id);
        else
            fixture::answer_nearest(from, call);
    });
    client tg(f.io, f.dc->options());
    REQUIRE(test::run(f.io, tg.connect()).has_value());
    std::optional<result<api::NearestDc>> answer;
    ping_method const request;
    tg.async_invoke(request, [&](result<api::NearestDc> got) { answer.emplace(std::move(got)); });
    test::pass(f.io, 50ms);
    REQUIRE(held.size() == 1);
    for (int i = 0; i < 3; ++i) {
        f.dc->close_connections();
        test::pass(f.io, 100ms);
    }
    CHECK_FALSE(answer);
    CHECK(f.dc->connections == 4);
    api::nearestDc late;
    late.country = "YY";
    held[0].first->answer(held[0].second, late);
    f.dc->flush(*held[0].first);
    for (int i = 0; i < 50 && !answer; ++i)
        test::pass(f.io, 20ms);
    REQUIRE(answer);
    REQUIRE(answer->has_value());
    CHECK((*answer)->country == "YY");
    hold = false;
    CHECK(test::run(f.io, ping(tg)).has_value());
    CHECK(f.dc->exchanges == 1);
}

TEST_CASE("deadlines and cancellation")
{
    int dropped = 0;
    fixture f([](test::peer&, const session::request&) {});
    client tg(f.io, f.dc->options());
    REQUIRE(test::run(f.io, tg.connect()).has_value());

    invoke_options how;
    how.timeout = 50ms;
    auto const start = std::chrono::steady_clock::now();
    CHECK(test::run(f.io, ping(tg, how)).error().is(errc::timed_out));
    CHECK(std::chrono::steady_clock::now() - start < 2s);

    asio::cancellation_signal signal;
    std::optional<result<api::NearestDc>> answer;
    ping_method const request;
    tg.async_invoke(request, asio::bind_cancellation_slot(
                                 signal.slot(), [&](result<api::NearestDc> got) { answer.emplace(std::move(got)); }));
    test::pass(f.io, 50ms);
    CHECK_FALSE(answer);
    signal.emit(asio::cancellation_type::terminal);
    test::pass(f.io, 50ms);
    REQUIRE(answer);
    CHECK(answer->error().is(errc::cancelled));
    (void)dropped;

    // A coroutine that is cancelled gets its answer as a value.
    answer.reset();
    asio::co_spawn(f.io, ping(tg),
                   asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr failure, result<api::NearestDc> got) {
                       CHECK_FALSE(failure);
                       answer.emplace(std::move(got));
                   }));
    test::pass(f.io, 20ms);
    signal.emit(asio::cancellation_type::terminal);
    test::pass(f.io, 50ms);
    REQUIRE(answer);
    CHECK(answer->error().is(errc::cancelled));
}

TEST_CASE("closing answers what is under way")
{
    fixture f([](test::peer&, const session::request&) {});
    std::optional<result<api::NearestDc>> answer;
    ping_method const request;
    {
        client tg(f.io, f.dc->options());
        REQUIRE(test::run(f.io, tg.connect()).has_value());
        tg.async_invoke(request, [&](result<api::NearestDc> got) { answer.emplace(std::move(got)); });
        test::pass(f.io, 50ms);
    }
    test::pass(f.io, 50ms);
    REQUIRE(answer);
    CHECK(answer->error().is(errc::not_connected));
    // And a context that ends with a client that was never closed leaks nothing.
    client abandoned(f.io, f.dc->options());
    abandoned.async_invoke(request, [](result<api::NearestDc>) {});
    asio::co_spawn(f.io, abandoned.connect(), asio::detached);
    test::pass(f.io, 20ms);
}

TEST_CASE("temporary keys")
{
    fixture f([&](test::peer& from, const session::request& call) {
        if (tl::reader(call.body).peek_id() == api::auth::bindTempAuthKey::tl_id) {
            auto const request = tl::decode<api::auth::bindTempAuthKey>(call.body);
            if (!request)
                return from.fail(call.msg_id, 400, "INPUT_REQUEST_INVALID");
            return from.answer(call.msg_id, true);
        }
        fixture::answer_nearest(from, call);
    });
    auto options = f.dc->options();
    options.temporary_keys = true;
    client tg(f.io, options);
    REQUIRE(test::run(f.io, tg.connect()).has_value());
    CHECK(test::run(f.io, ping(tg)).has_value());
    CHECK(f.dc->exchanges == 1);
    CHECK(f.dc->temporary_exchanges == 1);
    f.dc->close_connections();
    test::pass(f.io, 100ms);
    CHECK(test::run(f.io, ping(tg)).has_value());
    CHECK(f.dc->temporary_exchanges == 1);
}

TEST_CASE("the account moves to its data centre")
{
    asio::io_context io;
    int moved = 0;
    auto const right = std::make_shared<test::server>(io.get_executor(), 4, fixture::answer_nearest);
    auto const wrong = std::make_shared<test::server>(io.get_executor(), 2, [&](test::peer& from, const session::request& call) {
        ++moved;
        from.fail(call.msg_id, 303, "PHONE_MIGRATE_4");
    });
    right->start();
    wrong->start();
    auto options = wrong->options();
    options.data_centres.push_back(right->address());
    auto const store = std::make_shared<memory_storage>();
    options.storage = store;
    {
        client tg(io, options);
        REQUIRE(test::run(io, tg.connect()).has_value());
        CHECK(test::run(io, ping(tg)).has_value());
        CHECK(test::run(io, ping(tg)).has_value());
        CHECK(moved == 1);
        CHECK((**store->load()).dc == 4);
        CHECK((**store->load()).port == right->address().address.port);
        test::run(io, tg.close());
    }
    client again(io, options);
    REQUIRE(test::run(io, again.connect()).has_value());
    CHECK(test::run(io, ping(again)).has_value());
    CHECK(moved == 1);
    right->stop();
    wrong->stop();
}

TEST_CASE("a file's data centre gets the account's authorization")
{
    asio::io_context io;
    bool imported = false;
    auto const other = std::make_shared<test::server>(io.get_executor(), 4, [&](test::peer& from, const session::request& call) {
        if (tl::reader(call.body).peek_id() == api::auth::importAuthorization::tl_id) {
            imported = true;
            return from.answer(call.msg_id, api::auth::authorizationSignUpRequired());
        }
        if (!imported)
            return from.fail(call.msg_id, 401, "AUTH_KEY_UNREGISTERED");
        fixture::answer_nearest(from, call);
    });
    int exports = 0;
    auto const home = std::make_shared<test::server>(io.get_executor(), 2, [&](test::peer& from, const session::request& call) {
        if (tl::reader(call.body).peek_id() == api::auth::exportAuthorization::tl_id) {
            ++exports;
            api::auth::exportedAuthorization answer;
            answer.id = 5;
            return from.answer(call.msg_id, answer);
        }
        from.fail(call.msg_id, 303, "FILE_MIGRATE_4");
    });
    home->start();
    other->start();
    auto options = home->options();
    options.data_centres.push_back(other->address());
    client tg(io, options);
    REQUIRE(test::run(io, tg.connect()).has_value());
    SECTION("when it is signed in")
    {
        tg.signed_in(7);
    }
    SECTION("and when that is not known")
    {
    }
    CHECK(test::run(io, ping(tg)).has_value());
    CHECK(test::run(io, ping(tg)).has_value());
    CHECK(exports == 1);
    CHECK(imported);
    home->stop();
    other->stop();
}

TEST_CASE("updates reach callbacks and streams")
{
    fixture f([&](test::peer& from, const session::request& call) {
        for (int i = 0; i < 3; ++i) {
            tl::writer update; // by hand: the type Update is dear to compile
            update.id(api::updateShort::tl_id);
            update.id(api::updateConfig::tl_id);
            update.number(std::int32_t{17 + i});
            from.engine.push(update.view(), test::now());
        }
        fixture::answer_nearest(from, call);
    });
    client tg(f.io, f.dc->options());
    REQUIRE(test::run(f.io, tg.connect()).has_value());
    auto stream = tg.subscribe();
    std::vector<std::vector<std::byte>> called;
    tg.on_raw_update([&](const std::vector<std::byte>& body) { called.push_back(body); });
    CHECK(test::run(f.io, ping(tg)).has_value());
    for (int i = 0; i < 3; ++i) {
        auto const body = test::run(f.io, stream.next_raw());
        REQUIRE(body.has_value());
        CHECK(tl::reader(*body).peek_id() == api::updateShort::tl_id);
        CHECK((*body)[8] == std::byte(17 + i));
    }
    CHECK(called.size() == 3);
    CHECK(test::run(f.io, stream.next_raw(std::chrono::steady_clock::now() + 30ms)).error().is(errc::timed_out));
}

TEST_CASE("updates go on after a lost connection")
{
    fixture f;
    client tg(f.io, f.dc->options());
    REQUIRE(test::run(f.io, tg.connect()).has_value());
    auto stream = tg.subscribe();
    f.dc->close_connections();
    // Nobody calls anything: the client itself has to tell the server where its session is.
    for (int i = 0; i < 100 && f.dc->introductions < 2; ++i)
        test::pass(f.io, 20ms);
    CHECK(f.dc->introductions == 2);
    REQUIRE(f.dc->peers().size() == 1);
    auto& one = *f.dc->peers().begin()->second;
    one.push(api::updatesTooLong());
    f.dc->flush(one);
    CHECK(test::run(f.io, stream.next_raw()).has_value());
}

TEST_CASE("a slow reader of updates is told what it missed")
{
    fixture f([&](test::peer& from, const session::request& call) {
        for (int i = 0; i < 10; ++i)
            from.push(api::updatesTooLong());
        fixture::answer_nearest(from, call);
    });
    auto options = f.dc->options();
    options.update_queue = 4;
    client tg(f.io, options);
    REQUIRE(test::run(f.io, tg.connect()).has_value());
    auto stream = tg.subscribe();
    CHECK(test::run(f.io, ping(tg)).has_value());
    test::pass(f.io, 50ms);
    int read = 0;
    while (auto const body = test::run(f.io, stream.next_raw(std::chrono::steady_clock::now() + 30ms)))
        ++read;
    CHECK(read <= 4);
    CHECK(read >= 1);
}

TEST_CASE("calls from many threads")
{
    asio::io_context server_io;
    auto const dc = std::make_shared<test::server>(server_io.get_executor(), 2, fixture::answer_nearest);
    dc->start();
    auto const guard = asio::make_work_guard(server_io);
    std::thread serving([&] { server_io.run(); });

    asio::io_context io;
    auto const client_guard = asio::make_work_guard(io);
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i)
        threads.emplace_back([&] { io.run(); });
    {
        client tg(io, dc->options());
        CHECK(asio::co_spawn(io, tg.connect(), asio::use_future).get().has_value());
        std::atomic<int> answered = 0;
        std::atomic<int> other = 0;
        std::vector<std::thread> callers;
        for (int t = 0; t < 4; ++t)
            callers.emplace_back([&, t] {
                for (int i = 0; i < 50; ++i) {
                    ping_method const request;
                    invoke_options how;
                    if (t == 3)
                        how.timeout = std::chrono::microseconds(i * 20);
                    auto const answer = tg.async_invoke(request, how, asio::use_future).get();
                    ++(answer ? answered : other);
                    if (t == 2 && i % 20 == 10)
                        tg.reconnect();
                }
            });
        for (auto& one : callers)
            one.join();
        CHECK(answered + other == 200);
        CHECK(answered >= 150);
    }
    asio::post(server_io, [&] { dc->stop(); });
    io.stop();
    server_io.stop();
    for (auto& one : threads)
        one.join();
    serving.join();
}
