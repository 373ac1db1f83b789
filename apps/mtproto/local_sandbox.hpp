// A data centre on loopback that runs on a thread of this process.
#pragma once

#include "commands.hpp"

#include <mtproto/error.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mtproto::apps {

struct sandbox_user
{
    std::string phone; ///< with +
    std::string first_name;
    std::string last_name;
    std::string username;
    std::string password;          ///< of two-step verification, empty for none
    std::string code;              ///< that signs this account in, every time
    bool password_unknown = false; ///< there is one, of an earlier run: only what verifies it was kept
};
struct sandbox_place
{
    int dc;
    std::uint16_t port;
};
struct sandbox_bot
{
    std::string token;
    std::string name;
    std::string username;
};

/// What an account is called among the few of a sandbox: "bob" of @bob_baker, which finds it too.
inline std::string short_name(const sandbox_user& who) { return who.username.substr(0, who.username.find('_')); }

/// "PHONE:NAME[:PASSWORD]" and "TOKEN:NAME". Fail with bad_argument.
result<sandbox_user> parse_user(std::string_view text);
result<sandbox_bot> parse_bot(std::string_view text);

/// Serves from construction to destruction. All functions may be called from any thread and block shortly.
class local_sandbox
{
public:
    /// Reads or makes the key, reads the state or adds the accounts, listens.
    static result<std::unique_ptr<local_sandbox>> open(const sandbox_options& options);
    ~local_sandbox();
    local_sandbox(const local_sandbox&) = delete;
    local_sandbox& operator=(const local_sandbox&) = delete;

    /// Writes what changed since the last time to the state file, if there is one: all of it or nothing.
    result<> save();
    /// Ends the service, then saves.
    result<> close();

    const std::string& host() const noexcept;
    std::uint16_t port() const noexcept;
    int dc() const noexcept;
    const std::string& public_key_pem() const noexcept;
    std::uint64_t fingerprint() const noexcept;
    const std::vector<sandbox_place>& places() const noexcept; ///< where it listens, dc() first
    const std::vector<sandbox_user>& users() const noexcept;
    const std::vector<sandbox_bot>& bots() const noexcept;

private:
    struct state;
    explicit local_sandbox(std::unique_ptr<state> with);
    std::unique_ptr<state> state_;
};

} // namespace mtproto::apps
