// What `mtprotod start` was told: by its arguments, the environment and the configuration file, in this order.
#pragma once

#include "log.hpp"

#include <mtproto/error.hpp>
#include <mtproto/proxy/server_options.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mtproto::daemon {

/// Where `mtprotod` listens and `mtprotod test` looks, unless told otherwise; as the original daemon's examples do.
inline constexpr int default_port = 11011;

/// A session to be served.
struct account_settings
{
    std::string name;
    std::string secrets; ///< its session file
};

/// How to sign in a session file that is new.
struct sign_in_settings
{
    std::string address; ///< HOST:PORT of the data centre; empty: Telegram's
    std::string public_key; ///< PEM file of a data centre that is not Telegram's
    int dc = 0;
    bool test = false;
    int api_id = 0;
    std::string api_hash;
    std::string phone;
    std::string bot_token;
};

/// A value that was given nowhere is absent, so that the next source may give it.
struct settings
{
    std::vector<account_settings> accounts;
    sign_in_settings sign_in;
    bool sandbox = false;

    std::optional<int> port;         ///< on loopback
    std::vector<std::string> listen; ///< "HOST:PORT", "unix:PATH"; instead of the port
    std::string tls_cert;
    std::string tls_key;
    std::string client_ca;
    std::string tokens; ///< file
    std::vector<proxy::access_token> inline_tokens; ///< those of the configuration file
    std::optional<bool> plaintext;
    std::optional<bool> reflection;
    std::optional<bool> open_health;

    std::string metrics; ///< "PORT" or "HOST:PORT"; empty: none
    std::optional<log_level> level;
    std::optional<log_format> format;

    std::optional<std::chrono::milliseconds> drain;
    std::optional<std::chrono::milliseconds> max_deadline;
    std::optional<std::size_t> max_request;
    std::optional<std::size_t> max_calls;
    std::optional<std::size_t> max_streams;
    std::optional<std::size_t> listener_queue;
    std::optional<std::size_t> update_log;
    std::optional<unsigned> socket_mode;
};

std::optional<log_level> parse_log_level(std::string_view text);
std::optional<log_format> parse_log_format(std::string_view text);

/// "0660". Nothing for what is no octal number up to 0777.
std::optional<unsigned> parse_mode(std::string_view text);

/// "NAME=FILE", or "FILE", which is named after the file without its ending.
account_settings parse_account(std::string_view text);

/// Reads a configuration file, see docs/mtprotod.md. Fails with bad_argument: the file, the line and what is wrong
/// there; never with a value that could be a secret.
result<settings> read_configuration(const std::string& file);

/// Reads a file of tokens: a TOML table for each, as in the section `[token]` of the configuration. Refuses files that
/// others than owner and group can read.
result<std::vector<proxy::access_token>> read_tokens(const std::string& file);

/// Takes from `lower` what `upper` does not say.
settings merged(settings upper, settings lower);

/// The server's options: reads the certificates and the tokens. Fails with bad_argument.
result<proxy::server_options> server_options_of(const settings& from);

} // namespace mtproto::daemon
