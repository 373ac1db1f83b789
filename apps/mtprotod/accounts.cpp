// The clients. The only file of the daemon that compiles the library's client.

#include "accounts.hpp"

#include "pump.hpp"

#include "log.hpp"
#include "logged_account.hpp"
#include "redact.hpp"

#include <mtproto/client/client.hpp>
#include <mtproto/client/environment.hpp>
#include <mtproto/proxy/client_account.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_future.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

namespace mtproto::daemon {

using namespace std::chrono_literals;

namespace {

/// Failures that no new attempt mends.
bool is_final(const error& why)
{
    for (auto const kind : {errc::bad_argument, errc::storage_failed, errc::storage_locked, errc::auth_key_unknown})
        if (why.is(kind))
            return true;
    return why.is(errc::rpc) && why.number() == 401;
}

} // namespace

struct accounts::state
{
    struct served
    {
        std::string name;
        std::optional<client> tg;
        std::atomic<bool> was_connected = false;
        std::string update_trouble; // on io's thread
        bool reported = false; // under the mutex: the first attempt is over
        std::shared_ptr<proxy::account> account;
    };

    explicit state(std::shared_ptr<metrics> c) : counts(std::move(c)) {}

    std::shared_ptr<metrics> counts;
    boost::asio::io_context io{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{io.get_executor()};
    std::deque<served> all; // addresses are kept
    bool closed = false; // on io's thread
    std::thread thread;

    std::mutex mutex; // of the next two and `reported`
    std::optional<error> hopeless;
    std::condition_variable changed;

    void report(served& one, const result<>& attempt)
    {
        std::lock_guard const lock(mutex);
        one.reported = true;
        if (!attempt && is_final(attempt.error()) && !hopeless)
            hopeless = attempt.error();
        changed.notify_all();
    }

    void on_event(served& one, const client_event& event)
    {
        using kind = client_event_kind;
        auto const seconds = [](auto time) { return std::chrono::duration<double>(time).count(); };
        switch (event.kind()) {
        case kind::bound:
            if (one.was_connected.exchange(true))
                counts->account_reconnected(one.name);
            log_info("connected", {{"account", one.name}, {"dc", event.dc}});
            break;
        case kind::closed: {
            auto const wait = event.get_if<events::closed>()->retry_in;
            log_info("disconnected",
                     {{"account", one.name}, {"dc", event.dc}, {"why", event.why()}, {"retry_in", wait ? seconds(*wait) : 0}});
            break;
        }
        case kind::flood_wait: {
            auto const wait = seconds(event.get_if<events::flood_wait>()->wait);
            counts->flood_waited(one.name, wait);
            log_warning("flood wait", {{"account", one.name}, {"seconds", wait}});
            break;
        }
        case kind::session_ended:
            log_error("session ended, sign in again", {{"account", one.name}, {"why", event.why()}});
            break;
        case kind::storage_error:
            log_error("session not saved", {{"account", one.name}, {"why", event.why()}});
            break;
        default: log_debug(to_string(event.kind()), {{"account", one.name}, {"dc", event.dc}}); break;
        }
    }

    task<void> pause(std::chrono::seconds how_long)
    {
        boost::asio::steady_timer timer(io, how_long);
        boost::system::error_code ignored;
        co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    }

    static task<void> run(state& self, served& one, proxy::server& server)
    {
        for (auto wait = 1s;; wait = std::min(2 * wait, std::chrono::seconds(60))) {
            auto const up = co_await one.tg->connect();
            if (self.closed)
                co_return;
            self.report(one, up);
            if (up)
                break;
            log_error("cannot connect", {{"account", one.name}, {"why", up.error()}, {"retry", !is_final(up.error())}});
            if (is_final(up.error()))
                co_return;
            co_await self.pause(wait);
            if (self.closed)
                co_return;
        }
        auto const failed = [&one](const error& why) {
            // Said once for each kind: it is tried again and again.
            if (std::exchange(one.update_trouble, why.message()) != why.message())
                log_warning("no updates", {{"account", one.name}, {"why", why}});
        };
        auto pumping = publish_updates(*one.tg, server, one.name, failed);
        (void)co_await std::move(pumping);
    }
};

accounts::accounts(std::vector<session> sessions, std::shared_ptr<metrics> counts)
    : state_(std::make_unique<state>(std::move(counts)))
{
    for (auto& from : sessions) {
        auto& one = state_->all.emplace_back();
        one.name = from.name;
        client_options options;
        options.device_model = "mtprotod";
        options.storage = std::move(from.storage);
        options.test_mode = from.test;
        options.use_environment = from.address.empty();
        if (from.dc != 0)
            options.dc = from.dc;
        if (!from.public_key.empty())
            if (auto key = crypto::rsa_public_key::from_pem(from.public_key))
                options.keys.push_back(std::move(*key));
        if (!from.address.empty())
            if (auto address = parse_endpoint(from.address))
                options.data_centres.push_back({options.dc, std::move(*address), false});
        options.on_event = [raw = state_.get(), &one](const client_event& event) { raw->on_event(one, event); };
        one.tg.emplace(state_->io, std::move(options));
        one.account = std::make_shared<logged_account>(one.name, std::make_shared<proxy::client_account>(*one.tg));
        state_->counts->account_added(one.name, [weak = std::weak_ptr(one.account)] {
            auto const alive = weak.lock();
            return alive && alive->connected();
        });
    }
}

accounts::~accounts() { close(); }

result<> accounts::serve(proxy::server& server)
{
    for (auto& one : state_->all)
        if (auto const added = server.add_account(one.name, one.account); !added)
            return added;
    for (auto& one : state_->all)
        boost::asio::co_spawn(state_->io, state::run(*state_, one, server), boost::asio::detached);
    state_->thread = std::thread([raw = state_.get()] { raw->io.run(); });
    return {};
}

result<> accounts::wait_for_first_connections(std::chrono::seconds at_most)
{
    std::unique_lock lock(state_->mutex);
    state_->changed.wait_for(lock, at_most, [&] {
        return state_->hopeless ||
               std::all_of(state_->all.begin(), state_->all.end(), [](const state::served& one) { return one.reported; });
    });
    if (state_->hopeless)
        return *state_->hopeless;
    return {};
}

void accounts::close()
{
    if (!state_ || !state_->thread.joinable())
        return;
    boost::asio::post(state_->io, [raw = state_.get()] { raw->closed = true; });
    for (auto& one : state_->all)
        (void)boost::asio::co_spawn(state_->io, one.tg->close(), boost::asio::use_future).get();
    state_->work.reset();
    state_->io.stop();
    state_->thread.join();
}

} // namespace mtproto::daemon
