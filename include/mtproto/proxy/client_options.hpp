// How a proxy's client is set up: client_options, call_options.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace mtproto::proxy {

/// Where the proxy is, and who we are to it; the defaults reach `mtprotod` on this machine.
struct client_options
{
    std::string address = "127.0.0.1:11011"; ///< "host:port" or "unix:/path"
    std::string account{};                   ///< its name in the proxy; empty: the only one, or the first that the token allows
    std::string token{};                     ///< empty: none is sent

    bool tls = false;
    std::string root_ca{};     ///< PEM text of who signs the proxy's certificate; empty: whom the system trusts
    std::string certificate{}; ///< our own, and its key, as PEM text: where the proxy wants client certificates
    std::string private_key{};
    std::string server_name{}; ///< the name in the proxy's certificate, if it is not the address's host
    /// Sends the token to another machine without TLS, where something else encrypts.
    bool allow_plaintext = false;

    std::size_t max_reply = 64u << 20; ///< bytes of one answer
    /// Silence after which the connection is probed; shorter than five minutes a server may find impolite.
    std::chrono::milliseconds keepalive = std::chrono::minutes(6);
};

/// How one call is made.
struct call_options
{
    /// From now; the call then completes with errc::timed_out, and Telegram is told to drop it. None: no limit.
    std::optional<std::chrono::steady_clock::duration> timeout{};
};

} // namespace mtproto::proxy
