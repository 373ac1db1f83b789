#include "client.hpp"
#include "fakes.hpp"

#include "catch.hpp"

#include <sys/stat.h>
#include <unistd.h>

using namespace proxy_test;
using namespace std::chrono_literals;

TEST_CASE("a call goes to the account and back", "[proxy][server]")
{
    served by;
    REQUIRE(by.up);
    grpc_client const to(by.address());
    auto const answer = to.call("MessagesSend", "echo:hello");
    CHECK(answer.code == 0);
    CHECK(answer.body == "hello");
    CHECK(to.call("MessagesSend", "empty").code == 0);
    CHECK(to.call("MessagesSend", "large").body == std::string(100'000, 'x'));
    CHECK(to.call("Wrap", "echo:UsersGet").body == "echo:UsersGet -> UsersGet");
    CHECK(by.watch->noted("end Wrap OK"));
    CHECK(by.watch->last_account == "one");
    CHECK(by.watch->last_bytes == std::pair<std::size_t, std::size_t>{13, 25});
    CHECK(by.watch->count("start MessagesSend") == 3);
}

TEST_CASE("errors arrive with code, words and details", "[proxy][server]")
{
    served by;
    REQUIRE(by.up);
    grpc_client const to(by.address());
    auto const flood = to.call("MessagesSend", "error:420:FLOOD_WAIT_17");
    CHECK(flood.code == 8);
    CHECK(flood.message == "FLOOD_WAIT_17");
    auto const said = details::of(flood.details);
    CHECK(said.reason == "FLOOD_WAIT");
    CHECK(said.metadata.at("value") == "17");
    CHECK(said.retry_seconds == "17");
    REQUIRE(flood.trailing.count("grpc-status-details-bin") == 1);

    CHECK(to.call("MessagesSend", "error:400:PEER_ID_INVALID").code == 3);
    CHECK(to.call("MessagesSend", "error:401:AUTH_KEY_UNREGISTERED").code == 16);
    CHECK(to.call("MessagesSend", "error:406:BAD\nLINE \xff").message == "BAD\nLINE \xef\xbf\xbd");
    CHECK(to.call("MessagesSend", "offline").code == 14);
    CHECK(to.call("MessagesSend", "late").code == 4);
    CHECK(to.call("MessagesSend", "echo:garbage").code == 13);
    CHECK(details::of(to.call("MessagesSend", "garbage").details).reason == "BAD_REQUEST");
    CHECK(to.call("MessagesForget", "").code == 12);
    CHECK(to.call("/mtproto.Other/MessagesSend", "").code == 12);
    CHECK(to.call("/x", "").code == 12);
    CHECK(by.watch->noted("end unknown UNIMPLEMENTED", 3));

    stream none(to, "MessagesSend");
    none.writes_done();
    CHECK(none.finish().code == 3);
}

TEST_CASE("a deadline reaches the account", "[proxy][server]")
{
    served by;
    REQUIRE(by.up);
    grpc_client const to(by.address());
    CHECK(to.call("MessagesSend", "echo:x", {.timeout = 60000ms}).code == 0);
    CHECK(by.account->last_timeout() <= 60100ms);
    CHECK(by.account->last_timeout() > 2000ms);
    CHECK(to.call("MessagesSend", "echo:x", {.timeout = 0ms}).code == 0);
    CHECK(by.account->last_timeout() == 0ms);
    CHECK(to.call("MessagesSend", "hold", {.timeout = 100ms}).code == 4);
    CHECK(by.account->was_cancelled(1));
    CHECK(by.watch->noted("end MessagesSend DEADLINE_EXCEEDED"));

    auto options = quiet_options();
    options.max_deadline = 300ms;
    served strict(options);
    REQUIRE(strict.up);
    grpc_client const other(strict.address());
    CHECK(other.call("MessagesSend", "echo:x", {.timeout = 0ms}).code == 0);
    CHECK(strict.account->last_timeout() == 300ms);
}

TEST_CASE("a cancelled call is dropped", "[proxy][server]")
{
    auto options = quiet_options();
    options.max_calls = 1;
    served by(options);
    REQUIRE(by.up);
    grpc_client const to(by.address());
    for (auto const* const how : {"hold", "deaf"}) {
        auto const before = by.watch->count("end MessagesSend CANCELLED");
        stream call(to, "MessagesSend");
        REQUIRE(call.write(how));
        REQUIRE(by.account->holds(1));
        CHECK(to.call("MessagesSend", "echo:x").code == 8); // the only place is taken
        call.cancel();
        CHECK(call.finish().code == 1);
        CHECK(by.watch->noted("end MessagesSend CANCELLED", before + 1));
        CHECK(to.call("MessagesSend", "echo:x").code == 0); // and free again, though a deaf account still holds the call
    }
    CHECK(by.account->was_cancelled(2));
    by.account->release(); // an answer that nobody waits for

    // Before its request was read, the account does not hear of it.
    auto const calls = by.account->calls();
    {
        stream call(to, "MessagesSend");
        CHECK(by.watch->noted("start MessagesSend", 7));
        call.cancel();
        CHECK(call.finish().code == 1);
    }
    CHECK(by.watch->noted("end MessagesSend CANCELLED", 3));
    CHECK(by.account->calls() == calls);
    CHECK(to.call("MessagesSend", "echo:x").code == 0);
}

TEST_CASE("calls choose their account", "[proxy][server]")
{
    served by;
    REQUIRE(by.up);
    REQUIRE(by.server.add_account("two", std::make_shared<fake_account>("two")));
    CHECK(by.server.add_account("two", std::make_shared<fake_account>()).error().is(errc::bad_argument));
    CHECK_FALSE(by.server.add_account("", std::make_shared<fake_account>()));
    CHECK_FALSE(by.server.add_account("three", nullptr));
    grpc_client const to(by.address());
    CHECK(to.call("UsersGet", "name").body == "one");
    CHECK(to.call("UsersGet", "name", {.metadata = {{"mtproto-account", "two"}}}).body == "two");
    auto const unknown = to.call("UsersGet", "name", {.metadata = {{"mtproto-account", "three"}}});
    CHECK(unknown.code == 5);
    CHECK(details::of(unknown.details).reason == "UNKNOWN_ACCOUNT");
}

TEST_CASE("a server drains", "[proxy][server]")
{
    served by;
    REQUIRE(by.up);
    grpc_client const to(by.address());
    stream running(to, "MessagesSend");
    REQUIRE(running.write("hold"));
    running.writes_done();
    REQUIRE(by.account->holds(1));
    stream listener(to, "/mtproto.UpdateStreamer/ListenOnUpdates", {.timeout = 0ms});
    REQUIRE(listener.write(""));
    CHECK(listener.headers().count("mtproto-cursor") == 1);

    by.server.drain();
    CHECK(listener.read() == std::nullopt);
    auto const ended = listener.finish();
    CHECK(ended.code == 14);
    CHECK(details::of(ended.details).reason == "DRAINING");
    CHECK(ended.trailing.count("mtproto-cursor") == 1);
    auto const late = to.call("MessagesSend", "echo:x");
    CHECK(late.code == 14);
    CHECK(details::of(late.details).reason == "DRAINING");
    CHECK(to.call("/mtproto.UpdateStreamer/ListenOnUpdates", "").code == 14);

    std::thread stopper([&] { by.server.shutdown(); });
    std::this_thread::sleep_for(100ms);
    by.account->release();
    CHECK(running.read() == "released");
    CHECK(running.finish().code == 0);
    stopper.join();
    CHECK(to.call("MessagesSend", "echo:x", {.timeout = 500ms}).code != 0);
    by.server.shutdown();
    CHECK_FALSE(by.server.start());
}

TEST_CASE("a drain that lasts too long is cut", "[proxy][server]")
{
    auto options = quiet_options();
    options.drain_time = 100ms;
    auto by = std::make_unique<served>(options);
    REQUIRE(by->up);
    grpc_client const to(by->address());
    stream running(to, "MessagesSend"), deaf(to, "MessagesSend"), listener(to, "/mtproto.UpdateStreamer/ListenOnUpdates");
    REQUIRE(running.write("hold"));
    REQUIRE(deaf.write("deaf"));
    REQUIRE(listener.write(""));
    REQUIRE(by->account->holds(2));
    auto const began = std::chrono::steady_clock::now();
    by->server.shutdown();
    CHECK(std::chrono::steady_clock::now() - began < 15s);
    CHECK(running.finish().code == 14);
    CHECK(deaf.finish().code == 14);
    CHECK(listener.finish().code == 14);
    CHECK(by->account->was_cancelled(2));
    auto const account = by->account;
    by.reset();
    account->release(); // answers when the server is no more
    std::this_thread::sleep_for(50ms);
}

TEST_CASE("a server can end at any time", "[proxy][server]")
{
    {
        proxy::server never(quiet_options(), std::make_shared<fake_bridge>());
        never.publish("nobody", {});
        never.drain();
    }
    auto by = std::make_unique<served>();
    REQUIRE(by->up);
    grpc_client const to(by->address());
    stream running(to, "MessagesSend"), listener(to, "/mtproto.UpdateStreamer/ListenOnUpdates");
    REQUIRE(running.write("deaf"));
    REQUIRE(listener.write(""));
    REQUIRE(by->account->holds(1));
    auto const account = by->account;
    by.reset();
    CHECK(running.finish().code != 0);
    account->release();
}

TEST_CASE("a unix socket is for its owner, and for one server", "[proxy][server]")
{
    auto const path = "/tmp/mtproto-proxy-test-" + std::to_string(::getpid()) + ".sock";
    auto options = quiet_options();
    options.listen = {"unix:" + path, "127.0.0.1:0"};
    served by(options);
    REQUIRE(by.up);
    CHECK(by.server.ports().at(0) == 0);
    CHECK(by.server.ports().at(1) != 0);
    struct ::stat about{};
    REQUIRE(::stat(path.c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0600);
    grpc_client const to("unix:" + path);
    CHECK(to.call("MessagesSend", "echo:hello").body == "hello");
    grpc_client const tcp("127.0.0.1:" + std::to_string(by.server.ports().at(1)));
    CHECK(tcp.call("MessagesSend", "echo:hello").body == "hello");

    options.listen = {"unix:" + path};
    proxy::server second(options, std::make_shared<fake_bridge>());
    CHECK(second.start().error().is(errc::connect_failed));
    CHECK(to.call("MessagesSend", "echo:still").body == "still");
    options.listen = {"127.0.0.1:" + std::to_string(by.server.ports().at(1))};
    proxy::server third(options, std::make_shared<fake_bridge>());
    CHECK(third.start().error().is(errc::connect_failed));

    options.listen = {"0.0.0.0:0"};
    proxy::server wide(options, std::make_shared<fake_bridge>());
    CHECK(wide.start().error().text().find("refusing") != std::string::npos);
    by.server.shutdown();
    ::unlink(path.c_str());
}
