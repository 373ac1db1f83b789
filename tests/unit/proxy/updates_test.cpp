#include "client.hpp"
#include "fakes.hpp"

#include "catch.hpp"

using namespace proxy_test;
using namespace std::chrono_literals;

namespace {

constexpr char listen[] = "/mtproto.UpdateStreamer/ListenOnUpdates";

std::string request(std::string_view cursor, std::vector<std::string> kinds = {})
{
    std::string out;
    if (!cursor.empty())
        proxy::detail::put_text(out, 1, cursor);
    for (auto const& kind : kinds)
        proxy::detail::put_text(out, 2, kind);
    return out;
}
proxy::published_batch one(std::string_view kind, std::string_view update)
{
    proxy::published_batch out;
    out.updates.push_back({std::string(kind), to_bytes(update)});
    return out;
}
/// Begins to listen and waits until it does.
stream listener(const grpc_client& to, std::string_view cursor = {}, std::vector<std::string> kinds = {}, std::string account = {})
{
    call_settings how;
    how.timeout = 0ms;
    if (!account.empty())
        how.metadata.emplace_back("mtproto-account", account);
    stream out(to, listen, how);
    REQUIRE(out.write(request(cursor, std::move(kinds))));
    out.writes_done();
    REQUIRE(out.headers().count("mtproto-cursor") == 1);
    return out;
}
std::string next(stream& from) { return field(from.read().value_or(""), 2); }

} // namespace

TEST_CASE("updates reach those who listen", "[proxy][updates]")
{
    served by;
    REQUIRE(by.up);
    REQUIRE(by.server.add_account("two", std::make_shared<fake_account>("two")));
    grpc_client const to(by.address());
    auto all = listener(to), some = listener(to, {}, {"b"}), two = listener(to, {}, {}, "two");
    auto batch = one("a", "1");
    batch.updates.push_back({"b", to_bytes("2")});
    batch.users.push_back(to_bytes("user"));
    batch.chats.push_back(to_bytes("chat"));
    by.server.publish("one", batch);
    by.server.publish("two", one("b", "3"));
    by.server.publish("nobody", one("b", "4"));

    auto const first = all.read().value_or("");
    CHECK(field(first, 2) == "1");
    CHECK(field(first, 3) == "user");
    CHECK(field(first, 4) == "chat");
    auto const second = all.read().value_or("");
    CHECK(field(second, 2) == "2");
    CHECK(field(second, 3).empty());
    auto const filtered = some.read().value_or("");
    CHECK(field(filtered, 2) == "2");
    CHECK(field(filtered, 3) == "user");
    CHECK(next(two) == "3");
    CHECK(by.watch->noted("published", 3));
    CHECK(by.watch->noted("sent", 4));
    CHECK(by.watch->noted("listener", 3));
    all.cancel();
    CHECK(by.watch->noted("closed"));
}

TEST_CASE("a listener comes back with its cursor", "[proxy][updates]")
{
    auto options = quiet_options();
    options.update_log = 10;
    served by(options);
    REQUIRE(by.up);
    grpc_client const to(by.address());
    std::string cursor, before;
    {
        stream first(to, listen);
        REQUIRE(first.write(""));
        before = first.headers().find("mtproto-cursor")->second;
        for (int i = 1; i <= 3; ++i)
            by.server.publish("one", one("a", std::to_string(i)));
        CHECK(next(first) == "1");
        cursor = field(first.read().value_or(""), 1);
    }
    by.server.publish("one", one("a", "4"));
    auto again = listener(to, cursor);
    CHECK(next(again) == "3");
    CHECK(next(again) == "4");
    by.server.publish("one", one("a", "5"));
    CHECK(next(again) == "5");
    // From where it stood before it had seen anything.
    auto from_start = listener(to, before);
    for (int i = 1; i <= 5; ++i)
        CHECK(next(from_start) == std::to_string(i));

    for (int i = 6; i <= 20; ++i) {
        by.server.publish("one", one("a", std::to_string(i)));
        CHECK(next(from_start) == std::to_string(i));
    }
    for (auto const& old : {cursor, std::string("deadbeef.1"), std::string("what")}) {
        auto late = listener(to, old);
        auto const reset = late.read().value_or("");
        CHECK(field(reset, 5) == "1");
        CHECK(field(reset, 2).empty());
        CHECK_FALSE(field(reset, 1).empty());
    }
    CHECK(to.call(listen, "\x0a").code == 3);
    CHECK(details::of(to.call(listen, request({}, {"a", "nonsense"})).details).reason == "UNKNOWN_UPDATE");
    stream none(to, listen);
    none.writes_done();
    CHECK(none.finish().code == 3);
}

TEST_CASE("a slow listener is told and dropped, the others are not", "[proxy][updates]")
{
    auto options = quiet_options();
    options.listener_queue = 50;
    served by(options);
    REQUIRE(by.up);
    grpc_client const to(by.address());
    grpc_client const slow_client(by.address());
    auto slow = listener(slow_client);
    auto quick = listener(to);
    std::string const large(20'000, 'x');
    std::size_t got = 0;
    for (int i = 0; i < 400; ++i) {
        by.server.publish("one", one("a", large));
        got += next(quick) == large ? 1 : 0;
    }
    CHECK(got == 400);
    CHECK(by.watch->noted("dropped"));
    CHECK(by.watch->count("lost") > 50);
    // What was under way arrives, then the reason, and where to go on.
    std::size_t received = 0;
    std::string last;
    while (auto const message = slow.read()) {
        ++received;
        last = field(*message, 1);
    }
    auto const ended = slow.finish();
    CHECK(ended.code == 8);
    CHECK(details::of(ended.details).reason == "SLOW_LISTENER");
    CHECK(received < 400);
    REQUIRE(ended.trailing.count("mtproto-cursor") == 1);
    CHECK(ended.trailing.find("mtproto-cursor")->second == last);
    auto again = listener(slow_client, last);
    for (; received < 400; ++received)
        REQUIRE(next(again) == large);
    by.server.publish("one", one("a", "end"));
    CHECK(next(again) == "end");
    CHECK(next(quick) == "end");
}

TEST_CASE("two hundred listeners", "[proxy][updates]")
{
    served by;
    REQUIRE(by.up);
    grpc_client const to(by.address());
    std::vector<stream> all;
    for (int i = 0; i < 200; ++i)
        all.push_back(listener(to));
    proxy::published_batch batch;
    for (int i = 0; i < 20; ++i)
        batch.updates.push_back({"a", to_bytes(std::to_string(i))});
    by.server.publish("one", batch);
    std::size_t right = 0;
    for (auto& one : all)
        for (int i = 0; i < 20; ++i)
            right += next(one) == std::to_string(i) ? 1 : 0;
    CHECK(right == 4000);
    while (all.size() > 100)
        all.pop_back();
    by.server.publish("one", one("a", "last"));
    for (auto& one : all)
        right += next(one) == "last" ? 1 : 0;
    CHECK(right == 4100);
}
