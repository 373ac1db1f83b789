// The client's engine against a data centre that says what the test wants.
#include "support.hpp"

#include <set>

using namespace mtproto;
using namespace mtproto::session;
using namespace mtproto::session::test;

namespace {

struct fixture
{
    explicit fixture(engine_options o = {}, server_clock clock = true_clock)
        : client(std::move(o), test_key(), 77, clock, random), server(client)
    {
        client.connected(now);
    }
    call_id call(std::uint64_t n, call_options o = {})
    {
        return client.send(numbered(call_id_tag, n), o, now);
    }
    /// One message of the client's, the only one it has.
    message only()
    {
        auto messages = server.take(now);
        REQUIRE(messages.size() == 1);
        return messages.front();
    }
    message find(std::uint32_t id)
    {
        for (auto& m : server.take(now))
            if (id_of(m.body) == id)
                return m;
        FAIL("the client did not send that");
        return {};
    }
    template <class T>
    T sent(std::uint32_t id = T::tl_id)
    {
        return tl::decode<T>(find(id).body).value();
    }
    bool says_nothing() { return server.take(now).empty(); }
    result<> reject(std::int64_t msg_id, int code)
    {
        mt::bad_msg_notification bad;
        bad.bad_msg_id = msg_id;
        bad.error_code = code;
        return server.say_object(bad, now);
    }
    result<> bad_salt(std::int64_t msg_id, std::uint64_t salt)
    {
        mt::bad_server_salt bad;
        bad.bad_msg_id = msg_id;
        bad.error_code = 48;
        bad.new_server_salt = static_cast<std::int64_t>(salt);
        return server.say_object(bad, now);
    }
    /// A call that was answered: the session is alive.
    void warm_up()
    {
        call(1000);
        REQUIRE(server.answer(only().msg_id, numbered(answer_tag, 1), now));
        (void)take<answer>(client);
        now += 10s;
        (void)server.take(now); // its acknowledgement, and get_future_salts
    }

    crypto::seeded_random random{3};
    time_point now = start;
    client_engine client;
    fake_server server;
};

engine_options without_salts()
{
    engine_options o;
    o.future_salts = 0;
    return o;
}

} // namespace

TEST_CASE("client: one message goes alone, several in a container", "[session]")
{
    fixture f;
    f.call(1);
    auto const alone = f.only();
    CHECK(alone.msg_id == alone.packet_id);
    CHECK(alone.msg_id % 4 == 0);
    CHECK(alone.seqno == 1);
    CHECK(number_of(alone.body) == 1);
    CHECK(f.server.last.salt == 77);

    f.call(2);
    f.call(3);
    auto const two = f.server.take(f.now);
    REQUIRE(two.size() == 2);
    CHECK(f.server.packets == 2);
    CHECK(two[0].msg_id > alone.msg_id);
    CHECK(two[1].msg_id > two[0].msg_id);
    CHECK(two[1].packet_id > two[1].msg_id);
    CHECK(two[0].seqno == 3);
    CHECK(two[1].seqno == 5);
    CHECK(f.server.last.seqno == 6);
    CHECK(f.says_nothing());
}

TEST_CASE("client: containers are bounded in number and size", "[session]")
{
    fixture f;
    for (int i = 0; i < 2000; ++i)
        f.call(1);
    CHECK(f.server.take(f.now).size() == 2000);
    CHECK(f.server.packets == 2);
    crypto::seeded_random random(1);
    for (int i = 0; i < 3; ++i) {
        bytes big(700'000);
        random.fill(big);
        f.client.send(big, f.now);
    }
    CHECK(f.server.take(f.now).size() == 3);
    CHECK(f.server.packets == 5);
    f.client.send(bytes(17 << 20), f.now);
    f.client.send(bytes(3), f.now);
    CHECK(take<failure>(f.client).size() == 2);
}

TEST_CASE("client: answers, errors, compressed answers", "[session]")
{
    fixture f;
    auto const a = f.call(1), b = f.call(2), c = f.call(3), d = f.call(4);
    auto const m = f.server.take(f.now);
    REQUIRE(f.server.answer(m[1].msg_id, numbered(answer_tag, 2), f.now));
    REQUIRE(f.server.answer(m[0].msg_id, *packed(numbered(answer_tag, 1, 4000), 1), f.now));
    mt::rpc_error why;
    why.error_code = 420;
    why.error_message = "FLOOD_WAIT_17";
    REQUIRE(f.server.answer(m[2].msg_id, tl_bytes(why), f.now));
    mt::gzip_packed broken;
    broken.packed_data = "nonsense";
    REQUIRE(f.server.answer(m[3].msg_id, tl_bytes(broken), f.now));

    std::vector<event> events;
    while (auto e = f.client.next_event())
        events.push_back(std::move(*e));
    REQUIRE(events.size() == 4);
    CHECK(std::get<answer>(events[0]).call == b);
    CHECK(std::get<answer>(events[1]).call == a);
    CHECK(std::get<answer>(events[1]).result == numbered(answer_tag, 1, 4000));
    CHECK(std::get<failure>(events[2]).call == c);
    CHECK(std::get<failure>(events[2]).why.seconds() == 17);
    CHECK(std::get<failure>(events[3]).call == d);
    CHECK(std::get<failure>(events[3]).why.is(errc::bad_gzip));
    CHECK(f.client.pending_calls() == 0);
    // A second answer to the same call is nobody's.
    REQUIRE(f.server.answer(m[0].msg_id, numbered(answer_tag, 1), f.now));
    CHECK(!f.client.next_event());
}

TEST_CASE("client: compressed bombs", "[session]")
{
    engine_options o;
    o.inflate.max_output = 1 << 20;
    fixture f(o);
    auto const call = f.call(1);
    REQUIRE(f.server.answer(f.only().msg_id, *packed(bytes(4 << 20), 1), f.now));
    auto const failed = take<failure>(f.client);
    REQUIRE(failed.size() == 1);
    CHECK(failed[0].call == call);
    CHECK(failed[0].why.is(errc::too_large));
    REQUIRE(f.server.say(*packed(bytes(4 << 20), 1), f.now));
    REQUIRE(f.server.say(*packed(*packed(numbered(update_tag, 1, 400000), 1), 1), f.now)); // depth two
    CHECK(take<update>(f.client).empty());
    REQUIRE(f.server.say(*packed(numbered(update_tag, 1, 4000), 1), f.now));
    CHECK(take<update>(f.client).size() == 1);
}

TEST_CASE("client: a packet of another session or kind, or touched, is refused", "[session]")
{
    fixture f;
    f.call(1);
    auto const m = f.only();
    auto const body = numbered(update_tag, 1);
    auto good = f.server.seal_packet(f.server.next_id(f.now), 1, body);
    auto touched = good;
    touched.back() ^= std::byte{1};
    CHECK(!f.client.receive(touched, f.now));
    CHECK(!f.client.receive(bytes(100), f.now));
    CHECK(!f.client.receive({}, f.now));

    f.server.session ^= 1;
    auto const other = f.client.receive(f.server.seal_packet(f.server.next_id(f.now), 1, body), f.now);
    REQUIRE(!other);
    CHECK(other.error().is(errc::bad_message));
    f.server.session ^= 1;

    CHECK(!f.client.receive(f.server.seal_packet(f.server.next_id(f.now) + 1, 1, body), f.now)); // even
    CHECK(!f.client.receive(f.server.seal_packet(f.server.next_id(f.now, message_kind::client), 1, body),
                            f.now));
    CHECK(take<update>(f.client).empty());
    CHECK(f.client.receive(good, f.now));
    CHECK(take<update>(f.client).size() == 1);
    // What the client itself sent does not pass for the server's.
    bytes reflected;
    f.call(2);
    REQUIRE(f.client.next_packet(reflected, f.now));
    CHECK(!f.client.receive(reflected, f.now));
}

TEST_CASE("client: messages too old or from the future", "[session]")
{
    fixture f(without_salts());
    f.warm_up();
    auto const at = [&](std::int64_t seconds) {
        auto const id = message_id_at(true_clock.unix_ns(f.now) + seconds * 1'000'000'000) | 1;
        auto const ok = f.client.receive(f.server.seal_packet(id, 4, numbered(update_tag, 1)), f.now);
        return std::pair(ok.has_value(), take<update>(f.client).size());
    };
    CHECK(at(-310) == std::pair(true, std::size_t(0)));
    CHECK(at(-9) == std::pair(true, std::size_t(1)));
    CHECK(at(40) == std::pair(false, std::size_t(0)));
    // Too old, but acknowledged, or it would come for ever.
    auto const old = message_id_at(true_clock.unix_ns(f.now) - 310'000'000'000) | 1;
    REQUIRE(f.client.receive(f.server.seal_packet(old, 1, numbered(update_tag, 1)), f.now));
    f.now += 3s;
    CHECK(f.sent<mt::msgs_ack>().msg_ids == std::vector<std::int64_t>{old});
}

TEST_CASE("client: a clock that is only guessed judges nothing, and is corrected", "[session]")
{
    for (std::int64_t const wrong : {-86400, 86400}) {
        auto clock = true_clock;
        clock.offset_ns += wrong * 1'000'000'000;
        clock.known = false;
        fixture f(without_salts(), clock);
        f.call(1);
        auto const m = f.only();
        REQUIRE(f.reject(m.msg_id, wrong < 0 ? 16 : 17));
        CHECK(std::abs(f.client.clock().offset_ns - true_clock.offset_ns) < 1'000'000);
        auto const again = f.only();
        CHECK(again.msg_id != m.msg_id);
        CHECK(check_age(again.msg_id, true_clock.unix_ns(f.now)) == message_age::valid);
        CHECK(number_of(again.body) == 1);
    }
}

TEST_CASE("client: time that stood still while disconnected", "[session]")
{
    fixture f(without_salts());
    f.warm_up();
    // The machine slept for an hour, which its monotonic clock does not know.
    f.server.ids.next(true_clock.unix_ns(f.now + 1h));
    CHECK(!f.server.say(numbered(update_tag, 1), f.now));
    f.client.disconnected(f.now);
    f.client.connected(f.now);
    CHECK(f.server.say(numbered(update_tag, 2), f.now));
    CHECK(f.client.clock().unix_seconds(f.now) >= start_unix + 3600);
}

TEST_CASE("client: duplicates on every path", "[session]")
{
    fixture f(without_salts());
    auto const call = f.call(1);
    auto const m = f.only();
    // alone
    auto const packet = f.server.seal_packet(f.server.next_id(f.now), 1, numbered(update_tag, 1));
    REQUIRE(f.client.receive(packet, f.now));
    REQUIRE(f.client.receive(packet, f.now));
    CHECK(take<update>(f.client).size() == 1);
    // in containers: the whole, and one message in another container
    message const inner{f.server.next_id(f.now), 3, numbered(update_tag, 2), 0};
    auto const container =
        f.server.seal_packet(f.server.next_id(f.now), 4, fake_server::container_of({inner}));
    REQUIRE(f.client.receive(container, f.now));
    REQUIRE(f.client.receive(container, f.now));
    REQUIRE(f.client.receive(
        f.server.seal_packet(f.server.next_id(f.now), 4, fake_server::container_of({inner})), f.now));
    REQUIRE(f.client.receive(f.server.seal_packet(inner.msg_id, 3, inner.body), f.now));
    CHECK(take<update>(f.client).size() == 1);
    // other contents under the identifier of a container that came
    auto const first = f.server.next_id(f.now), second = f.server.next_id(f.now);
    auto const reused = f.server.next_id(f.now);
    for (auto const id : {first, second}) {
        message const other{id, 4, numbered(update_tag, 3), 0};
        REQUIRE(f.client.receive(f.server.seal_packet(reused, 4, fake_server::container_of({other})), f.now));
    }
    CHECK(take<update>(f.client).size() == 1);
    // an answer: a replay must not answer a call that was made again
    tl::writer result;
    result.id(mt::rpc_result::tl_id);
    result.number(m.msg_id);
    result.raw(numbered(answer_tag, 1));
    auto const answered = f.server.seal_packet(f.server.next_id(f.now), 5, result.view());
    REQUIRE(f.client.receive(answered, f.now));
    REQUIRE(f.client.receive(answered, f.now));
    auto const answers = take<answer>(f.client);
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].call == call);
    // each of them is acknowledged, once
    f.now += 3s;
    auto const acks = f.sent<mt::msgs_ack>().msg_ids;
    CHECK(acks.size() == 3);
    REQUIRE(f.client.receive(packet, f.now));
    f.now += 3s;
    CHECK(f.sent<mt::msgs_ack>().msg_ids.size() ==
          1); // and again, since the first acknowledgement may be lost
}

TEST_CASE("client: what is older than the last thousand is a duplicate", "[session]")
{
    fixture f(without_salts());
    f.warm_up();
    auto const early = f.server.next_id(f.now, message_kind::notice);
    for (int i = 0; i < 2000; ++i)
        REQUIRE(f.server.say(numbered(update_tag, 1), f.now, false));
    CHECK(take<update>(f.client).size() == 2000);
    REQUIRE(f.client.receive(f.server.seal_packet(early, 0, numbered(update_tag, 1)), f.now));
    CHECK(take<update>(f.client).empty());
}

TEST_CASE("client: containers that break a rule are refused whole", "[session]")
{
    fixture f(without_salts());
    f.warm_up();
    auto const body = numbered(update_tag, 1);
    auto const refused = [&](std::vector<message> messages, std::int32_t seqno = 100) {
        auto const id = f.server.next_id(f.now);
        for (auto& m : messages)
            m.msg_id += id;
        bool const ok =
            f.client.receive(f.server.seal_packet(id, seqno, fake_server::container_of(messages)), f.now)
                .has_value();
        return !ok && take<update>(f.client).empty();
    };
    CHECK(refused({{-8, 98, body}, {4, 98, body}}));
    CHECK(refused({{-8, 98, body}, {-8, 98, body}}));
    CHECK(refused({{-8, 98, body}, {-5, 98, body}}));
    CHECK(refused({{-8, 98, body}, {-4, 98, fake_server::container_of({{1, 98, body}})}}));
    CHECK(refused({{-8, 98, body}}, 101)); // a container is never acknowledged
    std::vector<message> many;
    for (std::int64_t i = 0; i < 1021; ++i)
        many.push_back({-8000 + i * 4, 98, body});
    CHECK(refused(many));
    many.pop_back();
    CHECK_FALSE(refused(many));
}

TEST_CASE("client: sequence numbers: parity and order", "[session]")
{
    fixture f(without_salts());
    f.warm_up();
    mt::msgs_ack ack;
    ack.msg_ids = {4};
    CHECK(!f.client.receive(f.server.seal_packet(f.server.next_id(f.now), 9, tl_bytes(ack)), f.now));
    REQUIRE(
        f.client.receive(f.server.seal_packet(f.server.next_id(f.now), 21, numbered(update_tag, 1)), f.now));
    CHECK(
        !f.client.receive(f.server.seal_packet(f.server.next_id(f.now), 19, numbered(update_tag, 2)), f.now));
    CHECK(
        !f.client.receive(f.server.seal_packet(f.server.next_id(f.now), 21, numbered(update_tag, 2)), f.now));
    CHECK(
        f.client.receive(f.server.seal_packet(f.server.next_id(f.now), 22, numbered(update_tag, 3)), f.now));
    CHECK(take<update>(f.client).size() == 2);
    // Some servers count anew on each connection.
    f.client.disconnected(f.now);
    f.client.connected(f.now);
    CHECK(f.client.receive(f.server.seal_packet(f.server.next_id(f.now), 1, numbered(update_tag, 4)), f.now));
}

TEST_CASE("client: acknowledgements travel along, gather, or go after a while", "[session]")
{
    fixture f(without_salts());
    f.warm_up();
    REQUIRE(f.server.say(numbered(update_tag, 1), f.now));
    REQUIRE(f.server.say(numbered(update_tag, 2), f.now, false)); // not content: no acknowledgement
    CHECK(f.says_nothing());
    REQUIRE(f.client.next_timer());
    CHECK(*f.client.next_timer() == f.now + 2s);
    f.call(1);
    auto const with_call = f.server.take(f.now);
    REQUIRE(with_call.size() == 2);
    auto const ack = tl::decode<mt::msgs_ack>(with_call[1].body).value();
    CHECK(ack.msg_ids.size() == 1);
    CHECK(with_call[1].seqno % 2 == 0);

    for (int i = 0; i < 15; ++i)
        REQUIRE(f.server.say(numbered(update_tag, 1), f.now));
    CHECK(f.says_nothing());
    REQUIRE(f.server.say(numbered(update_tag, 1), f.now));
    CHECK(f.sent<mt::msgs_ack>().msg_ids.size() == 16);

    REQUIRE(f.server.say_container(
        {{f.server.next_id(f.now), f.server.seqnos.next(true), numbered(update_tag, 1)},
         {f.server.next_id(f.now), f.server.seqnos.next(true), numbered(update_tag, 1)}},
        f.now));
    f.now += 2s;
    CHECK(f.sent<mt::msgs_ack>().msg_ids.size() == 2);
}

TEST_CASE("client: pings, and a server that is silent", "[session]")
{
    fixture f(without_salts());
    f.warm_up();
    f.now = start + 60s;
    auto const ping = f.find(mt::ping_delay_disconnect::tl_id);
    auto const body = tl::decode<mt::ping_delay_disconnect>(ping.body).value();
    CHECK(body.disconnect_delay == 75);
    mt::pong pong;
    pong.msg_id = ping.msg_id;
    pong.ping_id = body.ping_id;
    f.now += 1s;
    REQUIRE(f.server.say_object(pong, f.now));
    f.now += 20s;
    CHECK(f.says_nothing());
    CHECK(take<fatal>(f.client).empty());

    f.now = start + 120s;
    f.find(mt::ping_delay_disconnect::tl_id);
    CHECK(*f.client.next_timer() == f.now + 15s);
    f.now += 14s;
    f.client.tick(f.now);
    CHECK(take<fatal>(f.client).empty());
    f.now += 1s;
    CHECK(f.says_nothing());
    auto const dead = take<fatal>(f.client);
    REQUIRE(dead.size() == 1);
    CHECK(dead[0].why.is(errc::timed_out));
    f.call(1);
    CHECK(f.says_nothing()); // until the connection is a new one
    f.client.disconnected(f.now);
    f.client.connected(f.now);
    CHECK(number_of(f.only().body) == 1);
}

TEST_CASE("client: a request that its owner keeps too is sent, repeated and let go", "[session]")
{
    fixture f(without_salts());
    f.warm_up();
    auto const request = std::make_shared<const bytes>(numbered(call_id_tag, 7, 6000));
    call_options how;
    how.compress = false;
    auto const call = f.client.send(request, how, f.now);
    auto const m = f.only();
    CHECK(m.body == *request);
    REQUIRE(f.bad_salt(m.msg_id, 5));
    auto const again = f.only();
    CHECK(again.body == *request);
    REQUIRE(f.server.answer(again.msg_id, numbered(answer_tag, 7), f.now));
    auto const answers = take<answer>(f.client);
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].call == call);
    CHECK(request.use_count() == 1);
    f.client.send(std::make_shared<const bytes>(3), how, f.now);
    CHECK(take<failure>(f.client).size() == 1);
}

TEST_CASE("client: bad_server_salt", "[session]")
{
    fixture f;
    f.call(1);
    auto const m = f.only();
    REQUIRE(f.bad_salt(m.msg_id, 5));
    auto const changed = take<salt_changed>(f.client);
    REQUIRE(changed.size() == 1);
    CHECK(changed[0].salt == 5);
    auto const again = f.only();
    CHECK(f.server.last.salt == 5);
    CHECK(again.msg_id > m.msg_id);
    CHECK(again.body == m.body);

    // For a container all of its messages are repeated.
    f.call(2);
    f.call(3);
    auto const two = f.server.take(f.now);
    REQUIRE(f.bad_salt(two[0].packet_id, 6));
    CHECK(f.server.take(f.now).size() == 2);
    CHECK(f.client.salt() == 6);
}

TEST_CASE("client: a rejection of what was not sent is not believed", "[session]")
{
    fixture f(without_salts());
    f.call(1);
    auto const m = f.only();
    REQUIRE(f.bad_salt(m.msg_id + 4, 5));
    REQUIRE(f.bad_salt(m.msg_id - 400, 5));
    CHECK(f.client.salt() == 77);
    REQUIRE(f.reject(m.msg_id + 4, 17));
    CHECK(f.says_nothing());
    REQUIRE(f.server.answer(m.msg_id, numbered(answer_tag, 1), f.now));
    REQUIRE(f.bad_salt(m.msg_id, 5)); // answered: not ours any more
    CHECK(f.client.salt() == 77);
}

TEST_CASE("client: every rejection leads to a new message, then a new session, then an end", "[session]")
{
    for (int const code : {16, 17, 18, 19, 20, 32, 33, 34, 35, 48, 64, 99}) {
        INFO("code " << code);
        auto o = without_salts();
        o.max_call_rejections = 1000;
        fixture f(o);
        f.call(1);
        std::set<std::uint64_t> sessions;
        std::set<std::int64_t> ids;
        int sent = 0;
        for (; sent < 100; ++sent) {
            auto const messages = f.server.take(f.now);
            if (messages.empty())
                break;
            sessions.insert(f.server.session);
            for (auto const& m : messages)
                CHECK(ids.insert(m.msg_id).second);
            f.now += 10ms;
            if (code == 48)
                REQUIRE(f.bad_salt(messages[0].packet_id, static_cast<std::uint64_t>(sent)));
            else
                REQUIRE(f.reject(messages[0].packet_id, code));
        }
        CHECK(sent <= 16);
        CHECK(sessions.size() == 4);
        auto const dead = take<fatal>(f.client);
        REQUIRE(dead.size() == 1);
        CHECK(dead[0].why.is(errc::session_lost));
        CHECK(dead[0].why.number() == code);
    }
}

TEST_CASE("client: a call that alone is rejected again and again fails", "[session]")
{
    fixture f(without_salts());
    auto const poisoned = f.call(1);
    for (int i = 0; i < 20; ++i) {
        f.call(2);
        for (auto const& m : f.server.take(f.now))
            if (id_of(m.body) == call_id_tag) {
                if (number_of(m.body) == 1)
                    REQUIRE(f.reject(m.msg_id, 35));
                else
                    REQUIRE(f.server.answer(m.msg_id, numbered(answer_tag, 2), f.now));
            }
    }
    auto const failed = take<failure>(f.client);
    REQUIRE(failed.size() == 1);
    CHECK(failed[0].call == poisoned);
    CHECK(failed[0].why.is(errc::session_lost));
}

TEST_CASE("client: one mistake in several packets is corrected and counted once", "[session]")
{
    fixture f(without_salts());
    std::vector<std::int64_t> ids;
    for (std::uint64_t i = 0; i < 10; ++i) {
        f.call(i);
        ids.push_back(f.only().msg_id);
    }
    auto const session = f.client.session_id();
    for (auto const id : ids)
        REQUIRE(f.bad_salt(id, 5));
    CHECK(f.server.take(f.now).size() == 10);
    CHECK(f.client.session_id() == session);
    CHECK(take<salt_changed>(f.client).size() == 1);
}

TEST_CASE("client: code 64 ends containers", "[session]")
{
    fixture f(without_salts());
    f.call(1);
    f.call(2);
    auto const m = f.server.take(f.now);
    REQUIRE(f.reject(m[0].packet_id, 64));
    auto const again = f.server.take(f.now);
    REQUIRE(again.size() == 2);
    CHECK(again[0].packet_id == again[0].msg_id);
    CHECK(again[1].packet_id == again[1].msg_id);
}

TEST_CASE("client: a new session tells, ends the old one, and loses what must not be repeated", "[session]")
{
    fixture f(without_salts());
    f.warm_up();
    auto const old = f.client.session_id();
    call_options once;
    once.repeatable = false;
    auto const fragile = f.call(1, once);
    f.call(2);
    f.call(3);
    auto const m = f.server.take(f.now);
    REQUIRE(f.reject(m[2].msg_id, 32));
    std::vector<event> events;
    while (auto e = f.client.next_event())
        events.push_back(std::move(*e));
    REQUIRE(events.size() == 2);
    CHECK(std::get<failure>(events[0]).call == fragile);
    CHECK(std::get<failure>(events[0]).why.is(errc::session_lost));
    CHECK(std::holds_alternative<session_reset>(events[1]));
    auto const again = f.server.take(f.now);
    CHECK(f.server.session != old);
    REQUIRE(again.size() == 3);
    CHECK(tl::decode<mt::destroy_session>(again[0].body)->session_id == static_cast<std::int64_t>(old));
    CHECK(number_of(again[1].body) == 2);
    CHECK(again[0].seqno == 1);
    REQUIRE(f.server.answer(m[1].msg_id, numbered(answer_tag, 2), f.now)); // an answer of the old session's
    CHECK(take<answer>(f.client).empty());
}

TEST_CASE("client: new_session_created repeats what is older, and is believed once", "[session]")
{
    fixture f(without_salts());
    f.call(1);
    auto const a = f.only();
    f.now += 1s;
    f.call(2);
    auto const b = f.only();
    mt::new_session_created created;
    created.first_msg_id = b.msg_id;
    created.unique_id = 9;
    created.server_salt = 55;
    REQUIRE(f.server.say_object(created, f.now, true));
    auto const events = take<new_session>(f.client);
    REQUIRE(events.size() == 1);
    CHECK(events[0].unique_id == 9);
    CHECK(f.client.salt() == 55);
    auto again = f.server.take(f.now);
    REQUIRE(!again.empty());
    CHECK(number_of(again[0].body) == 1);
    CHECK(again[0].msg_id > b.msg_id);

    created.first_msg_id = again[0].msg_id + 400;
    REQUIRE(f.server.say_object(created, f.now, true)); // the same session, told again
    CHECK(take<new_session>(f.client).empty());
    f.now += 3s;
    for (auto const& m : f.server.take(f.now))
        CHECK(id_of(m.body) == mt::msgs_ack::tl_id);
}

TEST_CASE("client: a server that forgot the session", "[session]")
{
    fixture f(without_salts());
    f.warm_up();
    call_options once;
    once.repeatable = false;
    auto const fragile = f.call(1, once);
    f.call(2);
    auto const m = f.server.take(f.now);
    mt::new_session_created created;
    created.first_msg_id = m[0].packet_id + 4;
    created.unique_id = 9;
    REQUIRE(f.server.say_object(created, f.now, true));
    auto const failed = take<failure>(f.client);
    REQUIRE(failed.size() == 1);
    CHECK(failed[0].call == fragile);
    CHECK(number_of(f.server.take(f.now).at(0).body) == 2);
}

TEST_CASE("client: a server that forgot the session counts anew", "[session]")
{
    fixture f(without_salts());
    f.warm_up();
    REQUIRE(f.client.receive(f.server.seal_packet(f.server.next_id(f.now), 21, numbered(update_tag, 1)), f.now));
    auto const late = f.server.next_id(f.now);
    mt::new_session_created created;
    created.first_msg_id = 4;
    created.unique_id = 9;
    created.server_salt = 55;
    std::vector<message> first;
    first.push_back({f.server.next_id(f.now), 1, tl_bytes(created), 0});
    first.push_back({f.server.next_id(f.now), 3, numbered(update_tag, 2), 0});
    f.server.seqnos = {};
    SECTION("in a container")
    {
        REQUIRE(f.client.receive(
            f.server.seal_packet(f.server.next_id(f.now), 4, f.server.container_of(first)), f.now));
    }
    SECTION("one by one")
    {
        for (auto const& m : first)
            REQUIRE(f.client.receive(f.server.seal_packet(m.msg_id, m.seqno, m.body), f.now));
    }
    // What it had sent before comes late, with a number of the old count.
    REQUIRE(f.client.receive(f.server.seal_packet(late, 23, numbered(update_tag, 3)), f.now));
    // The new count is watched like the old one.
    CHECK(!f.client.receive(f.server.seal_packet(f.server.next_id(f.now), 1, numbered(update_tag, 4)), f.now));
    CHECK(f.client.receive(f.server.seal_packet(f.server.next_id(f.now), 5, numbered(update_tag, 5)), f.now));
    // Nor does it begin once more when the same session is told again.
    CHECK(!f.client.receive(f.server.seal_packet(f.server.next_id(f.now), 1, tl_bytes(created)), f.now));
    CHECK(take<update>(f.client).size() == 4);
}

TEST_CASE("client: after a reconnection the state of calls is asked for", "[session]")
{
    fixture f(without_salts());
    f.warm_up();
    for (std::uint64_t i = 0; i < 5; ++i)
        f.call(i);
    auto const m = f.server.take(f.now);
    f.client.disconnected(f.now);
    CHECK(f.says_nothing());
    f.client.connected(f.now);
    auto const ask = f.only();
    auto const request = tl::decode<mt::msgs_state_req>(ask.body).value();
    REQUIRE(request.msg_ids.size() == 5);
    CHECK(f.says_nothing()); // nothing is sent again before the answer

    mt::msgs_state_info info;
    info.req_msg_id = ask.msg_id + 4;
    info.info = std::string(5, '\2');
    REQUIRE(f.server.say_object(info, f.now)); // of another request
    CHECK(f.says_nothing());
    info.req_msg_id = ask.msg_id;
    info.info = std::string(4, '\2');
    REQUIRE(f.server.say_object(info, f.now)); // of another length
    CHECK(f.says_nothing());
    info.info = {1, 2, 3, 4, 4 + 64};
    REQUIRE(f.server.say_object(info, f.now));
    auto const again = f.server.take(f.now);
    REQUIRE(again.size() == 4);
    CHECK(tl::decode<mt::msg_resend_ans_req>(again[0].body)->msg_ids ==
          std::vector<std::int64_t>{m[4].msg_id});
    for (std::size_t i = 1; i < 4; ++i) {
        CHECK(number_of(again[i].body) == i - 1);
        CHECK(again[i].msg_id > m[4].msg_id); // never under the old identifier
    }
    // A late answer to the old message is as good.
    REQUIRE(f.server.answer(m[0].msg_id, numbered(answer_tag, 0), f.now));
    CHECK(take<answer>(f.client).size() == 1);
}

TEST_CASE("client: a call without a sign of life is asked about", "[session]")
{
    fixture f(without_salts());
    f.warm_up();
    f.call(1);
    auto const m = f.only();
    CHECK(*f.client.next_timer() <= f.now + 15s);
    f.now += 14s;
    CHECK(f.says_nothing());
    CHECK(*f.client.next_timer() == f.now + 1s);
    f.now += 1s;
    auto ask = f.only();
    CHECK(tl::decode<mt::msgs_state_req>(ask.body)->msg_ids == std::vector<std::int64_t>{m.msg_id});
    // Received and answered, says the server, but the answer never comes.
    int asked = 0;
    for (; asked < 20; ++asked) {
        mt::msgs_state_info info;
        info.req_msg_id = ask.msg_id;
        info.info = {4 + 64};
        REQUIRE(f.server.say_object(info, f.now));
        if (f.client.pending_calls() == 0)
            break;
        CHECK(f.sent<mt::msg_resend_ans_req>().msg_ids == std::vector<std::int64_t>{m.msg_id});
        f.now += 60s;
        ask = f.find(mt::msgs_state_req::tl_id);
    }
    CHECK(asked == 6);
    auto const failed = take<failure>(f.client);
    REQUIRE(failed.size() == 1);
    CHECK(failed[0].why.is(errc::session_lost));
}

TEST_CASE("client: a server that tells no states gets again what the lost connection may have lost", "[session]")
{
    fixture f(without_salts());
    f.warm_up();
    f.call(1);
    auto const lost = f.only();
    f.client.disconnected(f.now);
    f.client.connected(f.now);
    auto ask = f.find(mt::msgs_state_req::tl_id);
    mt::rpc_error why;
    why.error_code = 400;
    why.error_message = "METHOD_INVALID";
    auto const refuse = [&] { REQUIRE(f.server.answer(ask.msg_id, *tl::encode(why), f.now)); };
    SECTION("since it refuses")
    {
        refuse();
    }
    SECTION("since it is silent")
    {
        f.now += 14s;
        CHECK(f.says_nothing());
        f.now += 1s;
    }
    auto const again = f.find(call_id_tag);
    CHECK(number_of(again.body) == 1);
    CHECK(again.msg_id > lost.msg_id);

    // On this connection it is only slow: it is asked about, and never sent again.
    for (int i = 0; i < 3; ++i) {
        f.now += 60s;
        ask = f.find(mt::msgs_state_req::tl_id);
        CHECK(tl::decode<mt::msgs_state_req>(ask.body)->msg_ids == std::vector<std::int64_t>{again.msg_id});
        refuse();
        CHECK(f.says_nothing());
    }
    REQUIRE(f.server.answer(again.msg_id, numbered(answer_tag, 1), f.now));
    CHECK(take<answer>(f.client).size() == 1);
}

TEST_CASE("client: what the server asks about", "[session]")
{
    fixture f(without_salts());
    f.warm_up();
    auto const known = f.server.next_id(f.now);
    REQUIRE(f.client.receive(
        f.server.seal_packet(known, f.server.seqnos.next(false), numbered(update_tag, 1)), f.now));
    mt::msgs_state_req ask;
    ask.msg_ids = {known, known - 4, known + 4000000};
    REQUIRE(f.server.say_object(ask, f.now));
    auto const info = f.sent<mt::msgs_state_info>();
    CHECK(info.info == std::string{4, 2, 3});

    // msgs_all_info: volunteered states of our messages.
    f.call(1);
    f.call(2);
    auto const m = f.server.take(f.now);
    mt::msgs_all_info all;
    all.msg_ids = {m[0].msg_id, m[1].msg_id, 4};
    all.info = {2, 4, 2};
    REQUIRE(f.server.say_object(all, f.now));
    CHECK(number_of(f.only().body) == 1);
}

TEST_CASE("client: msg_resend_req gets a new message, never the old one again", "[session]")
{
    fixture f(without_salts());
    f.warm_up();
    f.call(1);
    auto const m = f.only();
    mt::msg_resend_req ask;
    ask.msg_ids = {m.msg_id};
    REQUIRE(f.server.say_object(ask, f.now));
    auto const again = f.only();
    CHECK(again.msg_id > m.msg_id);
    CHECK(again.body == m.body);
    ask.msg_ids = {4, 8};
    REQUIRE(f.server.say_object(ask, f.now));
    CHECK(f.sent<mt::msgs_state_info>().info == std::string{1, 1});
}

TEST_CASE("client: announced answers are fetched only if they are missing", "[session]")
{
    fixture f(without_salts());
    f.warm_up();
    f.call(1);
    auto const m = f.only();
    mt::msg_detailed_info info;
    info.msg_id = m.msg_id;
    info.answer_msg_id = f.server.next_id(f.now);
    REQUIRE(f.server.say_object(info, f.now));
    REQUIRE(f.server.say_object(info, f.now));
    CHECK(f.sent<mt::msg_resend_req>().msg_ids == std::vector<std::int64_t>{info.answer_msg_id});

    auto const known = f.server.next_id(f.now);
    REQUIRE(f.client.receive(
        f.server.seal_packet(known, f.server.seqnos.next(false), numbered(update_tag, 1)), f.now));
    mt::msg_new_detailed_info news;
    news.answer_msg_id = known;
    REQUIRE(f.server.say_object(news, f.now));
    f.now += 3s;
    CHECK(f.sent<mt::msgs_ack>().msg_ids == std::vector<std::int64_t>{known});
    news.answer_msg_id = known + 4000000;
    REQUIRE(f.server.say_object(news, f.now));
    CHECK(f.sent<mt::msg_resend_req>().msg_ids == std::vector<std::int64_t>{known + 4000000});
    info.msg_id = 4; // no call of ours: not wanted
    info.answer_msg_id = known + 8000000;
    REQUIRE(f.server.say_object(info, f.now));
    f.now += 3s;
    CHECK(f.sent<mt::msgs_ack>().msg_ids == std::vector<std::int64_t>{known + 8000000});
}

TEST_CASE("client: cancellation", "[session]")
{
    fixture f(without_salts());
    f.warm_up();
    auto const queued = f.call(1);
    f.client.cancel(queued, f.now);
    CHECK(f.says_nothing());

    for (mt::RpcDropAnswer const& verdict :
         {mt::RpcDropAnswer(mt::rpc_answer_unknown()), mt::RpcDropAnswer(mt::rpc_answer_dropped_running()),
          mt::RpcDropAnswer(mt::rpc_answer_dropped())}) {
        auto const call = f.call(2);
        auto const m = f.only();
        f.client.cancel(call, f.now);
        auto const drop = f.find(mt::rpc_drop_answer::tl_id);
        CHECK(drop.seqno % 2 == 1);
        CHECK(tl::decode<mt::rpc_drop_answer>(drop.body)->req_msg_id == m.msg_id);
        REQUIRE(f.server.answer(drop.msg_id, tl_bytes(verdict), f.now));
        REQUIRE(f.server.answer(m.msg_id, numbered(answer_tag, 2), f.now)); // too late
        CHECK(!f.client.next_event());
        CHECK(f.client.pending_calls() == 0);
        f.now += 3s;
        (void)f.server.take(f.now);
    }
    // An answer that is here but was not taken yet.
    auto const call = f.call(3);
    REQUIRE(f.server.answer(f.only().msg_id, numbered(answer_tag, 3), f.now));
    f.client.cancel(call, f.now);
    CHECK(!f.client.next_event());
    // A rejected cancellation is repeated.
    auto const last = f.call(4);
    auto const m = f.find(call_id_tag);
    f.client.cancel(last, f.now);
    REQUIRE(f.bad_salt(f.find(mt::rpc_drop_answer::tl_id).packet_id, 5));
    CHECK(f.sent<mt::rpc_drop_answer>().req_msg_id == m.msg_id);
}

TEST_CASE("client: invokeAfterMsg", "[session]")
{
    fixture f(without_salts());
    f.warm_up();
    call_options after;
    after.after = f.call(1);
    f.call(2, after);
    auto const m = f.server.take(f.now);
    REQUIRE(m.size() == 2);
    auto const dependency = [](const message& x) {
        tl::reader from(x.body);
        CHECK(from.id() == 0xcb9f372d);
        std::int64_t id = 0;
        from.number(id);
        return id;
    };
    CHECK(dependency(m[1]) == m[0].msg_id);
    CHECK(number_of(bytes_view(m[1].body).subspan(12)) == 2);

    // Both are repeated: the second names the first's new message.
    mt::rpc_error why;
    why.error_code = 400;
    why.error_message = "MSG_WAIT_FAILED";
    REQUIRE(f.bad_salt(m[0].msg_id, 5));
    REQUIRE(f.server.answer(m[1].msg_id, tl_bytes(why), f.now));
    auto const again = f.server.take(f.now);
    CHECK(dependency(again.at(1)) == again.at(0).msg_id);
    CHECK(take<failure>(f.client).empty());

    // Once the first is answered, there is nothing to wait for.
    REQUIRE(f.server.answer(again[0].msg_id, numbered(answer_tag, 1), f.now));
    REQUIRE(f.server.answer(again[1].msg_id, tl_bytes(why), f.now));
    CHECK(number_of(f.find(call_id_tag).body) == 2);
    // While it is not known what became of the first, the second waits.
    after.after = f.call(3);
    (void)f.server.take(f.now);
    f.client.disconnected(f.now);
    f.client.connected(f.now);
    f.call(4, after);
    auto const asked = f.server.take(f.now);
    REQUIRE(asked.size() == 1);
    CHECK(id_of(asked[0].body) == mt::msgs_state_req::tl_id);
}

TEST_CASE("client: the prefix of the first requests", "[session]")
{
    auto o = without_salts();
    o.init_prefix = numbered(0x99999999, 0);
    fixture f(o);
    f.call(1);
    f.call(2);
    auto const m = f.server.take(f.now);
    CHECK(id_of(m[0].body) == 0x99999999);
    CHECK(id_of(m[1].body) == 0x99999999);
    call_options plain;
    plain.init = false;
    f.call(3, plain);
    CHECK(id_of(f.only().body) == call_id_tag);
    mt::rpc_error why;
    why.error_code = 401;
    why.error_message = "AUTH_KEY_UNREGISTERED";
    REQUIRE(f.server.answer(m[0].msg_id, tl_bytes(why), f.now));
    f.call(4);
    auto const after = f.find(call_id_tag);
    CHECK(number_of(after.body) == 4);
    // A server that lost it asks for it.
    why.error_code = 400;
    why.error_message = "CONNECTION_NOT_INITED";
    REQUIRE(f.server.answer(after.msg_id, tl_bytes(why), f.now));
    CHECK(f.find(0x99999999).body.size() == 24);
    // Once a connection.
    f.client.disconnected(f.now);
    f.client.connected(f.now);
    f.call(5);
    CHECK(f.find(0x99999999).body.size() == 24);
}

TEST_CASE("client: outgoing compression", "[session]")
{
    fixture f(without_salts());
    f.client.send(numbered(call_id_tag, 1, 4000), f.now);
    auto const m = f.only();
    CHECK(id_of(m.body) == mt::gzip_packed::tl_id);
    bytes storage;
    CHECK(number_of(*unpacked(m.body, storage, {})) == 1);
    call_options o;
    o.compress = false;
    f.client.send(numbered(call_id_tag, 1, 4000), o, f.now);
    CHECK(id_of(f.only().body) == call_id_tag);
}

TEST_CASE("client: future salts", "[session]")
{
    engine_options o;
    o.ping_interval = 10h;
    fixture f(o);
    f.call(1);
    auto const m = f.only(); // not yet: the first packet stays simple
    REQUIRE(f.server.answer(m.msg_id, numbered(answer_tag, 1), f.now));
    auto const ask = f.find(mt::get_future_salts::tl_id);
    mt::future_salts salts;
    salts.req_msg_id = ask.msg_id + 4;
    auto const add = [&](std::int64_t since, std::int64_t salt) {
        mt::future_salt one;
        one.valid_since = static_cast<std::int32_t>(start_unix + since);
        one.valid_until = static_cast<std::int32_t>(start_unix + since + 3600);
        one.salt = salt;
        salts.salts.push_back(one);
    };
    add(1000, 88);
    REQUIRE(f.server.say_object(salts, f.now)); // of another request
    f.now += 1010s;
    f.call(2);
    (void)f.server.take(f.now);
    CHECK(f.server.last.salt == 77);
    salts.req_msg_id = f.server.next_id(f.now);
    f.now += 400s; // asked again after a while
    f.call(3);
    salts.req_msg_id = f.find(mt::get_future_salts::tl_id).msg_id;
    salts.salts.clear();
    add(2000, 88);
    add(5000, 99);
    REQUIRE(f.server.say_object(salts, f.now));
    (void)take<salt_changed>(f.client);
    f.now = start + 1999s;
    f.call(4);
    (void)f.server.take(f.now);
    CHECK(f.server.last.salt == 77);
    f.now = start + 2000s;
    f.call(5);
    (void)f.server.take(f.now);
    CHECK(f.server.last.salt == 88);
    CHECK(take<salt_changed>(f.client).size() == 1);

    // The old salt's half hour is over: who still uses it replays.
    f.server.salt = 77;
    f.now = start + 2000s + 1790s;
    CHECK(f.server.say(numbered(update_tag, 1), f.now));
    f.now = start + 2000s + 1810s;
    CHECK(!f.server.say(numbered(update_tag, 2), f.now));
    f.server.salt = 0; // a salt never heard of may be new
    CHECK(f.server.say(numbered(update_tag, 3), f.now));
}

TEST_CASE("client: transport errors", "[session]")
{
    fixture f;
    f.client.transport_error(-404, f.now);
    auto dead = take<fatal>(f.client);
    REQUIRE(dead.size() == 1);
    CHECK(dead[0].why.is(errc::transport_error)); // once may be an accident
    CHECK(dead[0].why.number() == -404);
    f.client.disconnected(f.now);
    f.client.connected(f.now);
    f.client.transport_error(-404, f.now);
    dead = take<fatal>(f.client);
    REQUIRE(dead.size() == 1);
    CHECK(dead[0].why.is(errc::auth_key_unknown));
    for (int const code : {-429, -444}) {
        fixture g;
        g.client.transport_error(code, g.now);
        dead = take<fatal>(g.client);
        REQUIRE(dead.size() == 1);
        CHECK(dead[0].why.is(errc::transport_error));
        CHECK(dead[0].why.number() == code);
    }
    engine_options temporary;
    temporary.expires_at = start_unix + 3600;
    fixture t(temporary);
    t.client.transport_error(-404, t.now);
    CHECK(take<fatal>(t.client).at(0).why.is(errc::auth_key_unknown));
}

TEST_CASE("client: a temporary key is bound before anything is sent, and expires", "[session]")
{
    auto o = without_salts();
    o.expires_at = start_unix + 3600;
    o.needs_binding = true;
    o.init_prefix = numbered(0x99999999, 0);
    fixture f(o);
    f.call(1);
    CHECK(f.says_nothing());
    crypto::seeded_random random(50);
    crypto::auth_key const permanent(crypto::random_bytes<256>(random));
    auto const bind = f.client.bind(permanent, f.now);
    auto const check = [&](const message& m) {
        tl::reader from(m.body);
        std::int64_t key_id = 0, nonce = 0;
        std::int32_t expires = 0;
        bytes_view inner;
        REQUIRE(from.id() == 0xcdd42a05);
        REQUIRE((from.number(key_id) && from.number(nonce) && from.number(expires) && from.string(inner)));
        CHECK(key_id == static_cast<std::int64_t>(permanent.id()));
        CHECK(expires == start_unix + 3600);
        auto const opened = open_bind_message(permanent, m.msg_id, inner);
        REQUIRE(opened);
        CHECK(*opened == binding{static_cast<std::uint64_t>(nonce), test_key().id(), permanent.id(),
                                 f.server.session, start_unix + 3600});
    };
    auto const m = f.only();
    check(m);
    CHECK(f.says_nothing());

    // Rejected: made anew, with the new identifier inside.
    REQUIRE(f.bad_salt(m.msg_id, 5));
    auto const again = f.only();
    CHECK(again.msg_id != m.msg_id);
    check(again);
    tl::writer yes;
    yes.id(tl::bool_true_id);
    REQUIRE(f.server.answer(again.msg_id, yes.view(), f.now));
    CHECK(f.client.bound());
    auto const answers = take<answer>(f.client);
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].call == bind);
    CHECK(f.find(0x99999999).body.size() == 24);

    f.now = start + 3540s;
    CHECK(f.says_nothing());
    CHECK(take<fatal>(f.client).at(0).why.is(errc::auth_key_unknown));
}

TEST_CASE("client: destroy_auth_key", "[session]")
{
    fixture f(without_salts());
    auto const call = f.client.destroy_auth_key(f.now);
    auto const m = f.only();
    CHECK(id_of(m.body) == mt::destroy_auth_key::tl_id);
    REQUIRE(f.server.say_object(mt::destroy_auth_key_ok(), f.now));
    auto const answers = take<answer>(f.client);
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].call == call);
    CHECK(id_of(answers[0].result) == mt::destroy_auth_key_ok::tl_id);
}

TEST_CASE("client: msg_copy counts as the message it copies", "[session]")
{
    fixture f(without_salts());
    f.warm_up();
    auto const original = f.server.next_id(f.now);
    mt::msg_copy copy;
    copy.orig_message.msg_id = original;
    copy.orig_message.seqno = 0;
    auto const body = numbered(update_tag, 1);
    copy.orig_message.bytes = static_cast<std::int32_t>(body.size());
    copy.orig_message.body.data = body;
    f.client.disconnected(f.now);
    f.client.connected(f.now);
    REQUIRE(f.server.say_object(copy, f.now));
    REQUIRE(f.server.say_object(copy, f.now));
    CHECK(take<update>(f.client).size() == 1);
}

TEST_CASE("client: authentic nonsense does no harm", "[session]")
{
    fixture f(without_salts());
    f.warm_up();
    crypto::seeded_random random(9);
    std::uint32_t const ids[] = {mt::rpc_result::tl_id,
                                 mt::msgs_ack::tl_id,
                                 mt::bad_msg_notification::tl_id,
                                 mt::bad_server_salt::tl_id,
                                 mt::new_session_created::tl_id,
                                 mt::pong::tl_id,
                                 mt::future_salts::tl_id,
                                 mt::msgs_state_info::tl_id,
                                 mt::msgs_all_info::tl_id,
                                 mt::msg_detailed_info::tl_id,
                                 mt::msg_new_detailed_info::tl_id,
                                 mt::msgs_state_req::tl_id,
                                 mt::msg_resend_req::tl_id,
                                 mt::msg_resend_ans_req::tl_id,
                                 mt::msg_copy::tl_id,
                                 mt::gzip_packed::tl_id,
                                 mt::msg_container::tl_id,
                                 mt::destroy_auth_key_ok::tl_id};
    for (int i = 0; i < 5000; ++i) {
        bytes body(4 + 4 * (crypto::random_u64(random) % 20));
        random.fill(body);
        tl::store(body.data(), ids[crypto::random_u64(random) % std::size(ids)]);
        if (i % 2 == 0 && body.size() > 12) { // plausible counts, and a message that exists
            tl::store(body.data() + 4, tl::vector_id);
            tl::store(body.data() + 8, static_cast<std::uint32_t>(body.size() - 12) / 8);
        }
        (void)f.server.say(body, f.now, i % 3 == 0);
        if (i % 7 == 0)
            f.call(5);
        (void)f.server.take(f.now);
        while (f.client.next_event()) {
        }
        if (f.client.pending_calls() > 50)
            f.client.disconnected(f.now), f.client.connected(f.now);
    }
    for (int i = 0; i < 2000; ++i) {
        bytes packet(crypto::random_u64(random) % 300);
        random.fill(packet);
        if (packet.size() >= 8 && i % 2 == 0)
            tl::store(packet.data(), test_key().id());
        CHECK(!f.client.receive(packet, f.now));
    }
}
