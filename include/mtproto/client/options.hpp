// How a client is set up: client_options, invoke_options.
#pragma once

#include <mtproto/client/data_centres.hpp>
#include <mtproto/client/events.hpp>
#include <mtproto/client/storage.hpp>
#include <mtproto/crypto/random.hpp>
#include <mtproto/crypto/rsa.hpp>
#include <mtproto/transport/frame.hpp>
#include <mtproto/transport/framing.hpp>
#include <mtproto/transport/secret.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <sys/utsname.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace mtproto {

struct client_options;

namespace detail {

class any_transport;

/// Makes what a connection to `dc` talks through. See use_transport().
using transport_factory = std::function<std::unique_ptr<any_transport>(
    boost::asio::any_io_executor strand, const client_options& options, int dc, crypto::random_source& random)>;

} // namespace detail

/// A key that a session begins to use. `key` lives until client_options::on_key returns.
struct key_use
{
    const crypto::auth_key& key;
    int dc = 0;
    std::optional<std::int64_t> expires_at{}; ///< of a temporary key, Unix seconds
};

/// "Linux x86_64": what a server is told about the system if the options do not say.
inline std::string system_name()
{
    ::utsname name{};
    return ::uname(&name) == 0 ? std::string(name.sysname) + ' ' + name.machine : std::string("unknown");
}

/// Everything that a client needs to know; the defaults suit Telegram's production servers.
///
/// Only `api_id` and `api_hash` have no default: https://my.telegram.org gives them.
struct client_options
{
    using duration = std::chrono::steady_clock::duration;

    // Who we are. https://core.telegram.org/method/initConnection
    std::int32_t api_id = 0;
    std::string api_hash{};
    std::string app_version = "0.1";
    std::string device_model = "Unknown";
    std::string system_version = system_name();
    std::string language = "en";        ///< ISO 639-1, of the application
    std::string system_language = "en"; ///< and of the system
    std::string language_pack{};        ///< of official applications only

    // Where to connect.
    bool test_mode = false;               ///< Telegram's test data centres: other addresses, other keys, other accounts
    int dc = 2;                           ///< the first one to ask, if the session does not know its home
    std::vector<dc_address> data_centres{}; ///< none: Telegram's
    std::vector<crypto::rsa_public_key> keys{}; ///< of the servers; none: Telegram's
    bool use_ipv6 = false;                ///< try IPv6 addresses first
    bool use_environment = true;          ///< MTPROTO_ADDR and its kin, see environment.hpp; a stored session comes first
    /// How packets are marked off in the stream. https://core.telegram.org/mtproto/mtproto-transports
    transport::framing_kind framing = transport::framing_kind::abridged;
    bool obfuscated = false;              ///< hide the protocol from simple filters; not with the full framing
    std::optional<transport::endpoint> mtproxy{};       ///< connect through this proxy, always obfuscated
    std::optional<transport::mtproxy_secret> mtproxy_secret{}; ///< that proxy's, which lets nobody in without it
    detail::transport_factory make_transport{}; ///< another transport than TCP: use_transport() makes it

    // Keeping the session.
    any_storage storage{}; ///< none: the session dies with the client
    bool temporary_keys = false; ///< perfect forward secrecy: https://core.telegram.org/api/pfs
    /// Asked for with each temporary key; more than a minute, since none is used in the last minute of its life.
    std::chrono::seconds temporary_key_lifetime = std::chrono::hours(24);

    // Time.
    duration ping_interval = std::chrono::seconds(60); ///< of silence; no answer to a ping ends the connection
    duration connect_timeout = std::chrono::seconds(10);  ///< for one address
    duration handshake_timeout = std::chrono::seconds(20); ///< for one answer of the key exchange
    duration reconnect_min = std::chrono::milliseconds(250); ///< before the first new attempt; doubles, with jitter,
    duration reconnect_max = std::chrono::seconds(30);       ///< up to this

    // Calls.
    duration flood_wait_limit = std::chrono::seconds(10); ///< longer FLOOD_WAITs are told to the caller
    int max_retries = 4; ///< of a call that met an internal error of the server (500)
    duration retry_delay = std::chrono::milliseconds(500); ///< before the first of them; doubles

    /// Updates that wait in one subscription; beyond that they are replaced by one updatesTooLong.
    std::size_t update_queue = 4096;

    // Keeping fresh. Temporary keys are renewed when a tenth of their life is left, salts half an hour before they end.
    std::optional<duration> session_lifetime{}; ///< a session is renewed when it is so old, as by client::renew_session()
    /// How long a renewal waits for running calls. What is unanswered then is sent again in the new session.
    duration renewal_patience = std::chrono::seconds(15);
    /// After a lost connection to the home came back, updates are fetched even if the server kept the session.
    bool updates_after_reconnect = true;
    /// Updates are fetched when none came for so long. https://core.telegram.org/api/updates#recovering-gaps
    duration update_silence = std::chrono::minutes(15);

    /// Called on the client's strand, so it must not block; calling the client from it is fine. More: client::listen().
    std::function<void(const client_event&)> on_event{};
    /// Called likewise with every key before its first use, for whoever must decrypt what was recorded: see wire_recorder.
    std::function<void(const key_use&)> on_key{};
};

/// How one call is made.
struct invoke_options
{
    /// From now; the call then completes with errc::timed_out, and the server is told to drop it. None: no limit.
    std::optional<std::chrono::steady_clock::duration> timeout{};
    /// Another data centre than the account's home, with the account's authorization carried over; for files. 0: the home.
    int dc = 0;
    /// Over a connection of its own for files, so that they do not hold up other calls.
    bool media = false;
    bool compress = true; ///< large requests travel compressed; false for what is compressed already
    /// Unless set, the client's.
    std::optional<std::chrono::steady_clock::duration> flood_wait_limit{};
};

} // namespace mtproto
