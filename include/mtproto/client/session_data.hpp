// What a session needs to go on after a restart: session_data.
#pragma once

#include <mtproto/crypto/auth_key.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace mtproto {

/// Where the account's updates stand. https://core.telegram.org/api/updates#common-update-state
struct update_position
{
    std::int32_t pts = 0;
    std::int32_t qts = 0;
    std::int32_t date = 0; ///< Unix seconds
    std::int32_t seq = 0;

    friend bool operator==(const update_position&, const update_position&) = default;
};

/// Where the updates of one channel or supergroup stand.
struct channel_position
{
    std::int64_t access_hash = 0;
    std::int32_t pts = 0;

    friend bool operator==(const channel_position&, const channel_position&) = default;
};

/// One account on one data centre. Holds secrets: `auth_key` wipes itself, do not print the rest either.
///
/// A value without threads of its own; all members may be absent (zero, empty) except in a signed-in session,
/// which has an auth_key and an address.
struct session_data
{
    std::string phone{};           ///< international, with or without '+'; empty for a bot
    std::int32_t api_id = 0;       ///< 0: not known, the client's options say
    std::string api_hash{};        ///< empty: not known, likewise
    int dc = 0;                    ///< home data centre, 0 if not known
    bool test_mode = false;        ///< one of the test data centres
    std::string ip{};              ///< of the home data centre, numeric
    std::uint16_t port = 0;        ///< its port, 0 if not known
    std::string public_key{};      ///< RSA of its servers in PEM; empty: Telegram's
    std::uint64_t salt = 0;        ///< as TL reads it; 0: not known, the server will tell
    std::optional<crypto::auth_key> auth_key{};
    std::int64_t user_id = 0;      ///< 0: not signed in, or not known
    std::optional<update_position> updates{};
    std::map<std::int64_t, channel_position> channels{}; ///< by channel id

    friend bool operator==(const session_data&, const session_data&) = default;
};

} // namespace mtproto
