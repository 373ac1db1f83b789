// The proxy's client against a real server whose account and API are made up here.
#include <mtproto/proxy/client.hpp>
#include <mtproto/proxy/server.hpp>

#include <mtproto/api/methods/help.hpp>
#include <mtproto/api/types/core_n.hpp>

#include "catch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

#include <condition_variable>
#include <future>

using namespace mtproto;
using namespace std::chrono_literals;

namespace {

using bytes = std::vector<std::byte>;

bytes to_bytes(std::string_view text)
{
    auto const all = std::as_bytes(std::span(text));
    return {all.begin(), all.end()};
}

/// Knows one method, and lets protobuf through as it is.
class one_method final : public proxy::api_bridge
{
public:
    proxy::served_method find(std::string_view rpc) const override
    {
        if (rpc != "HelpGetNearestDc")
            return {};
        return {"HelpGetNearestDc", "help.getNearestDc", this};
    }
    result<bytes> request_to_tl(const proxy::served_method&, proxy::bytes_view protobuf) const override
    {
        return bytes(protobuf.begin(), protobuf.end());
    }
    result<bytes> result_to_protobuf(const proxy::served_method&, proxy::bytes_view tl, proxy::bytes_view) const override
    {
        return bytes(tl.begin(), tl.end());
    }
};

/// Answers at once with `answer`, or holds the call until it is cancelled.
class scripted_account final : public proxy::account
{
public:
    void call(proxy::call_id id, bytes, std::chrono::milliseconds, completion done) override
    {
        std::unique_lock lock(mutex_);
        if (hold) {
            held_[id] = std::move(done);
            changed_.notify_all();
            return;
        }
        auto const given = answer;
        lock.unlock();
        done(given);
    }
    void cancel(proxy::call_id id) override
    {
        std::unique_lock lock(mutex_);
        auto const found = held_.find(id);
        if (found == held_.end())
            return;
        auto done = std::move(found->second);
        held_.erase(found);
        ++cancelled_;
        changed_.notify_all();
        lock.unlock();
        done(errc::cancelled);
    }
    bool connected() const override { return true; }
    bool wait_held()
    {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, 5s, [&] { return !held_.empty(); });
    }
    bool wait_cancelled()
    {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, 5s, [&] { return cancelled_ > 0; });
    }

    result<bytes> answer = errc::not_connected;
    bool hold = false;

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<proxy::call_id, completion> held_;
    int cancelled_ = 0;
};

struct world
{
    std::shared_ptr<scripted_account> account = std::make_shared<scripted_account>();
    std::unique_ptr<proxy::server> server;
    boost::asio::io_context io;
    proxy::client_options options;

    explicit world(proxy::server_options with = {})
    {
        api::nearestDc nearest;
        nearest.country = "NL";
        nearest.this_dc = 2;
        nearest.nearest_dc = 4;
        account->answer = to_bytes(tl::to_protobuf(api::NearestDc(nearest)).value());
        start(with, "127.0.0.1:0");
    }
    void start(proxy::server_options with, std::string at)
    {
        with.listen = {std::move(at)};
        with.drain_time = 200ms;
        server = std::make_unique<proxy::server>(with, std::make_shared<one_method>());
        REQUIRE(server->add_account("one", account).has_value());
        auto const up = server->start();
        INFO((up ? std::string() : up.error().message()));
        REQUIRE(up.has_value());
        options.address = "127.0.0.1:" + std::to_string(server->ports().at(0));
    }
    template <class T>
    T run(task<T> what)
    {
        auto done = boost::asio::co_spawn(io, std::move(what), boost::asio::use_future);
        io.restart();
        io.run();
        return done.get();
    }
};

result<api::NearestDc> ask(world& w, proxy::client& tg, proxy::call_options how = {})
{
    api::help::getNearestDc const request;
    return w.run(tg.invoke(request, how));
}

} // namespace

TEST_CASE("a call goes through and comes back typed", "[proxy][client]")
{
    world w;
    proxy::client tg(w.io, w.options);
    for (int i = 0; i < 3; ++i) {
        auto const nearest = ask(w, tg);
        REQUIRE(nearest.has_value());
        CHECK(tl::get_if<api::nearestDc>(*nearest)->country == "NL");
        CHECK(tl::get_if<api::nearestDc>(*nearest)->nearest_dc == 4);
    }
}

TEST_CASE("Telegram's errors look as they do without a proxy", "[proxy][client]")
{
    world w;
    proxy::client tg(w.io, w.options);
    w.account->answer = error::from_rpc(420, "FLOOD_WAIT_17");
    auto const flood = ask(w, tg).error();
    CHECK(flood == error::from_rpc(420, "FLOOD_WAIT_17"));
    CHECK(flood.is_rpc("FLOOD_WAIT"));
    CHECK(flood.seconds() == 17);
    for (auto const kind : {errc::not_connected, errc::timed_out, errc::cancelled, errc::session_lost, errc::auth_key_unknown}) {
        w.account->answer = kind;
        CHECK(ask(w, tg).error().is(kind));
    }
    w.account->answer = to_bytes("\xff\xff\xff");
    CHECK(ask(w, tg).error().is(errc::wrong_result));
    w.account->answer = error(errc::bad_argument, "this and that");
    CHECK(ask(w, tg).error() == error(errc::bad_argument, "bad argument: this and that"));
}

TEST_CASE("deadlines and cancellation reach the account", "[proxy][client]")
{
    world w;
    w.account->hold = true;
    proxy::client tg(w.io, w.options);
    proxy::call_options how;
    how.timeout = 50ms;
    CHECK(ask(w, tg, how).error().is(errc::timed_out));
    CHECK(w.account->wait_cancelled());
}

TEST_CASE("a cancelled call is dropped", "[proxy][client]")
{
    world w;
    w.account->hold = true;
    proxy::client tg(w.io, w.options);
    boost::asio::cancellation_signal signal;
    api::help::getNearestDc const request;
    std::optional<result<api::NearestDc>> got;
    boost::asio::co_spawn(w.io, tg.invoke(request),
                          boost::asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr, result<api::NearestDc> r) {
                              got.emplace(std::move(r));
                          }));
    std::thread other([&] {
        (void)w.account->wait_held();
        boost::asio::post(w.io, [&] { signal.emit(boost::asio::cancellation_type::terminal); });
    });
    w.io.run();
    other.join();
    REQUIRE(got);
    CHECK(got->error().is(errc::cancelled));
    CHECK(w.account->wait_cancelled());
}

TEST_CASE("destruction ends what is under way", "[proxy][client]")
{
    world w;
    w.account->hold = true;
    auto tg = std::make_unique<proxy::client>(w.io, w.options);
    api::help::getNearestDc const request;
    auto done = boost::asio::co_spawn(w.io, tg->invoke(request), boost::asio::use_future);
    std::thread other([&] {
        (void)w.account->wait_held();
        tg.reset();
    });
    w.io.run();
    other.join();
    CHECK(done.get().error().is(errc::not_connected));
}

TEST_CASE("a proxy that is not there, and one that refuses", "[proxy][client]")
{
    proxy::server_options with;
    with.tokens.push_back({"few", "0123456789abcdef", {"Messages*"}});
    world w(with);
    {
        proxy::client tg(w.io, w.options);
        auto const why = ask(w, tg).error();
        INFO(why.message());
        CHECK(why.is(errc::refused));
        CHECK(why.number() == 16);
    }
    w.options.token = "0123456789abcdef";
    {
        proxy::client tg(w.io, w.options);
        CHECK(ask(w, tg).error().is(errc::refused));
    }
    w.options.address = "192.0.2.1:1"; // never connected to: the token would travel in the clear
    {
        proxy::client tg(w.io, w.options);
        CHECK(ask(w, tg).error().is(errc::bad_argument));
    }
    w.options.address = "127.0.0.1:1";
    {
        proxy::client tg(w.io, w.options);
        CHECK(ask(w, tg).error().is(errc::not_connected));
        tg.close();
        CHECK(ask(w, tg).error().is(errc::not_connected));
    }
    w.options.address = "nonsense";
    {
        proxy::client tg(w.io, w.options);
        CHECK(ask(w, tg).error().is(errc::bad_argument));
    }
}

namespace {

/// What a test needs of an update.
struct seen
{
    std::string cursor{};
    std::optional<api::NearestDc> update{}; // any type will do
    std::vector<api::NearestDc> users{};
    std::vector<api::NearestDc> chats{};
    bool reset = false;
    std::vector<std::int64_t> reset_channels{};
};

proxy::published_batch batch_of(int number, std::string kind = "updateTest")
{
    api::nearestDc dc;
    dc.this_dc = number;
    proxy::published_batch batch;
    batch.updates.push_back({std::move(kind), to_bytes(tl::to_protobuf(api::NearestDc(dc)).value())});
    return batch;
}

} // namespace

TEST_CASE("updates come with a cursor, and go on from it", "[proxy][client]")
{
    world w;
    proxy::client tg(w.io, w.options);
    auto listener = tg.updates();
    REQUIRE(w.run(listener.open()).has_value());
    auto const begin = listener.cursor();
    CHECK_FALSE(begin.empty());
    for (int i = 1; i <= 3; ++i)
        w.server->publish("one", batch_of(i));
    auto const number = [](const result<seen>& of) { return of ? tl::get_if<api::nearestDc>(*of->update)->this_dc : -1; };
    CHECK(number(w.run(listener.next<seen>())) == 1);
    auto const second = w.run(listener.next<seen>());
    CHECK(number(second) == 2);
    CHECK(listener.cursor() == second->cursor);

    // Another program goes on where this one is.
    auto later = tg.updates(second->cursor);
    CHECK(number(w.run(later.next<seen>())) == 3);
    // And one from the beginning, for one kind only.
    w.server->publish("one", batch_of(4, "updateOther"));
    auto other = tg.updates(begin, {"updateOther"});
    CHECK(number(w.run(other.next<seen>())) == 4);

    proxy::published_batch lost;
    lost.reset = true;
    lost.reset_channels = {5, -6};
    w.server->publish("one", lost);
    auto const told = w.run(other.next<seen>());
    REQUIRE(told.has_value());
    CHECK(told->reset);
    CHECK(told->reset_channels == std::vector<std::int64_t>{5, -6});
    CHECK_FALSE(told->update);
}

TEST_CASE("a listener survives its client's end and says when the proxy goes", "[proxy][client]")
{
    world w;
    auto tg = std::make_unique<proxy::client>(w.io, w.options);
    auto listener = tg->updates();
    REQUIRE(w.run(listener.open()).has_value());
    {
        proxy::client another(w.io, w.options);
        auto told = another.updates();
        REQUIRE(w.run(told.open()).has_value());
        auto done = boost::asio::co_spawn(w.io, told.next<seen>(), boost::asio::use_future);
        std::thread other([&] { w.server->shutdown(); });
        w.io.restart();
        w.io.run();
        other.join();
        auto const why = done.get().error();
        INFO(why.message());
        CHECK(why.is(errc::not_connected));
    }
    tg.reset();
    CHECK(w.run(listener.next<seen>()).error().is(errc::not_connected));
}
