// The subcommands of mtprotod, and what their exit codes say; as in the original daemon.
#pragma once

#include "settings.hpp"

#include <string>

namespace mtproto::daemon {

enum exit_code : int
{
    exit_ok = 0,
    exit_failed = 1,
    exit_usage = 128, ///< arguments or a configuration that cannot be understood
};

/// "0.1.0"
std::string version();
/// "mtprotod 0.1.0 (API layer 229)"
std::string version_line();

/// Serves until a signal ends it. `given` holds what the arguments and the environment say, `config` a file or nothing.
int run_start(settings given, const std::string& config);

struct test_options
{
    std::string proxy; ///< HOST:PORT or unix:PATH
    std::string account;
    std::string token_file;
    std::string token;
    std::string ca;   ///< PEM file; not empty: TLS
    std::string cert; ///< and the client's own
    std::string key;
    bool tls = false;
    int limit = 10;
    int timeout = 30; ///< seconds
};
/// Asks a running daemon for recent dialogs and prints them as JSON.
int run_test(const test_options& options);

/// "mtprotod: <sentence>" on stderr.
void complain(std::string_view sentence);

} // namespace mtproto::daemon
