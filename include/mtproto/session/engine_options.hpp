// What a user of the engines may choose.
#pragma once

#include "mtproto/crypto/gzip.hpp"
#include "mtproto/crypto/message_cipher.hpp"
#include "mtproto/session/events.hpp"
#include "mtproto/session/time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace mtproto::session {

/// A temporary key is not used any more for so long before its end.
inline constexpr std::chrono::seconds temporary_key_margin{60};

/// Options of client_engine. Every limit also holds against a hostile server.
struct engine_options
{
    /// Bytes before the first requests of each connection, until one of them is answered: invokeWithLayer and
    /// initConnection, serialized up to `query`. https://core.telegram.org/api/invoking#saving-client-info
    std::vector<std::byte> init_prefix{};
    /// How often ping_delay_disconnect is sent, and how long the server may be silent after it.
    duration ping_interval = std::chrono::seconds(60);
    duration ping_timeout = std::chrono::seconds(15);
    /// Acknowledgements travel with other messages, or alone after this time, or when so many have gathered.
    duration ack_delay = std::chrono::seconds(2);
    std::size_t ack_count = 16;
    /// A call without any sign of life for so long is asked about (msgs_state_req); doubles up to a minute.
    duration state_delay = std::chrono::seconds(15);
    /// Calls of at least so many bytes are compressed if that makes them smaller; 0: never.
    std::size_t gzip_threshold = 512;
    crypto::gzip_limits inflate{};
    /// Bytes of bodies in one container.
    std::size_t max_container_size = std::size_t(1) << 20;
    /// How many received identifiers are remembered, 1000 or more.
    std::size_t duplicate_window = 1024;
    /// How often in a row the server may reject what was sent before a new session is begun, and how many new
    /// sessions may be begun without an answer before the connection is given up.
    int max_corrections = 3;
    /// How often one call may be rejected or its answer be lost before it fails.
    int max_call_rejections = 6;
    /// Future salts to ask for when the known ones run out; 0: never ask.
    std::int32_t future_salts = 32;
    /// For a temporary key: when it ends, in Unix seconds. The engine stops with errc::auth_key_unknown
    /// temporary_key_margin before.
    std::optional<std::int64_t> expires_at{};
    /// For a temporary key that is not bound yet: nothing but the call of client_engine::bind() is sent until
    /// the server confirmed it.
    bool needs_binding = false;
    crypto::padding_policy padding = crypto::padding_policy::minimal;
};

/// How one call is to be sent.
struct call_options
{
    /// Wrapped in invokeAfterMsg while that call is unanswered: the server applies them in order.
    std::optional<call_id> after{};
    /// Content-related: the server acknowledges it. True for every API call.
    bool content = true;
    /// False: failed with errc::session_lost rather than sent again when the session in which it was sent is
    /// lost and it may have been applied. True suits calls that only read, that carry a random_id, or may be
    /// applied twice.
    bool repeatable = true;
    /// False: never compressed (files are already).
    bool compress = true;
    /// False: sent without init_prefix.
    bool init = true;
};

} // namespace mtproto::session
