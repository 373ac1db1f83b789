// What a connection decides, without one.
#include "catch.hpp"

#include <mtproto/client/detail/connection_calls.hpp>
#include <mtproto/client/detail/connection_events.hpp>
#include <mtproto/client/detail/dial.hpp>
#include <mtproto/client/detail/reconnect_policy.hpp>
#include <mtproto/client/detail/session_renewal.hpp>

using namespace mtproto;
using namespace mtproto::detail;
using namespace std::chrono_literals;

namespace {

constexpr auto least = std::uint64_t{0};
constexpr auto most = ~std::uint64_t{0};

error refused() { return error(errc::connect_failed, "refused"); }
error hung_up() { return error(errc::closed, "by the server"); }

/// A policy that gives up nothing: somebody was let in before.
reconnect_policy persistent()
{
    reconnect_policy made(100ms, 1s);
    made.persist();
    return made;
}

} // namespace

TEST_CASE("pauses double up to the longest, spread over their second half")
{
    auto policy = persistent();
    for (auto const whole : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
        auto again = policy; // the same state, another draw
        CHECK(policy.after(refused(), least).value() == whole / 2);
        auto const spread = again.after(refused(), most).value();
        CHECK(spread >= whole / 2);
        CHECK(spread < whole);
    }
}

TEST_CASE("pauses begin anew once the server was heard")
{
    auto policy = persistent();
    for (int i = 0; i != 5; ++i)
        (void)policy.after(refused(), least);
    policy.heard();
    CHECK(policy.after(hung_up(), least) == 50ms);
    CHECK(policy.after(refused(), least) == 100ms); // that attempt heard nothing
}

TEST_CASE("a server that has too many connections is left alone for longer")
{
    auto policy = persistent();
    error const flood(errc::transport_error, {}, -429);
    CHECK(policy.after(flood, least) == 1s);
    CHECK(policy.after(flood, least) <= 1s); // never longer than the longest
}

TEST_CASE("before the first success a connection gives up where nobody listens")
{
    reconnect_policy policy(100ms, 1s);
    CHECK(!policy.after(refused(), least));
}

TEST_CASE("before the first success a server may hang up twice")
{
    reconnect_policy policy(100ms, 1s);
    policy.reached();
    CHECK(policy.after(hung_up(), least));
    CHECK(policy.after(hung_up(), least));
    CHECK(!policy.after(hung_up(), least));
}

TEST_CASE("some ends are final, even for who persists")
{
    CHECK(!persistent().after(errc::auth_key_unknown, least));
    CHECK(!persistent().after(error(errc::bad_argument, "no address"), least));
    CHECK(!persistent().after(error(errc::transport_error, {}, -444), least));
    CHECK(persistent().after(error(errc::transport_error, {}, -404), least));
}

TEST_CASE("the third refused key exchange in a row is the last")
{
    auto policy = persistent();
    CHECK(policy.after(errc::handshake_failed, least));
    CHECK(policy.after(errc::bad_digest, least));
    policy.key_accepted();
    CHECK(policy.after(errc::bad_prime, least));
    CHECK(policy.after(errc::bad_dh_value, least));
    CHECK(!policy.after(errc::bad_key, least));
}

TEST_CASE("a session without a lifetime is renewed when it was asked for, once its calls have ended")
{
    session_renewal renewal(std::nullopt, 15s);
    session::time_point const start(1000s);
    renewal.began(start);
    CHECK(renewal.due(start + 10000h, true) == (session::time_point::max)());
    CHECK(!renewal.pending());

    renewal.ask(start);
    renewal.ask(start + 5s); // changes nothing
    CHECK(renewal.pending());
    CHECK(renewal.due(start + 1s, false) == start + 15s);
    CHECK(!renewal.due(start + 1s, true));
    CHECK(!renewal.due(start + 15s, false)); // patience is over

    renewal.clear();
    CHECK(!renewal.pending());
}

TEST_CASE("a session of age is renewed")
{
    session_renewal renewal(60s, 15s);
    session::time_point const start(1000s);
    renewal.began(start);
    CHECK(renewal.due(start + 59s, true) == start + 60s);
    CHECK(renewal.due(start + 60s, false) == start + 75s);
    CHECK(renewal.pending());
    renewal.clear();
    renewal.began(start + 61s);
    CHECK(renewal.due(start + 62s, true) == start + 121s);
}

TEST_CASE("a connection ends what it told, once")
{
    std::vector<client_event_kind> told;
    connection_events events([&](client_event::alternatives what) { told.push_back(client_event{0, false, what}.kind()); });
    using kind = client_event_kind;

    events.unbound(hung_up());
    events.discarded(hung_up());
    events.closed(hung_up(), std::nullopt);
    CHECK(told.empty());

    events.connecting();
    events.opened({"127.0.0.1", 1});
    events.bound(7);
    CHECK(events.is_bound());
    events.answered();
    events.answered();
    events.unbound(hung_up());
    events.closed(hung_up(), 1s);
    events.connecting();
    events.bound(7); // the same session, on another connection
    events.answered();
    events.discarded(hung_up());
    events.discarded(hung_up());
    events.closed(hung_up(), std::nullopt);
    events.closed(hung_up(), std::nullopt);
    CHECK(told == std::vector{kind::connecting, kind::opened, kind::bound, kind::established, kind::unbound, kind::closed,
                              kind::connecting, kind::bound, kind::unbound, kind::discarded, kind::closed});
}

TEST_CASE("calls are known by their owner's name and by the session's")
{
    connection_calls calls;
    auto const request = std::make_shared<const bytes>();
    calls.wait({1, request, true});
    calls.wait({2, request, true});
    CHECK(calls.size() == 2);
    CHECK(!calls.forget(1)); // the session has not heard of it
    CHECK(calls.take_waiting().front().id == 2);
    CHECK(calls.none_running());

    calls.began(100, 2);
    calls.began(101, 3);
    CHECK(!calls.none_running());
    CHECK(calls.forget(3) == 101);
    CHECK(!calls.ended(101));
    CHECK(calls.ended(100) == 2);
    CHECK(!calls.ended(100));

    calls.began(102, 4);
    CHECK(calls.take_running() == std::vector<std::uint64_t>{4});
    CHECK(calls.size() == 0);
    CHECK(!calls.forget(4));
}

TEST_CASE("the address that worked last is tried first")
{
    address_cycle cycle({{"a", 1}, {"b", 2}, {"c", 3}});
    CHECK(cycle.current().host.empty());
    CHECK(cycle.at(0).host == "a");
    cycle.choose(1);
    CHECK(cycle.current().host == "b");
    CHECK(cycle.at(0).host == "b");
    CHECK(cycle.at(2).host == "a");
    cycle.choose(2);
    CHECK(cycle.current().host == "a");
}
