#include "metrics.hpp"

#include "commands.hpp"
#include "log.hpp"

#include <mtproto/api/layer.hpp>

#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <exception>
#include <map>
#include <mutex>

namespace mtproto::daemon {

namespace {

using labels = prometheus::Labels;

// From 250 microseconds, what loopback takes, to 30 seconds, what a flood wait takes.
const prometheus::Histogram::BucketBoundaries& latency_buckets()
{
    static const prometheus::Histogram::BucketBoundaries seconds{0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                                 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
    return seconds;
}

/// What is looked up when the page is read: what an operator asks first when a daemon misbehaves.
class facts final : public prometheus::Collectable
{
public:
    void add_account(std::string name, std::function<bool()> connected)
    {
        std::lock_guard const lock(mutex_);
        accounts_.insert_or_assign(std::move(name), std::move(connected));
    }
    std::vector<prometheus::MetricFamily> Collect() const override
    {
        std::vector<prometheus::MetricFamily> out;
        long pages = 0;
        if (std::unique_ptr<std::FILE, int (*)(std::FILE*)> const file(std::fopen("/proc/self/statm", "r"),
                                                                       [](std::FILE* f) { return std::fclose(f); });
            file && std::fscanf(file.get(), "%*s %ld", &pages) == 1)
            out.push_back(gauge("process_resident_memory_bytes", "Resident memory in bytes.",
                                static_cast<double>(pages) * static_cast<double>(::sysconf(_SC_PAGESIZE))));
        out.push_back(gauge("process_start_time_seconds", "Start of the process in seconds since the epoch.", started_));
        prometheus::MetricFamily family = gauge("mtprotod_account_connected", "1 if the account is connected to Telegram.", 0);
        family.metric.clear();
        std::lock_guard const lock(mutex_);
        for (auto const& [name, connected] : accounts_) {
            auto& one = family.metric.emplace_back();
            one.label.push_back({"account", name});
            one.gauge.value = connected() ? 1 : 0;
        }
        if (!family.metric.empty())
            out.push_back(std::move(family));
        return out;
    }

private:
    static prometheus::MetricFamily gauge(const char* name, const char* help, double value)
    {
        prometheus::MetricFamily family;
        family.name = name;
        family.help = help;
        family.type = prometheus::MetricType::Gauge;
        family.metric.resize(1);
        family.metric[0].gauge.value = value;
        return family;
    }
    mutable std::mutex mutex_;
    std::map<std::string, std::function<bool()>> accounts_;
    double started_ =
        std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
};

bool is_loopback(std::string_view host) { return host == "localhost" || host == "[::1]" || host.starts_with("127."); }

/// An RPC error's name, FLOOD_WAIT_17: other texts may quote what a client sent.
std::string error_name(std::string_view message)
{
    bool const name = !message.empty() && std::all_of(message.begin(), message.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
    return name ? std::string(message) : std::string();
}

} // namespace

struct metrics::state
{
    std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
    std::shared_ptr<class facts> facts = std::make_shared<class facts>();

    prometheus::Family<prometheus::Counter>& counter(const char* name, const char* help)
    {
        return prometheus::BuildCounter().Name(name).Help(help).Register(*registry);
    }
    prometheus::Family<prometheus::Gauge>& gauge(const char* name, const char* help)
    {
        return prometheus::BuildGauge().Name(name).Help(help).Register(*registry);
    }

    prometheus::Family<prometheus::Counter>& calls =
        counter("mtprotod_calls_total", "Calls that ended, by method and gRPC status.");
    prometheus::Family<prometheus::Histogram>& seconds = prometheus::BuildHistogram()
                                                             .Name("mtprotod_call_seconds")
                                                             .Help("How long calls took, from arrival to reply.")
                                                             .Register(*registry);
    prometheus::Family<prometheus::Gauge>& in_flight = gauge("mtprotod_calls_in_flight", "Calls and streams under way.");
    prometheus::Family<prometheus::Counter>& request_bytes =
        counter("mtprotod_request_bytes_total", "Bytes of the messages that clients sent.");
    prometheus::Family<prometheus::Counter>& reply_bytes =
        counter("mtprotod_reply_bytes_total", "Bytes of the messages that clients got.");
    prometheus::Family<prometheus::Counter>& token_calls =
        counter("mtprotod_token_calls_total", "Calls that ended, by the token that they were made with.");
    prometheus::Family<prometheus::Counter>& published =
        counter("mtprotod_updates_published_total", "Updates that came from Telegram, by constructor; \"reset\" where some were lost.");
    prometheus::Family<prometheus::Counter>& sent = counter("mtprotod_updates_sent_total", "Updates handed to listeners.");
    prometheus::Family<prometheus::Counter>& dropped =
        counter("mtprotod_updates_dropped_total", "Updates left unsent when a slow listener was dropped.");
    prometheus::Family<prometheus::Gauge>& listeners = gauge("mtprotod_listeners", "Open ListenOnUpdates streams.");
    prometheus::Family<prometheus::Counter>& slow =
        counter("mtprotod_listeners_dropped_total", "Listeners that were dropped because they were too slow.");
    prometheus::Family<prometheus::Gauge>& queue =
        gauge("mtprotod_listener_queue_updates", "Most updates that wait for any one listener.");
    prometheus::Family<prometheus::Counter>& reconnects =
        counter("mtprotod_reconnects_total", "Connections to Telegram that were lost and made again.");
    prometheus::Family<prometheus::Counter>& flood =
        counter("mtprotod_flood_wait_seconds_total", "Seconds that calls waited because Telegram asked for it.");

    /// What one kind of call counts into: found by one search instead of a hash of labels for each metric.
    struct call_counters
    {
        prometheus::Counter* total;
        prometheus::Histogram* seconds;
        prometheus::Counter* request_bytes;
        prometheus::Counter* reply_bytes;
    };
    struct key
    {
        std::string account;
        std::string rpc;
        proxy::status_code code;
        auto operator<=>(const key&) const = default;
    };
    struct key_view
    {
        std::string_view account;
        std::string_view rpc;
        proxy::status_code code;
    };
    struct before
    {
        using is_transparent = void;
        static auto tie(auto const& one)
        {
            return std::tuple<std::string_view, std::string_view, proxy::status_code>(one.account, one.rpc, one.code);
        }
        bool operator()(auto const& a, auto const& b) const { return tie(a) < tie(b); }
    };
    std::mutex mutex;
    std::map<key, call_counters, before> known;

    call_counters counters(const proxy::call_info& call, proxy::status_code code)
    {
        std::lock_guard const lock(mutex);
        auto found = known.find(key_view{call.account, call.rpc, code});
        if (found == known.end()) {
            std::string const account(call.account);
            std::string const rpc(call.rpc);
            labels const method{{"account", account}, {"method", rpc}};
            labels with_code = method;
            with_code["code"] = proxy::name_of(code);
            call_counters const fresh{&calls.Add(with_code), &seconds.Add(method, latency_buckets()),
                                      &request_bytes.Add({{"account", account}}), &reply_bytes.Add({{"account", account}})};
            found = known.emplace(key{account, rpc, code}, fresh).first;
        }
        return found->second;
    }
    // The set of kinds is that of the schema: they are told by what decodes updates, never by a client.
    std::map<std::string, std::map<std::string, prometheus::Counter*, std::less<>>, std::less<>> published_known;
    prometheus::Counter& published_of(std::string_view account, std::string_view kind)
    {
        if (kind.empty())
            kind = "reset";
        std::lock_guard const lock(mutex);
        auto of_account = published_known.find(account);
        if (of_account == published_known.end())
            of_account = published_known.try_emplace(std::string(account)).first;
        auto found = of_account->second.find(kind);
        if (found == of_account->second.end()) {
            auto& fresh = published.Add({{"account", std::string(account)}, {"kind", std::string(kind)}});
            found = of_account->second.emplace(std::string(kind), &fresh).first;
        }
        return *found->second;
    }
    static labels of(std::string_view account) { return {{"account", std::string(account)}}; }

    // Last: it stops before what it reads goes.
    std::unique_ptr<prometheus::Exposer> exposer;
};

metrics::metrics() : state_(std::make_unique<state>())
{
    auto& info = state_->gauge("mtprotod_build_info", "Always 1; the labels say what runs.");
    info.Add({{"version", version()}, {"layer", std::to_string(api::layer)}}).Set(1);
    state_->in_flight.Add({}).Set(0);
}
metrics::~metrics() = default;

result<std::string> metrics::serve(const std::string& address)
{
    auto const colon = address.rfind(':');
    std::string const host = colon == std::string::npos ? "127.0.0.1" : address.substr(0, colon);
    auto const digits = colon == std::string::npos ? address : address.substr(colon + 1);
    int port = -1;
    auto const [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (ec != std::errc() || end != digits.data() + digits.size() || port < 0 || port > 65535)
        return error(errc::bad_argument, "--metrics takes a port, or an address such as 127.0.0.1:9464");
    if (!is_loopback(host))
        return error(errc::bad_argument, "--metrics serves loopback only, since it asks nobody who they are; let a collector "
                                         "on this machine, or an authenticating proxy, read it");
    auto const bound = (host == "localhost" ? std::string("127.0.0.1") : host) + ':' + std::to_string(port);
    try {
        state_->exposer = std::make_unique<prometheus::Exposer>(bound, 1);
    } catch (const std::exception&) {
        return error(errc::connect_failed, "metrics cannot listen on " + bound + "; is the port in use?");
    }
    state_->exposer->RegisterCollectable(state_->registry);
    state_->exposer->RegisterCollectable(state_->facts);
    auto const ports = state_->exposer->GetListeningPorts();
    return bound.substr(0, bound.rfind(':') + 1) + std::to_string(ports.empty() ? port : ports.front());
}

std::string metrics::text() const
{
    auto all = state_->registry->Collect();
    for (auto& family : state_->facts->Collect())
        all.push_back(std::move(family));
    return prometheus::TextSerializer().Serialize(all);
}

void metrics::account_added(std::string_view account, std::function<bool()> connected)
{
    auto const of = state::of(account);
    state_->facts->add_account(std::string(account), std::move(connected));
    state_->reconnects.Add(of);
    state_->listeners.Add(of).Set(0);
    state_->queue.Add(of).Set(0);
    state_->sent.Add(of);
}
void metrics::account_reconnected(std::string_view account) { state_->reconnects.Add(state::of(account)).Increment(); }
void metrics::flood_waited(std::string_view account, double seconds)
{
    state_->flood.Add(state::of(account)).Increment(seconds);
}

void metrics::call_started(const proxy::call_info&) { state_->in_flight.Add({}).Increment(); }

void metrics::call_finished(const proxy::call_info& call, const proxy::call_outcome& outcome)
{
    state_->in_flight.Add({}).Decrement();
    auto const into = state_->counters(call, outcome.status);
    auto const seconds = std::chrono::duration<double>(outcome.duration).count();
    into.total->Increment();
    // A stream's length is its client's affair.
    if (call.rpc != "ListenOnUpdates")
        into.seconds->Observe(seconds);
    into.request_bytes->Increment(static_cast<double>(outcome.request_bytes));
    into.reply_bytes->Increment(static_cast<double>(outcome.reply_bytes));
    if (!call.token.empty())
        state_->token_calls.Add({{"token", std::string(call.token)}, {"code", std::string(proxy::name_of(outcome.status))}})
            .Increment();
    if (logs(log_level::debug))
        log_debug("call", {{"method", call.rpc},
                           {"account", call.account},
                           {"client", call.token},
                           {"peer", call.peer},
                           {"status", proxy::name_of(outcome.status)},
                           {"reason", error_name(outcome.message)},
                           {"seconds", seconds},
                           {"request", outcome.request_bytes},
                           {"reply", outcome.reply_bytes}});
}

void metrics::listener_opened(const proxy::call_info& call)
{
    state_->listeners.Add(state::of(call.account)).Increment();
    log_debug("listener opened", {{"account", call.account}, {"client", call.token}, {"peer", call.peer}});
}
void metrics::listener_closed(const proxy::call_info& call, bool dropped)
{
    state_->listeners.Add(state::of(call.account)).Decrement();
    if (dropped)
        state_->slow.Add(state::of(call.account)).Increment();
    log(dropped ? log_level::warning : log_level::debug, dropped ? "slow listener dropped" : "listener closed",
        {{"account", call.account}, {"client", call.token}, {"peer", call.peer}});
}
void metrics::updates_published(std::string_view account, std::string_view kind, std::size_t updates, std::size_t)
{
    state_->published_of(account, kind).Increment(static_cast<double>(updates));
}
void metrics::updates_sent(std::string_view account, std::size_t updates, std::size_t)
{
    state_->sent.Add(state::of(account)).Increment(static_cast<double>(updates));
}
void metrics::updates_dropped(std::string_view account, std::size_t updates)
{
    state_->dropped.Add(state::of(account)).Increment(static_cast<double>(updates));
}
void metrics::queue_depth(std::string_view account, std::size_t updates)
{
    state_->queue.Add(state::of(account)).Set(static_cast<double>(updates));
}
void metrics::note(std::string_view text) { log_info(text); }

} // namespace mtproto::daemon
