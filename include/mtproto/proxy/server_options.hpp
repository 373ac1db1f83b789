// How a proxy's server is set up: server_options, access_token, tls_certificate.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace mtproto::proxy {

/// Who may call, and what.
struct access_token
{
    std::string name{};   ///< for logs and metrics; never the secret
    std::string secret{}; ///< what clients send as `authorization: Bearer <secret>`; at least 16 characters
    /// The rpcs that it allows, with `*` for any characters: "Messages*", "*Get*", "ListenOnUpdates". What a wrapper such as
    /// InvokeWithoutUpdates carries is checked as well. Empty: none at all.
    std::vector<std::string> methods{"*"};
    /// Taken from what `methods` allows.
    std::vector<std::string> denied{};
    /// Names of accounts; empty: all.
    std::vector<std::string> accounts{};
    double calls_per_second = 0; ///< 0: no limit
    double burst = 0;            ///< calls at once after silence; 0: one second's worth
    std::size_t max_calls = 0;   ///< under way at once; 0: server_options::max_calls
    std::size_t max_streams = 0; ///< the same for streams
};

/// A certificate as PEM text, not as names of files.
struct tls_certificate
{
    std::string chain{};       ///< the server's certificate and those that sign it
    std::string private_key{}; ///< wiped by nobody: gRPC keeps copies
    /// If there is one, clients must show a certificate that it signs (mTLS).
    std::string client_ca{};

    bool empty() const noexcept { return chain.empty() && private_key.empty(); }
};

/// Everything that a server needs to know; the defaults serve programs on the same machine.
struct server_options
{
    /// "127.0.0.1:11011", "[::1]:0", "unix:/run/mtprotod.sock". Port 0 takes a free one, see server::ports().
    /// What is reachable from other machines needs tokens or client_ca, and TLS, or start() refuses.
    std::vector<std::string> listen{"127.0.0.1:11011"};
    tls_certificate tls{}; ///< of all TCP addresses; unix sockets have none
    /// Listens beyond loopback without TLS, where something else encrypts (a mesh, a VPN). Tokens travel in the clear.
    bool allow_plaintext = false;
    unsigned socket_mode = 0600; ///< of unix sockets

    /// Without tokens everyone who can connect may call everything.
    std::vector<access_token> tokens{};
    bool reflection = true; ///< grpc.reflection.v1 and v1alpha; needs a token if there are tokens
    /// grpc.health.v1 of service "" needs no token; that of accounts always does.
    bool health_without_token = false;

    std::size_t max_request = 4u << 20;  ///< bytes of a message that a client sends
    std::size_t max_reply = 64u << 20;   ///< bytes of a message that a client gets
    std::size_t max_calls = 1024;        ///< under way at once, per token (all clients together where there are no tokens)
    std::size_t max_streams = 2048;      ///< the same for streams
    std::size_t max_streams_per_connection = 4096; ///< calls and streams of one connection; what HTTP/2 is told

    /// Longest that a call may take, whatever its client asks for; zero: no limit.
    std::chrono::milliseconds max_deadline{0};
    /// Longest that calls under way are waited for by server::shutdown().
    std::chrono::milliseconds drain_time{10000};
    /// Silence after which a connection is probed; a dead listener is gone after this and 20 seconds.
    std::chrono::milliseconds keepalive{60000};

    std::size_t listener_queue = 4096;     ///< updates that wait for one listener; beyond, it is told and dropped
    std::size_t update_log = 16384;        ///< updates kept per account for listeners that come back
    std::size_t update_log_bytes = 32u << 20; ///< and their bytes
};

} // namespace mtproto::proxy
