// What happens to a client apart from answers and updates.
#pragma once

#include <mtproto/error.hpp>

#include <chrono>
#include <string_view>

namespace mtproto {

enum class client_event_kind
{
    connecting,    ///< a connection is being opened
    key_created,   ///< a key exchange is done; a session file will be written
    connected,     ///< requests flow
    disconnected,  ///< the connection is gone, `why` says how; unless the client was closed, it will be opened again
    migrated,      ///< `dc` is the account's new home
    new_session,   ///< the server began a new session: updates may have been missed
    signed_in,     ///<
    signed_out,    ///<
    session_ended, ///< the server no longer accepts this session or its key, `why` says which; nothing was deleted
    flood_wait,    ///< a call waits as the server asked, for `wait`
    storage_error, ///< the session could not be saved
};

constexpr std::string_view to_string(client_event_kind kind) noexcept
{
    switch (kind) {
    case client_event_kind::connecting: return "connecting";
    case client_event_kind::key_created: return "key created";
    case client_event_kind::connected: return "connected";
    case client_event_kind::disconnected: return "disconnected";
    case client_event_kind::migrated: return "migrated";
    case client_event_kind::new_session: return "new session";
    case client_event_kind::signed_in: return "signed in";
    case client_event_kind::signed_out: return "signed out";
    case client_event_kind::session_ended: return "session ended";
    case client_event_kind::flood_wait: return "flood wait";
    case client_event_kind::storage_error: return "storage error";
    }
    return "unknown";
}

/// One event, for logs and for people. Holds no secret.
struct client_event
{
    client_event_kind kind{};
    int dc = 0;
    error why{};
    std::chrono::steady_clock::duration wait{}; ///< until the next attempt, or of a flood wait
};

} // namespace mtproto
