// The gRPC server: accounts go in, any language calls them.
//
// Only declarations, and none of gRPC's: one translation unit of the program includes <mtproto/proxy/src.hpp> as well.
#pragma once

#include <mtproto/proxy/account.hpp>
#include <mtproto/proxy/api_bridge.hpp>
#include <mtproto/proxy/observer.hpp>
#include <mtproto/proxy/published.hpp>
#include <mtproto/proxy/server_options.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mtproto::proxy {

/// Serves accounts over gRPC: the methods of the API, ListenOnUpdates, grpc.health.v1, reflection.
///
///     proxy::server server(options, bridge);
///     server.add_account("main", std::make_shared<proxy::client_account>(tg));
///     if (auto const up = server.start(); !up)
///         return up.error();
///     ...
///     server.shutdown();
///
/// Calls name their account in the metadata `mtproto-account`; without it they go to the first one that their token allows.
///
/// Thread safety: all functions may be called from any thread, shutdown() and the destructor not from observers or accounts.
/// Runs one thread of its own besides those of gRPC.
class server
{
public:
    /// `api` knows what is served, and is not null; `watch`, if there is one, hears of everything. Opens nothing: start() does.
    server(server_options options, std::shared_ptr<const api_bridge> api, std::shared_ptr<observer> watch = {});
    server(const server&) = delete;
    server& operator=(const server&) = delete;
    /// Ends what is still running without waiting for it.
    ~server();

    /// Before or after start(). errc::bad_argument for a name that is taken or empty.
    result<> add_account(std::string name, std::shared_ptr<account> what);

    /// Listens and serves. errc::bad_argument with the reason for options that cannot be used, such as an address that
    /// other machines reach without authentication; errc::connect_failed for an address that cannot be taken.
    result<> start();

    /// Of each address in server_options::listen, once started; 0 for unix sockets.
    std::vector<int> ports() const;

    /// Gives updates to the listeners of an account, in the order of the calls. Does not block. For an account that was not
    /// added it does nothing.
    void publish(std::string_view account_name, published_batch batch);

    /// Other tokens and another certificate from now on, for new calls and new connections. What is open stays so, but for the
    /// streams of tokens whose names are gone, which end with UNAUTHENTICATED. Fails with errc::bad_argument and changes
    /// nothing where start() would refuse them, or where TLS or certificates of clients would come or go: that takes a new server.
    /// In force when it returns; not to be called from observers or accounts, nor while another thread starts or ends the server.
    result<> reload(std::vector<access_token> tokens, tls_certificate tls);

    /// From now on new calls are answered UNAVAILABLE, health says NOT_SERVING, streams end with UNAVAILABLE "draining";
    /// calls under way go on. Does not block.
    void drain();

    /// drain(), waits for calls under way up to server_options::drain_time, cancels the rest, stops. The second time: nothing.
    void shutdown();

private:
    class core;
    std::unique_ptr<core> core_;
};

} // namespace mtproto::proxy
