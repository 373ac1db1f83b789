// Events, and the renewal of sessions that they tell of.
#include "catch.hpp"
#include "test_server.hpp"

#include <mtproto/client/client.hpp>
#include <mtproto/client/memory_storage.hpp>

using namespace mtproto;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

using kind = client_event_kind;
using method = api::help::getNearestDc;

/// A client at a data centre that answers one method, and all its events.
struct fixture
{
    explicit fixture(const std::function<void(client_options&)>& set = {})
        : dc(std::make_shared<test::server>(io.get_executor(), 2,
                                            [this](test::peer& from, const session::request& call) { serve(from, call); }))
    {
        dc->start();
        auto options = dc->options();
        options.on_event = [this](const client_event& event) { seen.push_back(event); };
        if (set)
            set(options);
        tg.emplace(io, std::move(options));
        REQUIRE(test::run(io, tg->connect()).has_value());
    }
    ~fixture() { dc->stop(); }

    void serve(test::peer& from, const session::request& call)
    {
        auto const id = tl::reader(call.body).peek_id();
        if (id == api::auth::bindTempAuthKey::tl_id)
            return from.answer(call.msg_id, true);
        if (id != method::tl_id)
            return from.fail(call.msg_id, 400, "METHOD_INVALID");
        sessions.push_back(from.engine.session_id());
        if (hold)
            return held.emplace_back(&from, call.msg_id), void();
        answer(from, call.msg_id);
    }
    static void answer(test::peer& from, std::int64_t msg_id)
    {
        api::nearestDc value;
        value.country = "XX";
        from.answer(msg_id, value);
    }
    bool call()
    {
        method const request;
        return test::run(io, tg->invoke_raw(tl::encode(request).value())).has_value();
    }
    void start_call()
    {
        method const request;
        tg->start_raw(tl::encode(request).value(), {}, [this](const result<test::bytes>& got) {
            ++answered;
            failed += got ? 0 : 1;
        });
    }
    template <class F>
    void wait(F done)
    {
        for (int i = 0; i < 200 && !done(); ++i)
            test::pass(io, 10ms);
        CHECK(done());
    }
    std::vector<kind> kinds() const
    {
        std::vector<kind> found;
        for (auto const& one : seen)
            found.push_back(one.kind());
        return found;
    }
    long count(kind wanted) const
    {
        return std::count_if(seen.begin(), seen.end(), [&](auto& one) { return one.kind() == wanted; });
    }
    template <class T>
    std::vector<T> all() const
    {
        std::vector<T> found;
        for (auto const& one : seen)
            if (auto const* const wanted = one.get_if<T>())
                found.push_back(*wanted);
        return found;
    }

    asio::io_context io{};
    std::vector<client_event> seen{};
    std::vector<std::uint64_t> sessions{}; ///< in which calls came
    std::vector<std::pair<test::peer*, std::int64_t>> held{};
    bool hold = false;
    int answered = 0;
    int failed = 0;
    std::shared_ptr<test::server> dc;
    std::optional<client> tg;
};

} // namespace

TEST_CASE("a session outlives its connection, and the events say so")
{
    fixture f;
    REQUIRE(f.call());
    f.dc->close_connections();
    f.wait([&] { return f.count(kind::bound) == 2; });
    REQUIRE(f.call());
    REQUIRE(test::run(f.io, f.tg->close()).has_value());
    CHECK(f.kinds() == std::vector{kind::connecting, kind::opened, kind::key_created, kind::bound, kind::established,
                                   kind::new_session, kind::unbound, kind::closed, kind::connecting, kind::opened,
                                   kind::bound, kind::unbound, kind::discarded, kind::closed});
    auto const bound = f.all<events::bound>();
    CHECK(bound[0].session_id != 0);
    CHECK(bound[0].session_id == bound[1].session_id);
    CHECK(f.all<events::established>()[0].session_id == bound[0].session_id);
    CHECK(f.all<events::opened>()[0].address == f.dc->address().address);
    CHECK(f.all<events::unbound>()[0].why.is(errc::closed));
    CHECK(f.all<events::discarded>()[0].session_id == bound[0].session_id);
    auto const closed = f.all<events::closed>();
    CHECK(closed[0].retry_in);
    CHECK_FALSE(closed[1].retry_in);
    CHECK(closed[1].why.is(errc::not_connected));
    CHECK(f.seen[0].dc == 2);
    CHECK(f.seen.back().why().is(errc::not_connected));
    for (auto const& one : f.seen)
        CHECK_FALSE(to_string(one.kind()).empty());
}

TEST_CASE("listeners come and go, and hear nothing of a client that is gone")
{
    fixture f;
    int first = 0;
    std::vector<std::uint32_t> updates;
    auto listener = f.tg->listen([&](const client_event&) { ++first; });
    auto const other = f.tg->listen([&](const client_event& event) {
        if (auto const* const one = event.get_if<events::update_received>()) {
            updates.push_back(one->constructor);
            CHECK(tl::reader(one->body).peek_id() == one->constructor);
        }
    });
    auto& peer = *f.dc->peers().begin()->second;
    auto const push = [&] {
        peer.push(api::updatesTooLong());
        f.dc->flush(peer);
    };
    push();
    f.wait([&] { return updates.size() == 1; });
    CHECK(updates.front() == api::updatesTooLong::tl_id);
    CHECK(first == 1);
    listener = {};
    push();
    f.wait([&] { return updates.size() == 2; });
    CHECK(first == 1);
    f.tg->signed_in(7);
    f.tg->signed_out();
    test::pass(f.io, 10ms);
    CHECK(f.all<events::signed_in>()[0].user_id == 7);
    CHECK(f.count(kind::signed_out) == 1);
    auto const told = f.seen.size();
    f.tg.reset();
    test::pass(f.io, 20ms);
    CHECK(f.seen.size() == told);
}

TEST_CASE("a session is renewed on demand when its calls have ended")
{
    fixture f;
    f.hold = true;
    f.start_call();
    f.wait([&] { return f.held.size() == 1; });
    f.tg->renew_session();
    f.hold = false;
    f.start_call(); // waits for the new session
    test::pass(f.io, 50ms);
    CHECK(f.count(kind::discarded) == 0);
    CHECK(f.answered == 0);
    fixture::answer(*f.held[0].first, f.held[0].second);
    f.dc->flush(*f.held[0].first);
    f.wait([&] { return f.answered == 2; });
    CHECK(f.failed == 0);
    auto const bound = f.all<events::bound>();
    REQUIRE(bound.size() == 2);
    CHECK(f.sessions == std::vector{bound[0].session_id, bound[1].session_id});
    CHECK(bound[0].session_id != bound[1].session_id);
    auto const discarded = f.all<events::discarded>();
    REQUIRE(discarded.size() == 1);
    CHECK(discarded[0].session_id == bound[0].session_id);
    CHECK(discarded[0].why.is(errc::cancelled));
    CHECK(f.count(kind::established) == 2);
    CHECK(f.count(kind::closed) == 0);
    CHECK(f.dc->exchanges == 1);
    CHECK(f.dc->connections == 1);
}

TEST_CASE("a renewal does not wait for ever")
{
    fixture f([](client_options& options) { options.renewal_patience = 30ms; });
    f.hold = true;
    f.start_call();
    f.wait([&] { return f.held.size() == 1; });
    f.hold = false;
    f.tg->renew_session();
    f.wait([&] { return f.answered == 1; });
    CHECK(f.failed == 0);
    REQUIRE(f.sessions.size() == 2);
    CHECK(f.sessions[0] != f.sessions[1]);
}

TEST_CASE("a session has a lifetime where one is wanted")
{
    fixture f([](client_options& options) { options.session_lifetime = 60ms; });
    f.wait([&] { return f.count(kind::discarded) >= 2; });
    CHECK(f.call());
    CHECK(f.count(kind::closed) == 0);
    CHECK(f.dc->exchanges == 1);
}

TEST_CASE("a temporary key is renewed before it expires")
{
    // An engine stops using such a key a minute before its end.
    fixture f([](client_options& options) {
        options.temporary_keys = true;
        options.temporary_key_lifetime = 61s;
    });
    CHECK(f.call());
    CHECK(f.dc->temporary_exchanges == 1);
    f.wait([&] { return f.dc->temporary_exchanges >= 2; });
    CHECK(f.call());
    CHECK(f.dc->exchanges == 1);
    auto const keys = f.all<events::key_created>();
    CHECK_FALSE(keys[0].temporary);
    CHECK(keys[1].temporary);
    auto const discarded = f.all<events::discarded>();
    REQUIRE_FALSE(discarded.empty());
    CHECK(discarded[0].session_id == f.sessions[0]);
    CHECK(f.sessions.back() != f.sessions[0]);
}

TEST_CASE("a server that forgot the session is told everything anew")
{
    fixture f;
    CHECK(f.call());
    auto updates = f.tg->subscribe();
    // The key stays known, what belonged to the session does not.
    f.dc->peers().clear();
    f.dc->close_connections();
    f.wait([&] { return f.count(kind::new_session) == 2; });
    CHECK(f.call());
    CHECK(f.dc->introductions >= 2);
    auto const missed = test::run(f.io, updates.next_raw());
    REQUIRE(missed.has_value());
    CHECK(tl::reader(*missed).peek_id() == api::updatesTooLong::tl_id);
}

TEST_CASE("updates are fetched after a reconnection, unless that is not wanted")
{
    for (bool const wanted : {true, false}) {
        fixture f([&](client_options& options) { options.updates_after_reconnect = wanted; });
        auto updates = f.tg->subscribe();
        f.dc->close_connections();
        f.wait([&] { return f.count(kind::bound) == 2; });
        auto const missed = test::run(f.io, updates.next_raw(std::chrono::steady_clock::now() + 50ms));
        CHECK(missed.has_value() == wanted);
        CHECK(f.count(kind::new_session) == 1);
    }
}

TEST_CASE("a move to another data centre is told")
{
    asio::io_context io;
    auto const right = std::make_shared<test::server>(io.get_executor(), 4, [](test::peer& from, const session::request& call) {
        fixture::answer(from, call.msg_id);
    });
    auto const wrong = std::make_shared<test::server>(io.get_executor(), 2, [](test::peer& from, const session::request& call) {
        from.fail(call.msg_id, 303, "PHONE_MIGRATE_4");
    });
    right->start();
    wrong->start();
    auto options = wrong->options();
    options.data_centres.push_back(right->address());
    std::vector<std::pair<int, kind>> seen;
    int from = 0;
    options.on_event = [&](const client_event& event) {
        seen.emplace_back(event.dc, event.kind());
        if (auto const* const moved = event.get_if<events::migrated>())
            from = moved->from;
    };
    client tg(io, options);
    REQUIRE(test::run(io, tg.connect()).has_value());
    method const request;
    REQUIRE(test::run(io, tg.invoke_raw(tl::encode(request).value())).has_value());
    auto const at = [&](int dc, kind what) { return std::find(seen.begin(), seen.end(), std::pair(dc, what)) - seen.begin(); };
    auto const size = static_cast<std::ptrdiff_t>(seen.size());
    CHECK(from == 2);
    CHECK(at(2, kind::established) < at(4, kind::migrated));
    CHECK(at(4, kind::migrated) < at(4, kind::bound));
    CHECK(at(4, kind::established) < size);
    CHECK(at(2, kind::discarded) < size); // nothing is expected of the old one
    CHECK(at(2, kind::closed) < size);
    right->stop();
    wrong->stop();
}
