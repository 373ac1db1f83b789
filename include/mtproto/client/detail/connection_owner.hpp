// What a connection is given, and whom it tells.
#pragma once

#include <mtproto/client/detail/call_sink.hpp>
#include <mtproto/client/options.hpp>
#include <mtproto/crypto/auth_key.hpp>
#include <mtproto/crypto/dh.hpp>
#include <mtproto/crypto/random.hpp>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace mtproto::detail {

/// What all connections of a client share, for as long as one of their coroutines lives.
struct client_context
{
    explicit client_context(client_options o) : options(std::move(o)) {}

    client_options options;
    crypto::system_random random{};
    crypto::dh_prime_cache primes{};
};

/// What a connection needs to begin.
struct connection_settings
{
    int dc = 0;
    bool media = false;
    std::vector<transport::endpoint> addresses{};
    std::optional<crypto::auth_key> key{}; ///< none: one is made
    std::uint64_t salt = 0;
    std::vector<std::byte> init_prefix{}; ///< invokeWithLayer(initConnection(
};

class connection;

/// Who is told. Called on the strand, from the connection's coroutines.
class connection_owner
{
public:
    virtual ~connection_owner() = default;
    virtual void on_answer(connection& from, std::uint64_t call, result<bytes> answer) = 0;
    virtual void on_updates(connection& from, bytes body) = 0;
    virtual void on_event(connection& from, const client_event& event) = 0;
    virtual void on_key(connection& from) = 0; ///< a new permanent key
    virtual void on_salt(connection& from, std::uint64_t salt) = 0;
    virtual void on_new_session(connection& from) = 0;
    /// The connection gave up; its calls were answered with `why`.
    virtual void on_end(connection& from, const error& why) = 0;
};

} // namespace mtproto::detail
