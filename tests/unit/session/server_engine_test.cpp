// The data centre's engine against a client that says what the test wants.
#include "support.hpp"

using namespace mtproto;
using namespace mtproto::session;
using namespace mtproto::session::test;

namespace {

struct fixture
{
    explicit fixture(server_engine_options o = {})
        : server((o.clock = true_clock, std::move(o)), test_key(), session, salts, random)
    {
    }
    std::uint64_t salt() { return salts.current(true_clock.unix_seconds(now)); }
    std::int64_t next_id() { return ids.next(true_clock.unix_ns(now)); }

    /// A message of the client's, with any field wrong.
    result<> say(std::int64_t id, std::int32_t seqno, bytes_view body,
                 std::optional<std::uint64_t> with_salt = {})
    {
        return server.receive(plain_packet{with_salt.value_or(salt()), session, id, seqno, body}, now);
    }
    std::int64_t call(std::uint64_t n)
    {
        auto const id = next_id();
        REQUIRE(say(id, seqnos.next(true), numbered(call_id_tag, n)));
        return id;
    }
    template <class T>
    std::int64_t say_object(const T& object, bool content = false)
    {
        auto const id = next_id();
        REQUIRE(say(id, seqnos.next(content), tl_bytes(object)));
        return id;
    }
    std::vector<message> take()
    {
        std::vector<message> out;
        bytes data, scratch;
        while (server.next_packet(data, now)) {
            auto const packet = open(test_key(), crypto::direction::server_to_client, data, scratch);
            REQUIRE(packet);
            CHECK(packet->salt == salt());
            CHECK(packet->session_id == session);
            std::vector<message_view> views{{packet->msg_id, packet->seqno, packet->body}};
            if (is_container(packet->body))
                REQUIRE(unpack_container(packet->msg_id, packet->body, views));
            for (auto const& v : views)
                out.push_back({v.msg_id, v.seqno, {v.body.begin(), v.body.end()}, packet->msg_id});
        }
        return out;
    }
    template <class T>
    std::optional<T> taken()
    {
        for (auto const& m : take())
            if (id_of(m.body) == T::tl_id)
                return tl::decode<T>(m.body).value();
        return std::nullopt;
    }
    /// The code of the bad_msg_notification that came, 0 if none did.
    int code()
    {
        auto const bad = taken<mt::bad_msg_notification>();
        return bad ? bad->error_code : 0;
    }
    void warm_up()
    {
        auto const id = call(0);
        CHECK(server.next_request()->msg_id == id);
        server.reply(id, numbered(answer_tag, 0), now);
        mt::msgs_ack ack;
        for (auto const& m : take())
            if (m.seqno % 2 == 1)
                ack.msg_ids.push_back(m.msg_id);
        say_object(ack);
        CHECK(server.unacknowledged() == 0);
    }

    std::uint64_t session = 5;
    crypto::seeded_random random{3};
    time_point now = start;
    salt_schedule salts{1, test_key().id()};
    message_id_generator ids;
    seqno_generator seqnos;
    server_engine server;
};

} // namespace

TEST_CASE("server: a new session, a request, its answer", "[session]")
{
    fixture f;
    auto const id = f.call(7);
    auto const r = f.server.next_request();
    REQUIRE(r);
    CHECK(r->msg_id == id);
    CHECK(number_of(r->body) == 7);
    CHECK(!f.server.next_request());
    f.server.reply(id, numbered(answer_tag, 8), f.now);
    f.server.reply(id, numbered(answer_tag, 9), f.now); // once only
    auto const m = f.take();
    REQUIRE(m.size() == 2); // the answer acknowledges the request
    auto const created = tl::decode<mt::new_session_created>(m[0].body).value();
    CHECK(created.first_msg_id == id);
    CHECK(static_cast<std::uint64_t>(created.server_salt) == f.salt());
    CHECK(m[0].msg_id % 4 == 3);
    CHECK(m[1].msg_id % 4 == 1);
    CHECK(m[0].seqno == 1);
    CHECK(m[1].seqno == 3);
    CHECK(id_of(m[1].body) == mt::rpc_result::tl_id);
    CHECK(number_of(bytes_view(m[1].body).subspan(12)) == 8);
    CHECK(f.server.unacknowledged() == 2);
    f.call(9);
    CHECK(!f.taken<mt::new_session_created>());
}

TEST_CASE("server: salts are enforced", "[session]")
{
    fixture f;
    auto const id = f.next_id();
    REQUIRE(f.say(id, 1, numbered(call_id_tag, 1), 0));
    CHECK(!f.server.next_request());
    auto const m = f.take();
    REQUIRE(m.size() == 1); // no session yet
    auto const bad = tl::decode<mt::bad_server_salt>(m[0].body).value();
    CHECK(bad.bad_msg_id == id);
    CHECK(bad.bad_msg_seqno == 1);
    CHECK(bad.error_code == 48);
    CHECK(static_cast<std::uint64_t>(bad.new_server_salt) == f.salt());
    auto const old = f.salt();
    f.now += 1h;
    REQUIRE(f.say(f.next_id(), 1, numbered(call_id_tag, 1), old)); // for a while
    CHECK(f.server.next_request());
    f.salts.rotate(true_clock.unix_seconds(f.now));
    REQUIRE(f.say(f.next_id(), 3, numbered(call_id_tag, 1), old));
    CHECK(!f.server.next_request());
}

TEST_CASE("server: bad_msg_notification of every code", "[session]")
{
    auto const body = numbered(call_id_tag, 1);
    fixture f;
    f.warm_up();
    auto const at = [&](std::int64_t seconds) {
        return message_id_at(true_clock.unix_ns(f.now) + seconds * 1'000'000'000);
    };
    REQUIRE(f.say(at(-310), 9, body));
    CHECK(f.code() == 16);
    REQUIRE(f.say(at(40), 9, body));
    CHECK(f.code() == 17);
    REQUIRE(f.say(f.next_id() + 1, 9, body));
    CHECK(f.code() == 18);
    REQUIRE(f.say(f.next_id() + 2, 9, body));
    CHECK(f.code() == 18);

    REQUIRE(f.say(f.next_id(), 9, body));
    CHECK(f.server.next_request());
    REQUIRE(f.say(f.next_id(), 7, body));
    CHECK(f.code() == 32);
    REQUIRE(f.say(f.next_id(), 9, body));
    CHECK(f.code() == 32);
    auto const between = f.next_id();
    f.now += 1s;
    REQUIRE(f.say(f.next_id(), 11, body));
    CHECK(f.server.next_request());
    REQUIRE(f.say(between, 13, body));
    CHECK(f.code() == 33);

    mt::msgs_ack ack;
    REQUIRE(f.say(f.next_id(), 13, tl_bytes(ack))); // as mtcute numbers them
    CHECK(f.code() == 0);
    REQUIRE(f.say(f.next_id(), 14, body));
    CHECK(f.code() == 35);
    auto const id = f.next_id();
    REQUIRE(f.say(f.next_id(), 15, fake_server::container_of({{id, 15, body}})));
    CHECK(f.code() == 34);
    for (auto const inner :
         {f.next_id(), f.next_id() + 400}) // a container in a container; too new for its container
        REQUIRE(f.say(f.next_id(), 16,
                      fake_server::container_of(
                          {{inner, 15, inner % 8 == 0 ? body : fake_server::container_of({{4, 1, body}})},
                           {f.next_id() + 400000, 15, body}})));
    CHECK(f.code() == 64);
    CHECK(!f.server.next_request());
    f.session ^= 1;
    CHECK(!f.say(f.next_id(), 15, body));
    f.session ^= 1;
}

TEST_CASE("server: a repeated request is answered again and not applied again", "[session]")
{
    fixture f;
    f.warm_up();
    auto const body = numbered(call_id_tag, 1);
    auto const id = f.next_id();
    REQUIRE(f.say(id, 3, body));
    REQUIRE(f.say(id, 3, body));
    CHECK(f.server.next_request());
    CHECK(!f.server.next_request());
    f.server.reply(id, numbered(answer_tag, 1), f.now);
    auto const first = f.take();
    REQUIRE(first.size() == 1);
    REQUIRE(f.say(id, 3, body, 12345)); // even with a salt that is wrong by now
    CHECK(!f.server.next_request());
    auto const second = f.take();
    REQUIRE(second.size() == 1);
    CHECK(second[0].msg_id == first[0].msg_id);
    CHECK(second[0].body == first[0].body);
    f.now += 10min; // and however late
    REQUIRE(f.say(id, 3, body));
    CHECK(!f.server.next_request());
    // in containers, too
    auto const inner = f.next_id();
    auto const outer = f.next_id();
    auto const container = fake_server::container_of({{inner, 5, body}});
    REQUIRE(f.say(outer, 6, container));
    REQUIRE(f.say(outer, 6, container));
    REQUIRE(f.say(f.next_id(), 6, container));
    CHECK(f.server.next_request());
    CHECK(!f.server.next_request());
}

TEST_CASE("server: what it said is lost stays lost", "[session]")
{
    fixture f;
    f.warm_up();
    auto const late = f.next_id();
    mt::msgs_state_req ask;
    ask.msg_ids = {late};
    f.say_object(ask, true);
    auto const info = f.taken<mt::msgs_state_info>();
    REQUIRE(info);
    CHECK(info->info == std::string{2});
    REQUIRE(f.say(late, 3, numbered(call_id_tag, 1)));
    CHECK(!f.server.next_request());
    CHECK(f.code() == 16);
    // The same for what is older than the session's first message.
    fixture g;
    auto const early = g.next_id();
    auto const early_seqno = g.seqnos.next(true);
    g.now += 1s;
    g.call(1);
    CHECK(g.server.next_request());
    REQUIRE(g.say(early, early_seqno, numbered(call_id_tag, 1)));
    CHECK(!g.server.next_request());
}

TEST_CASE("server: states", "[session]")
{
    fixture f;
    f.warm_up();
    auto const skipped = f.next_id();
    auto const running = f.call(1), answered = f.call(2);
    f.server.reply(answered, numbered(answer_tag, 1), f.now);
    mt::msgs_state_req ask;
    ask.msg_ids = {4, skipped, running, answered, answered + 4000000};
    f.say_object(ask, true);
    CHECK(f.taken<mt::msgs_state_info>()->info == std::string{1, 2, 4 + 32, 4 + 64, 3});
}

TEST_CASE("server: everything unacknowledged comes again with a new connection", "[session]")
{
    fixture f;
    f.warm_up();
    f.server.push(numbered(update_tag, 1), f.now);
    auto const id = f.call(1);
    f.server.reply(id, numbered(answer_tag, 1), f.now);
    auto const first = f.take();
    REQUIRE(first.size() == 2);
    f.server.disconnected(f.now);
    f.server.push(numbered(update_tag, 2), f.now);
    CHECK(f.take().empty());
    f.server.connected(f.now);
    auto const again = f.take();
    REQUIRE(again.size() == 3);
    CHECK(again[0].msg_id == first[0].msg_id);
    CHECK(again[0].seqno == first[0].seqno);
    CHECK(again[1].msg_id == first[1].msg_id);
    mt::msgs_ack ack;
    for (auto const& m : again)
        ack.msg_ids.push_back(m.msg_id);
    f.say_object(ack);
    f.server.disconnected(f.now);
    f.server.connected(f.now);
    CHECK(f.take().empty());
    // A client believes nothing older than five minutes: later it comes as a new message.
    f.server.push(numbered(update_tag, 3), f.now);
    auto const old = f.take().at(0).msg_id;
    f.now += 5min;
    f.server.disconnected(f.now);
    f.server.connected(f.now);
    CHECK(f.take().at(0).msg_id > old);
}

TEST_CASE("server: long answers are announced, and repeated on request", "[session]")
{
    server_engine_options o;
    o.detailed_info_above = 100;
    o.gzip_threshold = 0;
    fixture f(o);
    f.warm_up();
    f.server.push(numbered(update_tag, 1, 1000), f.now);
    auto const id = f.call(1);
    f.server.reply(id, numbered(answer_tag, 1, 1000), f.now);
    auto const first = f.take();
    f.server.disconnected(f.now);
    f.server.connected(f.now);
    auto const again = f.take();
    REQUIRE(again.size() == 2);
    CHECK(tl::decode<mt::msg_new_detailed_info>(again[0].body)->answer_msg_id == first[0].msg_id);
    auto const info = tl::decode<mt::msg_detailed_info>(again[1].body).value();
    CHECK(info.msg_id == id);
    CHECK(info.answer_msg_id == first[1].msg_id);
    mt::msg_resend_req ask;
    ask.msg_ids = {first[1].msg_id};
    f.say_object(ask);
    auto const whole = f.take();
    REQUIRE(whole.size() == 1);
    CHECK(whole[0].body == first[1].body);
    mt::msg_resend_ans_req by_request;
    by_request.msg_ids = {id};
    f.say_object(by_request);
    CHECK(f.take().size() == 1);
}

TEST_CASE("server: pings, salts, http_wait", "[session]")
{
    fixture f;
    f.warm_up();
    mt::ping ping;
    ping.ping_id = 9;
    auto const id = f.say_object(ping);
    auto const pong = f.taken<mt::pong>();
    REQUIRE(pong);
    CHECK(pong->msg_id == id);
    CHECK(pong->ping_id == 9);
    CHECK(!f.server.disconnect_at());
    mt::ping_delay_disconnect delayed;
    delayed.disconnect_delay = 75;
    f.say_object(delayed, true);
    CHECK(f.taken<mt::pong>());
    CHECK(f.server.disconnect_at() == f.now + 75s);

    mt::get_future_salts ask;
    ask.num = 3;
    auto const asked = f.say_object(ask);
    auto const salts = f.taken<mt::future_salts>();
    REQUIRE(salts);
    CHECK(salts->req_msg_id == asked);
    CHECK(salts->now == start_unix);
    REQUIRE(salts->salts.size() == 3);
    CHECK(static_cast<std::uint64_t>(salts->salts[0].salt) == f.salt());

    mt::http_wait wait;
    wait.max_wait = 25000;
    f.say_object(wait);
    REQUIRE(f.server.http_wait());
    CHECK(f.server.http_wait()->max_wait == 25000);
}

TEST_CASE("server: acknowledgements", "[session]")
{
    fixture f;
    f.warm_up();
    auto const id = f.call(1);
    CHECK(f.take().empty());
    CHECK(*f.server.next_timer() == f.now + 1s);
    f.now += 1s;
    CHECK(f.taken<mt::msgs_ack>()->msg_ids == std::vector<std::int64_t>{id});
}

TEST_CASE("server: rpc_drop_answer and its three answers", "[session]")
{
    fixture f;
    f.warm_up();
    auto const verdict = [&](std::int64_t req) {
        mt::rpc_drop_answer drop;
        drop.req_msg_id = req;
        auto const id = f.say_object(drop, true);
        for (auto const& m : f.take())
            if (id_of(m.body) == mt::rpc_result::tl_id) {
                auto const result = tl::decode<mt::rpc_result>(m.body).value();
                if (result.req_msg_id == id)
                    return tl::decode<mt::RpcDropAnswer>(result.result.data).value();
            }
        FAIL("no answer");
        return mt::RpcDropAnswer();
    };
    CHECK(mt::holds<mt::rpc_answer_unknown>(verdict(4)));
    CHECK(std::get<dropped_request>(f.server.next_control().value()).msg_id == 4);
    auto const waiting = f.call(1);
    CHECK(mt::holds<mt::rpc_answer_dropped_running>(verdict(waiting)));
    CHECK(!f.server.next_request()); // it was not applied
    auto const running = f.call(2);
    CHECK(f.server.next_request());
    CHECK(mt::holds<mt::rpc_answer_dropped_running>(verdict(running)));
    f.server.reply(running, numbered(answer_tag, 2), f.now);
    CHECK(f.take().empty());
    auto const answered = f.call(3);
    f.server.reply(answered, numbered(answer_tag, 3), f.now);
    auto const sent = f.take().at(0);
    auto const dropped = verdict(answered);
    REQUIRE(mt::holds<mt::rpc_answer_dropped>(dropped));
    CHECK(mt::get_if<mt::rpc_answer_dropped>(dropped)->msg_id == sent.msg_id);
    CHECK(mt::get_if<mt::rpc_answer_dropped>(dropped)->seq_no == sent.seqno);
    CHECK(f.server.running() == 0);
}

TEST_CASE("server: invokeAfterMsg", "[session]")
{
    fixture f;
    f.warm_up();
    auto const after = [&](std::int64_t dependency, std::uint64_t n) {
        tl::writer to;
        to.id(0xcb9f372d);
        to.number(dependency);
        to.raw(numbered(call_id_tag, n));
        auto const id = f.next_id();
        REQUIRE(f.say(id, f.seqnos.next(true), to.view()));
        return id;
    };
    auto const error_of = [&](std::int64_t req) {
        for (auto const& m : f.take())
            if (id_of(m.body) == mt::rpc_result::tl_id) {
                auto const r = tl::decode<mt::rpc_result>(m.body).value();
                if (r.req_msg_id == req)
                    return tl::decode<mt::rpc_error>(r.result.data)->error_message;
            }
        return std::string();
    };
    auto const a = f.call(1);
    auto const b = after(a, 2);
    auto const c = after(b, 3);
    CHECK(f.server.next_request()->msg_id == a);
    CHECK(!f.server.next_request());
    f.server.reply(a, numbered(answer_tag, 1), f.now);
    auto const second = f.server.next_request();
    REQUIRE(second);
    CHECK(second->msg_id == b);
    CHECK(number_of(second->body) == 2);
    CHECK(second->after == std::vector<std::int64_t>{a});
    f.server.reply_error(b, 400, "NO", f.now);
    CHECK(!f.server.next_request());
    CHECK(error_of(c) == "MSG_WAIT_FAILED");
    auto const d = after(4, 4);
    CHECK(*f.server.next_timer() == f.now + 1s); // the acknowledgement
    f.now += 10s;
    CHECK(error_of(d) == "MSG_WAIT_TIMEOUT");
}

TEST_CASE("server: compression both ways", "[session]")
{
    fixture f;
    f.warm_up();
    auto const id = f.next_id();
    REQUIRE(f.say(id, 3, *packed(numbered(call_id_tag, 5, 4000), 1)));
    CHECK(number_of(f.server.next_request()->body) == 5);
    f.server.reply(id, numbered(answer_tag, 1, 4000), f.now);
    auto const m = f.take().at(0);
    CHECK(m.body.size() < 1000);
    CHECK(id_of(bytes_view(m.body).subspan(12)) == mt::gzip_packed::tl_id);

    // zlib without gzip's header, as some clients send it
    auto const data = numbered(call_id_tag, 6, 4000);
    uLongf size = compressBound(data.size());
    bytes small(size);
    REQUIRE(compress(reinterpret_cast<Bytef*>(small.data()), &size,
                     reinterpret_cast<const Bytef*>(data.data()), data.size()) == Z_OK);
    mt::gzip_packed zlib;
    zlib.packed_data.assign(reinterpret_cast<const char*>(small.data()), size);
    REQUIRE(f.say(f.next_id(), 5, tl_bytes(zlib)));
    CHECK(number_of(f.server.next_request()->body) == 6);

    zlib.packed_data = "nonsense";
    REQUIRE(f.say(f.next_id(), 7, tl_bytes(zlib)));
    CHECK(!f.server.next_request());
    CHECK(f.taken<mt::rpc_result>());
}

TEST_CASE("server: requests that concern keys and sessions are passed on", "[session]")
{
    fixture f;
    f.warm_up();
    mt::destroy_session destroy;
    destroy.session_id = 8;
    f.say_object(destroy, true);
    auto control = f.server.next_control();
    REQUIRE(control);
    CHECK(std::get<destroy_session_request>(*control).session_id == 8);
    f.server.reply_destroy_session(8, true);
    CHECK(f.taken<mt::destroy_session_ok>());
    auto const id = f.say_object(mt::destroy_auth_key(), true);
    control = f.server.next_control();
    REQUIRE(control);
    CHECK(std::get<destroy_auth_key_request>(*control).msg_id == id);
    f.server.reply_destroy_auth_key(mt::destroy_auth_key_ok());
    CHECK(f.taken<mt::destroy_auth_key_ok>());
}

TEST_CASE("server: nonsense does no harm", "[session]")
{
    fixture f;
    crypto::seeded_random random(9);
    std::uint32_t const ids[] = {mt::msgs_ack::tl_id,
                                 mt::ping::tl_id,
                                 mt::ping_delay_disconnect::tl_id,
                                 mt::get_future_salts::tl_id,
                                 mt::msgs_state_req::tl_id,
                                 mt::msgs_state_info::tl_id,
                                 mt::msg_resend_req::tl_id,
                                 mt::msg_resend_ans_req::tl_id,
                                 mt::http_wait::tl_id,
                                 mt::destroy_session::tl_id,
                                 mt::rpc_drop_answer::tl_id,
                                 mt::gzip_packed::tl_id,
                                 mt::msg_container::tl_id,
                                 0xcb9f372d,
                                 0x3dc4b4f0};
    for (int i = 0; i < 5000; ++i) {
        bytes body(4 + 4 * (crypto::random_u64(random) % 20));
        random.fill(body);
        tl::store(body.data(), ids[crypto::random_u64(random) % std::size(ids)]);
        if (i % 2 == 0 && body.size() > 12) {
            tl::store(body.data() + 4, tl::vector_id);
            tl::store(body.data() + 8, static_cast<std::uint32_t>(body.size() - 12) / 8);
        }
        f.now += 10ms;
        (void)f.say(f.next_id(), f.seqnos.next(i % 3 == 0), body);
        if (auto r = f.server.next_request())
            f.server.reply(r->msg_id, r->body, f.now);
        while (f.server.next_control()) {
        }
        bytes out;
        while (f.server.next_packet(out, f.now)) {
        }
    }
    bytes packet(200);
    for (int i = 0; i < 500; ++i) {
        random.fill(packet);
        CHECK(!f.server.receive(bytes_view(packet), f.now));
    }
}
