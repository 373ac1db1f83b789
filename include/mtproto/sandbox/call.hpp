// One call on its way to its handler, and what a handler answers.
#pragma once

#include "mtproto/sandbox/keys.hpp"
#include "mtproto/sandbox/login.hpp"
#include "mtproto/sandbox/options.hpp"
#include "mtproto/sandbox/world.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace mtproto::sandbox {

/// An address that the data centre answers on.
struct listening
{
    std::string ip{};
    std::uint16_t port{};
    int dc{};
};

/// A sign-in that is on its way from one data centre to another (auth.exportAuthorization).
struct exported_sign_in
{
    std::int64_t user{};
    bytes secret{};
    int to_dc{};
};

/// What handlers share: everything but connections. Guarded by the data centre's mutex.
struct office
{
    explicit office(options o, crypto::random_source& r) : settings(std::move(o)), random(r), in(settings.seed), codes(settings.seed) {}

    options settings;
    crypto::random_source& random;
    world in;
    code_desk codes;
    key_store keys;
    std::vector<listening> addresses;
    std::vector<listening> former; ///< of the run that the state was saved in
    std::map<std::int64_t, exported_sign_in> exports;
    crypto::dh_prime_cache primes;
    std::uint64_t count = 0;

    /// A number that has not been used before in this run.
    std::uint64_t fresh() noexcept { return mix(settings.seed, ++count, 0xf4e5); }
};

namespace methods {

/// One call. Lives while its handler runs. In this namespace, so that dispatch() finds the handlers by it.
struct call
{
    office& at;
    key_record& used; ///< the key that the call was encrypted with
    key_record& key;  ///< the key that carries the authorization
    account* me;      ///< who is signed in, or nullptr
    std::int32_t now; ///< Unix time
    int dc;           ///< the data centre that was asked
    std::int64_t msg_id;
    std::uint64_t session_id;
    std::optional<std::int32_t> old_reply_to{}; ///< of a client whose layer had a plain number for it

    world& in() const noexcept { return at.in; }
    std::int64_t my_id() const noexcept { return me ? me->id : 0; }
};

} // namespace methods

using methods::call;

/// What a call is answered with: the boxed result in the native layer, or an rpc_error.
struct answer
{
    bytes value{};
    std::optional<error> refused{};
};

} // namespace mtproto::sandbox
