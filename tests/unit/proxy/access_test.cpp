#include "catch.hpp"

#include <mtproto/proxy/access.hpp>

using namespace mtproto;
using namespace std::chrono_literals;
using proxy::matches;

static_assert(matches("*", "") && matches("*", "Anything") && matches("Messages*", "MessagesSendMessage"));
static_assert(matches("*Get*", "UsersGetUsers") && matches("*Get*", "Get") && !matches("*Get*", "UsersSet"));
static_assert(!matches("Messages", "MessagesSendMessage") && !matches("messages*", "MessagesSendMessage"));
static_assert(!matches("", "x") && matches("", "") && matches("a*b*c", "aXbYbZc") && !matches("a*b*c", "aXcYb"));
static_assert(matches("**", "x") && !matches("?", "x"));

TEST_CASE("a token is found by its secret alone", "[proxy][access]")
{
    proxy::server_options options;
    proxy::access_control const open(options);
    CHECK(open.find("") != nullptr);
    CHECK(open.find("Bearer whatever") == open.find(""));

    options.tokens.push_back({.name = "a", .secret = "0123456789abcdef"});
    options.tokens.push_back({
        .name = "b",
        .secret = "0123456789abcdeg",
        .methods = {"Users*"},
        .denied = {"UsersDelete*"},
        .accounts = {"x"},
    });
    proxy::access_control const closed(options);
    for (auto const* const wrong : {"", "Bearer", "Bearer ", "Bearer 0123456789abcde", "Bearer 0123456789abcdeff", "Basic 0123456789abcdef",
                                    "0123456789abcdef", "Bearer  0123456789abcdef"})
        CHECK(closed.find(wrong) == nullptr);
    REQUIRE(closed.find("Bearer 0123456789abcdef"));
    CHECK(closed.find("bearer 0123456789abcdef")->name() == "a");
    auto const b = closed.find("BEARER 0123456789abcdeg");
    REQUIRE(b);
    CHECK(b->name() == "b");
    CHECK(b->may_call("UsersGet"));
    CHECK_FALSE(b->may_call("UsersDeleteAll"));
    CHECK_FALSE(b->may_call("MessagesSend"));
    CHECK(b->may_use("x"));
    CHECK_FALSE(b->may_use("y"));
    CHECK(b->check("MessagesSend").code == proxy::status_code::permission_denied);
    CHECK(closed.knows("a"));
    CHECK_FALSE(closed.knows("c"));
    CHECK(open.knows("c"));
    CHECK(proxy::access_control::unauthenticated().code == proxy::status_code::unauthenticated);

    options.tokens = {{.name = "none", .secret = "0123456789abcdef", .methods = {}}};
    CHECK_FALSE(proxy::access_control(options).find("Bearer 0123456789abcdef")->may_call("Anything"));
}

TEST_CASE("a bucket fills with time", "[proxy][access]")
{
    auto now = proxy::rate_limit::time_point{} + 1h;
    proxy::rate_limit unlimited;
    for (int i = 0; i < 100; ++i)
        CHECK_FALSE(unlimited.take(now));

    proxy::rate_limit limit(10, 3);
    for (int i = 0; i < 3; ++i)
        CHECK_FALSE(limit.take(now));
    CHECK(limit.take(now) == 100ms);
    now += 40ms;
    CHECK(limit.take(now) == 60ms);
    now += 60ms;
    CHECK_FALSE(limit.take(now));
    CHECK(limit.take(now) == 100ms);
    now += 1h; // never more than the burst
    for (int i = 0; i < 3; ++i)
        CHECK_FALSE(limit.take(now));
    CHECK(limit.take(now));
    CHECK(limit.take(now - 1s)); // a clock that steps back gives nothing

    proxy::rate_limit slow(0.5, 0);
    CHECK_FALSE(slow.take(now));
    CHECK(slow.take(now) == 2s);
}

TEST_CASE("places are limited and given back", "[proxy][access]")
{
    proxy::caller who({.name = "a", .secret = "0123456789abcdef"}, 2, 1);
    {
        auto const one = who.take_call();
        auto two = who.take_call();
        CHECK(one);
        CHECK(two);
        CHECK_FALSE(who.take_call());
        auto moved = std::move(two);
        CHECK_FALSE(who.take_call());
        moved = {};
        CHECK(who.take_call());
        CHECK(who.take_stream());
    }
    auto const one = who.take_call();
    auto const two = who.take_call();
    CHECK((one && two));
}
