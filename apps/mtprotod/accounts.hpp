// The daemon's sessions: files opened, new ones signed in, clients kept connected, their updates published.
#pragma once

#include "metrics.hpp"
#include "settings.hpp"

#include <mtproto/client/storage.hpp>
#include <mtproto/error.hpp>
#include <mtproto/proxy/server.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace mtproto::apps {
class local_sandbox;
}

namespace mtproto::daemon {

/// A session that can be served: it is signed in, as far as its file knows.
struct session
{
    std::string name;
    any_storage storage;
    std::string address;    ///< HOST:PORT of the data centre; empty: the session's
    std::string public_key; ///< its key, PEM text; empty: Telegram's
    bool test = false;
    int dc = 0;
};

/// Opens the session file; signs in on the terminal if it is new and `how` says as whom. Fails with a sentence.
result<session> open_session(const account_settings& which, const sign_in_settings& how);

/// Sessions of accounts of a data centre in this process: its first two users, and its first bot.
result<std::vector<session>> sandbox_sessions(const apps::local_sandbox& sandbox);

/// Clients of sessions, on a thread of their own.
class accounts
{
public:
    accounts(std::vector<session> sessions, std::shared_ptr<metrics> counts);
    ~accounts();
    accounts(const accounts&) = delete;
    accounts& operator=(const accounts&) = delete;

    /// Gives the accounts to the server, which must live until close(), and begins to connect them.
    result<> serve(proxy::server& server);
    /// Waits until each has connected or failed to for the first time; the error of one that can never work.
    result<> wait_for_first_connections(std::chrono::seconds at_most);
    /// Saves the sessions and ends. Blocks shortly.
    void close();

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace mtproto::daemon
