// What happens to a client apart from answers: connections, sessions, the account.
#pragma once

#include <mtproto/error.hpp>
#include <mtproto/transport/endpoint.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace mtproto {

/// What a client_event can say. A connection carries packets; a session is what the server counts messages in, and
/// outlives connections: it is unbound from one and bound to the next until it is discarded.
namespace events {

/// A connection is about to be opened.
struct connecting
{
};
/// An address answered; the key exchange, if one is due, comes next.
struct opened
{
    transport::endpoint address{};
};
/// A key exchange is done. A permanent key of the account's home is saved.
struct key_created
{
    bool temporary = false;
};
/// A session uses the connection from now on: requests flow. With a fresh temporary key they wait for its binding.
struct bound
{
    std::uint64_t session_id = 0;
};
/// The server has answered in this session for the first time. Once for each session.
struct established
{
    std::uint64_t session_id = 0;
};
/// The session has lost its connection; calls wait for the next one.
struct unbound
{
    std::uint64_t session_id = 0;
    error why{};
};
/// The session is given up, and nothing will be heard in it again: it was renewed, its temporary key or the server's
/// patience ended, or the connection is not needed any more.
struct discarded
{
    std::uint64_t session_id = 0;
    error why{};
};
/// The server has begun to keep state for a session, a second time if it had forgotten it: updates may have been missed.
struct new_session
{
};
/// The connection is gone, or the attempt at one failed. It is tried again after `retry_in`, or not if there is none.
struct closed
{
    error why{};
    std::optional<std::chrono::steady_clock::duration> retry_in{};
};
/// client_event::dc is the account's new home.
struct migrated
{
    int from = 0;
};
/// The server sent updates unasked. Before any subscription has them.
struct update_received
{
    std::uint32_t constructor = 0;      ///< of the boxed Updates
    std::span<const std::byte> body{};  ///< all of it; valid until the listener returns
};
/// It is known whose session this is: after a sign-in, or because current_user() asked.
struct signed_in
{
    std::int64_t user_id = 0;
};
/// The account signed out: its session on the server has ended.
struct signed_out
{
};
/// The server no longer accepts this session or its key; nothing was deleted.
struct session_ended
{
    error why{};
};
/// A call waits as the server asked.
struct flood_wait
{
    error why{};
    std::chrono::steady_clock::duration wait{};
};
/// The session could not be saved.
struct storage_error
{
    error why{};
};

} // namespace events

/// The alternatives of client_event::what, in their order.
enum class client_event_kind
{
    connecting,
    opened,
    key_created,
    bound,
    established,
    unbound,
    discarded,
    new_session,
    closed,
    migrated,
    update_received,
    signed_in,
    signed_out,
    session_ended,
    flood_wait,
    storage_error,
};

/// A few words for a log: "connection opened".
constexpr std::string_view to_string(client_event_kind kind) noexcept
{
    constexpr std::string_view names[] = {"connecting", "connection opened", "key created", "session bound",
                                          "session established", "session unbound", "session discarded", "new session",
                                          "connection closed", "migrated", "update received", "signed in",
                                          "signed out", "session ended", "flood wait", "storage error"};
    return names[static_cast<std::size_t>(kind)];
}

/// One event. Apart from the body of an update it holds nothing that a log must not show.
///
/// Told on the client's strand, in the order in which things happen; a listener must not block, and may call the client.
/// For one connection the order is
/// connecting, opened, [key_created], bound, [established], ..., unbound, [discarded], closed.
struct client_event
{
    using alternatives =
        std::variant<events::connecting, events::opened, events::key_created, events::bound, events::established,
                     events::unbound, events::discarded, events::new_session, events::closed, events::migrated,
                     events::update_received, events::signed_in, events::signed_out, events::session_ended,
                     events::flood_wait, events::storage_error>;

    int dc = 0;         ///< of which data centre
    bool media = false; ///< of a connection that is for files only
    alternatives what{};

    /// Which alternative `what` holds.
    client_event_kind kind() const noexcept { return static_cast<client_event_kind>(what.index()); }
    /// The event if it is a `T` of the namespace events, or null.
    template <class T>
    const T* get_if() const noexcept
    {
        return std::get_if<T>(&what);
    }
    /// Why it happened, for those events that say so; else no error.
    error why() const
    {
        return std::visit(
            [](auto const& one) {
                if constexpr (requires { one.why; })
                    return one.why;
                else
                    return error();
            },
            what);
    }
};

/// What client::listen() gives: events are told as long as it lives. Empty by default.
///
/// Destroyed on the client's strand, nothing is told after that; elsewhere, a call that is under way may still end.
class [[nodiscard]] event_listener
{
public:
    using function = std::function<void(const client_event&)>;

    event_listener() = default;
    explicit event_listener(function f) : held_(std::make_shared<const function>(std::move(f))) {}

    /// For the client: the function, as long as the listener lives.
    std::weak_ptr<const function> watch() const noexcept { return held_; }

private:
    std::shared_ptr<const function> held_{};
};

} // namespace mtproto
