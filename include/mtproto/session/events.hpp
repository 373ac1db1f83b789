// What an engine tells the layer above.
#pragma once

#include "mtproto/error.hpp"

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

namespace mtproto::session {

/// A call of one client engine; never 0, grows in the order of send().
using call_id = std::uint64_t;

/// The boxed result of a call, inflated.
struct answer
{
    call_id call = 0;
    std::vector<std::byte> result{};
};
/// A call that failed: errc::rpc with the server's words, or errc::session_lost when it is not known whether
/// the call was applied, or why it could not be sent or its answer not be read.
struct failure
{
    call_id call = 0;
    error why{};
};
/// A boxed Updates, or whatever else the server sends unasked.
struct update
{
    std::vector<std::byte> body{};
};
/// The server began to keep state for this session: updates may have been missed, get the difference.
struct new_session
{
    std::int64_t first_msg_id = 0;
    std::uint64_t unique_id = 0;
    std::uint64_t server_salt = 0;
};
/// Another salt than the one last heard of is in use: worth saving.
struct salt_changed
{
    std::uint64_t salt = 0;
};
/// The engine gave up its session and began another, under a new session_id.
struct session_reset
{
};
/// The connection is of no use any more: drop it and connect again, with a new key if `why` is
/// errc::auth_key_unknown.
struct fatal
{
    error why{};
};

using event = std::variant<answer, failure, update, new_session, salt_changed, session_reset, fatal>;

} // namespace mtproto::session
