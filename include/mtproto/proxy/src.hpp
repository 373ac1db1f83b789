// The server, compiled: include in exactly one translation unit of a program that has a proxy::server.
#pragma once

#include <mtproto/proxy/server.hpp>

#include <mtproto/crypto/certificate.hpp>
#include <mtproto/proxy/detail/src_router.hpp>
#include <mtproto/proxy/listen_address.hpp>

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <future>
#include <sys/stat.h>

namespace mtproto::proxy {

namespace detail {

/// Whether another process serves on this socket: gRPC would take it away from it.
inline bool is_in_use(const std::string& path)
{
    boost::asio::io_context io;
    boost::asio::local::stream_protocol::socket probe(io);
    boost::system::error_code failed;
    probe.connect(boost::asio::local::stream_protocol::endpoint(path), failed);
    return !failed;
}

inline result<> check(const tls_certificate& tls)
{
    if (tls.empty())
        return {};
    if (auto const pair = crypto::check_key_pair(tls.chain, tls.private_key); !pair)
        return pair;
    return tls.client_ca.empty() ? result<>() : crypto::check_certificates(tls.client_ca);
}

/// Sockets are made with this mode from the beginning; the umask is the process's, so start() should come early.
class file_mode
{
public:
    explicit file_mode(unsigned mode) : before_(::umask(~mode & 0777)) {}
    file_mode(const file_mode&) = delete;
    file_mode& operator=(const file_mode&) = delete;
    ~file_mode() { ::umask(before_); }

private:
    ::mode_t before_;
};

} // namespace detail

class server::core
{
public:
    core(server_options options, std::shared_ptr<const api_bridge> api, std::shared_ptr<observer> watch)
        : addresses_(checked_addresses(options)), hub_(std::move(options), std::move(api), std::move(watch)), router_(hub_)
    {
    }
    core(const core&) = delete;
    core& operator=(const core&) = delete;
    ~core() { stop(std::chrono::milliseconds(0)); }

    result<> add_account(std::string name, std::shared_ptr<account> what)
    {
        return hub_.add_account(std::move(name), std::move(what));
    }

    result<> start()
    {
        if (thread_.joinable() || stopped_)
            return error(errc::bad_argument, "the server was started before");
        if (!addresses_)
            return addresses_.error();
        auto const* const addresses = &*addresses_;

        grpc::ServerBuilder builder;
        std::vector<int> ports(addresses->size(), 0);
        if (auto const good = detail::check(hub_.options.tls); !good)
            return good.error();
        if (!hub_.options.tls.empty())
            hub_.runtime->tls = std::make_unique<detail::certificates>(hub_.options.tls);
        for (std::size_t i = 0; i < addresses->size(); ++i) {
            auto const& at = (*addresses)[i];
            bool const local = at.from == listen_address::reach::unix_socket;
            if (local && detail::is_in_use(at.host))
                return error(errc::connect_failed, "another server listens on " + at.text());
            builder.AddListeningPort(at.text(),
                                     local || !hub_.runtime->tls ? grpc::InsecureServerCredentials() : hub_.runtime->tls->for_port(),
                                     &ports[i]);
        }
        auto const size = [](std::size_t bytes) { return static_cast<int>(std::min<std::size_t>(bytes, 0x7fffffff)); };
        builder.SetMaxReceiveMessageSize(size(hub_.options.max_request));
        builder.SetMaxSendMessageSize(size(hub_.options.max_reply));
        builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, size(hub_.options.max_streams_per_connection));
        // Two servers on one port would share its calls.
        builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
        if (auto const idle = hub_.options.keepalive.count(); idle > 0) {
            builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, static_cast<int>(idle));
            builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20000);
        }
        builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
        builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10000);
        builder.RegisterAsyncGenericService(&hub_.runtime->service);
        auto queue = builder.AddCompletionQueue();
        {
            detail::file_mode const mode(hub_.options.socket_mode);
            hub_.runtime->server = builder.BuildAndStart();
        }
        if (!hub_.runtime->server) {
            queue->Shutdown();
            void* tag = nullptr;
            bool ok = false;
            while (queue->Next(&tag, &ok)) {
            }
            std::string all;
            for (auto const& at : *addresses)
                all += (all.empty() ? "" : ", ") + at.text();
            return error(errc::connect_failed, "cannot listen on " + all + ": is an address in use?");
        }
        for (std::size_t i = 0; i < ports.size(); ++i)
            if ((*addresses)[i].from == listen_address::reach::unix_socket)
                ports[i] = 0;
        ports_ = std::move(ports);
        hub_.runtime->queue = std::move(queue);
        hub_.open();
        for (int i = 0; i < accepting; ++i)
            accept();
        thread_ = std::thread([this] { hub_.run(); });
        for (std::size_t i = 0; i < addresses->size(); ++i) {
            auto at = (*addresses)[i];
            if (ports_[i] != 0)
                at.port = static_cast<std::uint16_t>(ports_[i]);
            note("listening on " + at.text() +
                 (at.from == listen_address::reach::unix_socket || hub_.options.tls.empty() ? "" : " with TLS"));
        }
        return {};
    }

    const std::vector<int>& ports() const noexcept { return ports_; }

    void publish(std::string_view name, published_batch batch)
    {
        auto* const at = hub_.find_account(name);
        if (at)
            hub_.post([this, at, batch = std::move(batch)] { enter(*at, batch); });
    }

    result<> reload(std::vector<access_token> tokens, tls_certificate tls)
    {
        auto next = hub_.options;
        bool const same_kind = next.tls.empty() == tls.empty() && next.tls.client_ca.empty() == tls.client_ca.empty();
        next.tokens = std::move(tokens);
        next.tls = std::move(tls);
        auto good = checked_addresses(next);
        if (!good)
            return good.error();
        if (!same_kind)
            return error(errc::bad_argument, "TLS and certificates of clients cannot come or go while the server runs; "
                                             "start it anew for that");
        if (auto const usable = detail::check(next.tls); !usable)
            return usable.error();
        auto fresh = std::make_shared<const access_control>(next);
        for (auto& token : next.tokens)
            crypto::wipe(std::as_writable_bytes(std::span(token.secret)));
        if (hub_.runtime->tls)
            hub_.runtime->tls->replace(std::move(next.tls));
        if (!thread_.joinable()) {
            hub_.access = std::move(fresh);
            return {};
        }
        // In force when this returns; a server that is closed first lets the promise go.
        auto done = std::make_shared<std::promise<void>>();
        auto const in_force = done->get_future();
        hub_.post([this, fresh = std::move(fresh), done = std::move(done)] {
            hub_.access = fresh;
            end_streams(access_control::unauthenticated(),
                        [&](const detail::rpc_call& call) { return call.by() && !fresh->knows(call.by()->name()); });
            done->set_value();
        });
        in_force.wait();
        return {};
    }

    void drain()
    {
        if (hub_.draining.exchange(true))
            return;
        note("draining");
        hub_.post([this] { end_streams(detail::draining_status(), [](const detail::rpc_call&) { return true; }); });
    }

    void stop(std::chrono::milliseconds patience)
    {
        std::lock_guard const once(stopping_);
        if (std::exchange(stopped_, true))
            return;
        drain();
        if (!thread_.joinable()) {
            hub_.close();
            return;
        }
        auto& runtime = *hub_.runtime;
        if (!wait_for_calls(patience)) {
            hub_.post([this] { cancel_calls(); });
            wait_for_calls(std::chrono::milliseconds(1000));
        }
        // What was said last still has to reach the clients; connections without calls go at once.
        runtime.server->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(patience.count() > 0 ? 1000 : 100));
        // On its thread, so that nothing is started on the queue after its end.
        hub_.post([this] {
            for (auto const& call : live_calls())
                call->abandon();
            hub_.runtime->over = true;
            hub_.close();
            hub_.runtime->queue->Shutdown();
        });
        thread_.join();
        note("stopped");
    }

    const server_options& options() const noexcept { return hub_.options; }

private:
    static constexpr int accepting = 32; ///< calls that gRPC may hand over before it has to wait for us

    void note(const std::string& text)
    {
        if (hub_.watch)
            hub_.watch->note(text);
    }

    void accept()
    {
        auto const next = std::make_shared<detail::rpc_call>(hub_.runtime);
        next->await([this](detail::rpc_call& call) {
            accept();
            router_.route(call);
        });
    }

    void enter(detail::served_account& at, const published_batch& batch)
    {
        std::size_t deepest = 0;
        at.log.publish(batch, [&](const log_entry<grpc::Slice>& one) {
            if (hub_.watch)
                hub_.watch->updates_published(at.name, one.kind, 1, one.size);
            for (auto* const listener : at.listeners)
                listener->entered(one);
        });
        for (auto next = at.listeners.begin(); next != at.listeners.end();) {
            auto* const listener = *next++; // a slow one leaves
            listener->pump();
            deepest = (std::max)(deepest, listener->waiting());
        }
        if (hub_.watch)
            hub_.watch->queue_depth(at.name, deepest);
    }

    template <class Which>
    void end_streams(const call_status& why, Which which)
    {
        auto const open = hub_.streams;
        for (auto* const stream : open)
            if (hub_.streams.contains(stream) && which(*stream))
                stream->handler()->on_stop(*stream, why);
    }

    bool wait_for_calls(std::chrono::milliseconds patience)
    {
        auto& runtime = *hub_.runtime;
        std::unique_lock lock(runtime.mutex);
        return runtime.idle.wait_for(lock, patience, [&] { return runtime.under_way == 0; });
    }
    std::vector<std::shared_ptr<detail::rpc_call>> live_calls()
    {
        std::vector<std::shared_ptr<detail::rpc_call>> all;
        std::lock_guard const lock(hub_.runtime->mutex);
        for (auto* const call : hub_.runtime->live)
            if (auto alive = call->weak_from_this().lock())
                all.push_back(std::move(alive));
        return all;
    }
    void cancel_calls()
    {
        for (auto const& call : live_calls())
            if (auto* const method = dynamic_cast<detail::method_call*>(call->handler()))
                method->cancel(*call);
    }

    result<std::vector<listen_address>> addresses_;
    detail::hub hub_;
    detail::router router_;
    std::vector<int> ports_{};
    std::thread thread_{};
    std::mutex stopping_{};
    bool stopped_ = false;
};

server::server(server_options options, std::shared_ptr<const api_bridge> api, std::shared_ptr<observer> watch)
    : core_(std::make_unique<core>(std::move(options), std::move(api), std::move(watch)))
{
}
server::~server() = default;
result<> server::add_account(std::string name, std::shared_ptr<account> what)
{
    return core_->add_account(std::move(name), std::move(what));
}
result<> server::start() { return core_->start(); }
std::vector<int> server::ports() const { return core_->ports(); }
void server::publish(std::string_view account_name, published_batch batch)
{
    core_->publish(account_name, std::move(batch));
}
result<> server::reload(std::vector<access_token> tokens, tls_certificate tls)
{
    return core_->reload(std::move(tokens), std::move(tls));
}
void server::drain() { core_->drain(); }
void server::shutdown() { core_->stop(core_->options().drain_time); }

} // namespace mtproto::proxy
