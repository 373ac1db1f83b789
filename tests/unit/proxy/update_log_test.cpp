#include "fakes.hpp"

#include "catch.hpp"

#include <mtproto/proxy/listener_queue.hpp>

using namespace proxy_test;
using log_type = proxy::update_log<std::string>;
using listener = proxy::listener_queue<std::string>;

namespace {

proxy::published_batch batch(std::vector<std::pair<std::string, std::string>> updates, std::vector<std::string> users = {})
{
    proxy::published_batch out;
    for (auto& [kind, update] : updates)
        out.updates.push_back({kind, to_bytes(update)});
    for (auto& user : users)
        out.users.push_back(to_bytes(user));
    return out;
}
void publish(log_type& log, const proxy::published_batch& what, std::vector<listener*> to = {})
{
    log.publish(what, [&](auto const& entry) {
        for (auto* one : to)
            one->entered(entry);
    });
}
/// "update|users" of what it takes, cursor left out.
std::string take(listener& from)
{
    auto const message = from.take();
    if (!message)
        return "-";
    auto out = field(message->head, 2);
    if (!field(message->head, 5).empty())
        out += "reset";
    if (message->people)
        for (auto const& user : fields(*message->people, 3))
            out += '|' + user;
    return out;
}

} // namespace

TEST_CASE("a log numbers, keeps and forgets", "[proxy][updates]")
{
    log_type log(0xabc, 3, 1000);
    CHECK(log.next() == 1);
    publish(log, batch({{"a", "1"}, {"a", "2"}}));
    CHECK(log.first() == 1);
    CHECK(log.cursor(2) == "abc.2");
    CHECK(field(log.at(2).head, 1) == "abc.2");
    publish(log, batch({{"a", "3"}, {"a", "4"}}));
    CHECK(log.first() == 2);
    CHECK(log.next() == 5);

    CHECK(log.resume("").next == 5);
    CHECK_FALSE(log.resume("").reset);
    CHECK(log.resume("abc.1").next == 2);
    CHECK_FALSE(log.resume("abc.1").reset);
    CHECK(log.resume("abc.4").next == 5);
    CHECK_FALSE(log.resume("abc.4").reset);
    for (auto const* const unknown : {"abc.0", "abc.5", "abd.2", "abc", "abc.", ".1", "abc.2x", "x", "-1.2", "abc.ffffffffffffffffff"}) {
        CHECK(log.resume(unknown).reset);
        CHECK(log.resume(unknown).next == 5);
    }
    // by bytes; the last one is always kept
    log_type small(1, 100, 60);
    publish(small, batch({{"a", std::string(20, 'x')}}));
    publish(small, batch({{"a", std::string(20, 'x')}}));
    CHECK(small.first() == 1);
    publish(small, batch({{"a", std::string(20, 'x')}}));
    CHECK(small.first() == 2);
    publish(small, batch({{"a", std::string(200, 'x')}}));
    CHECK(small.first() == 4);
    CHECK(small.next() == 5);
}

TEST_CASE("a listener gets what it asked for, people once a batch", "[proxy][updates]")
{
    log_type log(1, 100, 100000);
    listener all(log, log.resume(""), {}, 10), some(log, log.resume(""), {"b", "c"}, 10);
    publish(log, batch({{"a", "1"}, {"b", "2"}, {"c", "3"}}, {"u", "v"}), {&all, &some});
    CHECK(all.waiting() == 3);
    CHECK(some.waiting() == 2);
    CHECK(take(all) == "1|u|v");
    CHECK(take(all) == "2");
    CHECK(all.cursor() == "1.2");
    CHECK(take(some) == "2|u|v");
    CHECK(take(some) == "3");
    CHECK(take(some) == "-");
    publish(log, batch({{"a", "4"}}), {&all, &some});
    CHECK(some.waiting() == 0);
    // one who comes back in the middle of a batch gets its people again, and neither loses nor repeats
    listener back(log, log.resume("1.1"), {}, 10);
    CHECK(take(back) == "2|u|v");
    CHECK(take(back) == "3");
    CHECK(take(back) == "4");
    CHECK(take(back) == "-");
}

TEST_CASE("a reset is told to everyone", "[proxy][updates]")
{
    log_type log(1, 100, 100000);
    listener some(log, log.resume("what?"), {"b"}, 10);
    CHECK(take(some) == "reset");
    CHECK(take(some) == "-");
    proxy::published_batch lost = batch({{"a", "1"}});
    lost.reset = true;
    lost.reset_channels = {7, 300};
    publish(log, lost, {&some});
    auto const message = some.take();
    REQUIRE(message);
    CHECK(field(message->head, 5) == "1");
    CHECK(field(message->head, 6) == std::string("\x07\xac\x02", 3));
    CHECK(field(message->head, 2).empty());
    CHECK(take(some) == "-");
}

TEST_CASE("a slow listener is seen, one that catches up is not", "[proxy][updates]")
{
    log_type log(1, 100, 100000);
    listener idle(log, log.resume(""), {}, 3);
    for (int i = 0; i < 4; ++i)
        publish(log, batch({{"a", "x"}}), {&idle});
    CHECK_FALSE(idle.slow());
    publish(log, batch({{"a", "x"}}), {&idle});
    CHECK(idle.slow());

    for (int i = 0; i < 20; ++i)
        publish(log, batch({{"a", "x"}}));
    listener back(log, log.resume("1.2"), {}, 3);
    CHECK(back.waiting() == 23);
    publish(log, batch({{"a", "x"}}), {&back});
    CHECK_FALSE(back.slow());
    while (back.waiting() > 3)
        CHECK(take(back) == "x");
    publish(log, batch({{"a", "x"}}), {&back});
    CHECK(back.slow()); // it has caught up: the usual limit again

    // what comes at once to one that waits for nothing is no fault of its own
    listener quick(log, log.resume(""), {}, 3);
    publish(log, batch({{"a", "1"}, {"a", "2"}, {"a", "3"}, {"a", "4"}, {"a", "5"}}), {&quick});
    CHECK_FALSE(quick.slow());

    // what it should get is gone
    log_type small(1, 2, 100000);
    listener behind(small, small.resume(""), {"a"}, 50);
    publish(small, batch({{"a", "1"}}), {&behind});
    publish(small, batch({{"b", "2"}, {"b", "3"}}), {&behind});
    CHECK(behind.slow());
    // nothing that it wants is gone
    listener picky(small, small.resume(""), {"z"}, 1);
    for (int i = 0; i < 10; ++i)
        publish(small, batch({{"a", "1"}}), {&picky});
    CHECK_FALSE(picky.slow());
}

TEST_CASE("a filter does not make a cursor grow old", "[proxy][updates]")
{
    log_type log(1, 10000, 1 << 20);
    listener picky(log, log.resume(""), {"z"}, 10);
    for (std::uint64_t i = 0; i < listener::bookmark_every; ++i) {
        CHECK_FALSE(picky.take());
        publish(log, batch({{"a", "1"}}), {&picky});
    }
    auto const bookmark = picky.take();
    REQUIRE(bookmark);
    CHECK(bookmark->head == std::string("\x0a\x05") + "1.400");
    CHECK_FALSE(picky.take());
}

TEST_CASE("a ListenRequest is read", "[proxy][updates]")
{
    auto const request = proxy::listen_request::parse("\x0a\x01x\x12\x01"
                                                      "a\x18\x05\x12\x01"
                                                      "b");
    REQUIRE(request);
    CHECK(request->cursor == "x");
    CHECK(request->kinds == std::vector<std::string>{"a", "b"});
    CHECK_FALSE(proxy::listen_request::parse("\x0a\x09x"));
    CHECK(proxy::listen_request::parse("")->kinds.empty());
}
