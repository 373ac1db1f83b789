// What the daemon counts, and the page where Prometheus reads it.
#pragma once

#include <mtproto/error.hpp>
#include <mtproto/proxy/observer.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace mtproto::daemon {

/// An observer that counts calls, latencies, updates and listeners, and writes calls to the log.
///
/// Thread safe. Its labels are names of methods, kinds of updates, status codes, accounts and tokens: nothing
/// that a client can choose freely.
class metrics final : public proxy::observer
{
public:
    metrics();
    ~metrics() override;
    metrics(const metrics&) = delete;
    metrics& operator=(const metrics&) = delete;

    /// Serves the page http://HOST:PORT/metrics from now on; "9464" stands for 127.0.0.1:9464, port 0 for a free one.
    /// Returns where it listens. Fails with bad_argument for an address that others can reach, connect_failed if taken.
    result<std::string> serve(const std::string& address);
    /// The page's text.
    std::string text() const;

    // Of accounts, told by their clients.
    /// `connected` is asked whenever the page is read, from its thread.
    void account_added(std::string_view account, std::function<bool()> connected);
    void account_reconnected(std::string_view account);
    void flood_waited(std::string_view account, double seconds);

    void call_started(const proxy::call_info&) override;
    void call_finished(const proxy::call_info&, const proxy::call_outcome&) override;
    void listener_opened(const proxy::call_info&) override;
    void listener_closed(const proxy::call_info&, bool dropped) override;
    void updates_published(std::string_view account, std::string_view kind, std::size_t updates, std::size_t bytes) override;
    void updates_sent(std::string_view account, std::size_t updates, std::size_t bytes) override;
    void updates_dropped(std::string_view account, std::size_t updates) override;
    void queue_depth(std::string_view account, std::size_t updates) override;
    void note(std::string_view text) override;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace mtproto::daemon
