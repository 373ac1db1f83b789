// The server, compiled: include in exactly one translation unit of a program that has a proxy::server.
#pragma once

#include <mtproto/proxy/server.hpp>

#include <mtproto/proxy/detail/src_router.hpp>
#include <mtproto/proxy/listen_address.hpp>

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

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

    inline std::shared_ptr<grpc::ServerCredentials> credentials(const tls_certificate& tls)
    {
        if (tls.empty())
            return grpc::InsecureServerCredentials();
        grpc::SslServerCredentialsOptions options(tls.client_ca.empty()
                                                      ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                                                      : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
        options.pem_root_certs = tls.client_ca;
        options.pem_key_cert_pairs.push_back({tls.private_key, tls.chain});
        return grpc::SslServerCredentials(options);
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
        auto const tcp = detail::credentials(hub_.options.tls);
        for (std::size_t i = 0; i < addresses->size(); ++i) {
            auto const& at = (*addresses)[i];
            bool const local = at.from == listen_address::reach::unix_socket;
            if (local && detail::is_in_use(at.host))
                return error(errc::connect_failed, "another server listens on " + at.text());
            builder.AddListeningPort(at.text(), local ? grpc::InsecureServerCredentials() : tcp, &ports[i]);
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
            return error(errc::connect_failed, "cannot listen on " + all +
                                                   (hub_.options.tls.empty() ? ": is an address in use?"
                                                                             : ": an address is in use, or the certificate or its key is no good"));
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
            note("listening on " + at.text() + (at.from == listen_address::reach::unix_socket || hub_.options.tls.empty() ? "" : " with TLS"));
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

    void drain()
    {
        if (hub_.draining.exchange(true))
            return;
        note("draining");
        hub_.post([this] {
            auto const open = hub_.streams;
            for (auto* const stream : open)
                if (hub_.streams.contains(stream))
                    stream->handler()->on_drain(*stream);
        });
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
        std::size_t count = 0, bytes = 0, deepest = 0;
        at.log.publish(batch, [&](const log_entry<grpc::Slice>& one) {
            ++count;
            bytes += one.size;
            for (auto* const listener : at.listeners)
                listener->entered(one);
        });
        for (auto next = at.listeners.begin(); next != at.listeners.end();) {
            auto* const listener = *next++; // a slow one leaves
            listener->pump();
            deepest = (std::max)(deepest, listener->waiting());
        }
        if (hub_.watch) {
            hub_.watch->updates_published(at.name, count, bytes);
            hub_.watch->queue_depth(at.name, deepest);
        }
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
void server::drain() { core_->drain(); }
void server::shutdown() { core_->stop(core_->options().drain_time); }

} // namespace mtproto::proxy
