// Credentials of TLS ports whose certificate can be replaced while they are open.
#pragma once

#include <mtproto/proxy/server_options.hpp>

#include <grpc/grpc_security.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/version_info.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace mtproto::proxy::detail {

/// The certificate of a server. gRPC asks for it before each handshake, on threads of its own, so this must outlive the
/// grpc::Server. Thread safe, but for for_port().
class certificates
{
public:
    explicit certificates(tls_certificate first) : current_(std::move(first)) {}
    certificates(const certificates&) = delete;
    certificates& operator=(const certificates&) = delete;

    /// For new connections; those that are open keep theirs.
    void replace(tls_certificate next)
    {
        std::lock_guard const lock(mutex_);
        current_ = std::move(next);
        ++version_;
    }

    /// Credentials for one port: gRPC remembers for each by itself what it was given last.
    std::shared_ptr<grpc::ServerCredentials> for_port()
    {
        auto& one = ports_.emplace_back(*this);
        return std::make_shared<credentials>(grpc_ssl_server_credentials_create_with_options(
            grpc_ssl_server_credentials_create_options_using_config_fetcher(
                current_.client_ca.empty() ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                                           : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY,
                &fetch, &one)));
    }

private:
    struct port
    {
        explicit port(certificates& c) : of(c) {}
        certificates& of;
        std::uint64_t seen = 0; ///< version that gRPC has; under the mutex
    };

    /// gRPC's C++ has no name for credentials that ask.
    class credentials final : public grpc::ServerCredentials
    {
    public:
        void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {} // nobody sets one
#if GRPC_CPP_VERSION_MAJOR == 1 && GRPC_CPP_VERSION_MINOR < 54
        explicit credentials(grpc_server_credentials* c) : owned_(c, &grpc_server_credentials_release) {}

    private:
        int AddPortToServer(const std::string& address, grpc_server* server) override
        {
            return grpc_server_add_http2_port(server, address.c_str(), owned_.get());
        }
        std::unique_ptr<grpc_server_credentials, decltype(&grpc_server_credentials_release)> owned_;
#else
        explicit credentials(grpc_server_credentials* c) : grpc::ServerCredentials(c) {}
#endif
    };

    static grpc_ssl_certificate_config_reload_status fetch(void* asking, grpc_ssl_server_certificate_config** into)
    {
        auto& at = *static_cast<port*>(asking);
        std::lock_guard const lock(at.of.mutex_);
        if (at.seen == at.of.version_)
            return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
        auto const& now = at.of.current_;
        grpc_ssl_pem_key_cert_pair const pair{now.private_key.c_str(), now.chain.c_str()};
        // gRPC 1.51 aborts without an authority, even where no client is asked for a certificate; then any will do.
        auto const& authority = now.client_ca.empty() ? now.chain : now.client_ca;
        *into = grpc_ssl_server_certificate_config_create(authority.c_str(), &pair, 1);
        if (!*into)
            return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_FAIL;
        at.seen = at.of.version_;
        return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
    }

    std::mutex mutex_{};
    tls_certificate current_;
    std::uint64_t version_ = 1;
    std::deque<port> ports_{};
};

} // namespace mtproto::proxy::detail
