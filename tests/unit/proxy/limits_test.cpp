#include "client.hpp"
#include "fakes.hpp"

#include "catch.hpp"

using namespace proxy_test;
using namespace std::chrono_literals;

namespace {

call_settings with(std::string token, std::string account = {})
{
    call_settings out;
    out.metadata.emplace_back("authorization", "Bearer " + token);
    if (!account.empty())
        out.metadata.emplace_back("mtproto-account", account);
    return out;
}

} // namespace

TEST_CASE("who has no token learns nothing", "[proxy][access]")
{
    auto options = quiet_options();
    options.tokens.push_back({.name = "a", .secret = "0123456789abcdef"});
    served by(options);
    REQUIRE(by.up);
    grpc_client const to(by.address());
    std::string reasons;
    for (auto const* const method : {"MessagesSend", "Unknown", "/mtproto.UpdateStreamer/ListenOnUpdates", "/grpc.health.v1.Health/Check",
                                     "/grpc.health.v1.Health/Watch", "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "/x/y"}) {
        auto const none = to.call(method, "garbage");
        auto const wrong = to.call(method, "garbage", with("0123456789abcdee", "nobody"));
        CHECK(none.code == 16);
        CHECK(wrong.code == 16);
        CHECK(none.message == wrong.message);
        CHECK(none.details == wrong.details);
    }
    CHECK(by.account->calls() == 0);
    CHECK(by.watch->noted("end unauthenticated UNAUTHENTICATED", 14));
    CHECK(to.call("MessagesSend", "echo:x", with("0123456789abcdef")).code == 0);
    CHECK(by.watch->noted("end MessagesSend OK"));
    CHECK(by.watch->last_token == "a");
    CHECK(to.call("/grpc.health.v1.Health/Check", "", with("0123456789abcdef")).code == 0);
}

TEST_CASE("the server's own health may be open", "[proxy][access]")
{
    auto options = quiet_options();
    options.tokens.push_back({.name = "a", .secret = "0123456789abcdef"});
    options.health_without_token = true;
    served by(options);
    REQUIRE(by.up);
    grpc_client const to(by.address());
    CHECK(to.call("/grpc.health.v1.Health/Check", "").body == "\x08\x01");
    for (auto const* const service : {"one", "two", "mtproto.Mtproto"}) {
        std::string request;
        proxy::detail::put_text(request, 1, service);
        CHECK(to.call("/grpc.health.v1.Health/Check", request).code == 16);
        CHECK(to.call("/grpc.health.v1.Health/Watch", request).code == 16);
    }
    CHECK(to.call("MessagesSend", "echo:x").code == 16);
}

TEST_CASE("tokens allow methods, accounts, rates and numbers", "[proxy][access]")
{
    auto options = quiet_options();
    options.tokens.push_back({.name = "messages", .secret = "messages-messages", .methods = {"Messages*", "Wrap"}});
    options.tokens.push_back({.name = "two", .secret = "two-two-two-two-two", .denied = {"Auth*"}, .accounts = {"two"}});
    options.tokens.push_back({.name = "slow", .secret = "slow-slow-slow-slow", .calls_per_second = 0.01, .burst = 2});
    options.tokens.push_back({.name = "single", .secret = "single-single-single", .max_calls = 1, .max_streams = 1});
    served by(options);
    REQUIRE(by.up);
    REQUIRE(by.server.add_account("two", std::make_shared<fake_account>("two")));
    grpc_client const to(by.address());

    auto const messages = with("messages-messages");
    CHECK(to.call("MessagesSend", "echo:x", messages).code == 0);
    CHECK(to.call("UsersGet", "echo:x", messages).code == 7);
    CHECK(to.call("Nonsense", "echo:x", messages).code == 7);
    CHECK(to.call("/mtproto.UpdateStreamer/ListenOnUpdates", "", messages).code == 7);
    CHECK(to.call("Wrap", "echo:MessagesSend", messages).code == 0);
    auto const inner = to.call("Wrap", "echo:AuthLogOut", messages); // what is inside counts
    CHECK(inner.code == 7);
    CHECK(details::of(inner.details).reason == "METHOD_NOT_ALLOWED");

    auto const two = with("two-two-two-two-two");
    CHECK(to.call("UsersGet", "name", two).body == "two");
    CHECK(to.call("UsersGet", "name", with("two-two-two-two-two", "two")).body == "two");
    CHECK(to.call("UsersGet", "name", with("two-two-two-two-two", "one")).code == 7);
    CHECK(to.call("UsersGet", "name", with("two-two-two-two-two", "three")).code == 7);
    CHECK(to.call("AuthLogOut", "name", two).code == 7);

    auto const slow = with("slow-slow-slow-slow");
    CHECK(to.call("UsersGet", "name", slow).code == 0);
    CHECK(to.call("UsersGet", "name", slow).code == 0);
    auto const limited = to.call("UsersGet", "name", slow);
    CHECK(limited.code == 8);
    CHECK(details::of(limited.details).reason == "RATE_LIMITED");
    CHECK(std::stoi(details::of(limited.details).retry_seconds) > 90);

    auto const single = with("single-single-single");
    stream held(to, "UsersGet", single), open(to, "/mtproto.UpdateStreamer/ListenOnUpdates", single);
    REQUIRE(held.write("hold"));
    REQUIRE(by.account->holds(1));
    REQUIRE(open.write(""));
    (void)open.headers();
    CHECK(details::of(to.call("UsersGet", "name", single).details).reason == "TOO_MANY_CALLS");
    CHECK(details::of(to.call("/mtproto.UpdateStreamer/ListenOnUpdates", "", single).details).reason == "TOO_MANY_STREAMS");
    CHECK(to.call("UsersGet", "name", two).code == 0); // others are not concerned
    by.account->release();
    CHECK(held.read() == "released");
}

TEST_CASE("messages have a largest size", "[proxy][limits]")
{
    auto options = quiet_options();
    options.max_request = 1000;
    options.max_reply = 50'000;
    served by(options);
    REQUIRE(by.up);
    grpc_client const to(by.address());
    CHECK(to.call("MessagesSend", "echo:" + std::string(900, 'x')).code == 0);
    CHECK(to.call("MessagesSend", "echo:" + std::string(1000, 'x')).code != 0);
    CHECK(to.call("MessagesSend", "large").code == 8);
    CHECK(to.call("MessagesSend", "echo:x").code == 0);
}
