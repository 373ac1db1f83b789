// The library's client on a thread of its own, with calls that block: what a command line wants.
#pragma once

#include "commands.hpp"

#include <mtproto/client/storage.hpp>
#include <mtproto/error.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mtproto::apps {

/// How to reach a server and what to tell it.
struct client_setup
{
    connection_options connection;
    int api_id = 0;
    std::string api_hash;
    std::string public_key; ///< PEM; empty: that of connection.public_key, or Telegram's
    bool use_environment = false;
    any_storage storage;
};

/// The answers that a sign-in needs, asked for on the thread that signs in. Each gives nothing if there is no
/// (other) answer to be had; `attempt` grows from 1 with every refusal.
struct sign_in_answers
{
    std::function<std::optional<std::string>(const std::string& sent_by, int attempt)> code;
    std::function<std::optional<std::string>(const std::string& hint, int attempt)> password;
    std::string first_name; ///< for a number without an account; empty: that is an error
    std::string last_name;
};

class local_sandbox;
/// Sets up a client for a data centre in this process.
void use(const local_sandbox& sandbox, client_setup& setup);

class client_thread
{
public:
    /// Reads the key file and the address. Fails with bad_argument; connects nowhere yet.
    static result<std::unique_ptr<client_thread>> open(client_setup setup);
    ~client_thread();
    client_thread(const client_thread&) = delete;
    client_thread& operator=(const client_thread&) = delete;

    result<> connect();
    result<> sign_in(const std::string& phone, const sign_in_answers& answers);
    result<> sign_in_bot(const std::string& token);
    result<> sign_out();

    result<std::vector<std::byte>> invoke(std::vector<std::byte> request);
    /// Replaces the handler; returns when the one before does not run any more.
    void on_update(std::function<void(const std::vector<std::byte>&)> handler);
    /// The session as it stands.
    session_data session();

private:
    struct state;
    explicit client_thread(std::unique_ptr<state> with);
    std::unique_ptr<state> state_;
};

} // namespace mtproto::apps
