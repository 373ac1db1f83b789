// What a server tells about itself, for metrics and logs.
#pragma once

#include <mtproto/proxy/status_code.hpp>

#include <chrono>
#include <cstddef>
#include <string_view>

namespace mtproto::proxy {

/// A call or stream as observers see it. The views last as long as the observer's function runs.
struct call_info
{
    /// "MessagesSendMessage", "ListenOnUpdates", "grpc.health.v1.Health/Check"; "unknown" for what is not served
    std::string_view rpc{};
    std::string_view account{}; ///< empty where none was chosen
    std::string_view token{};   ///< the token's name; empty without
    std::string_view peer{};    ///< "ipv4:127.0.0.1:50712", "unix:"
};

/// How it ended.
struct call_outcome
{
    status_code status = status_code::ok;
    std::string_view message{};          ///< of the status: an RPC error's name; may quote what the client sent
    std::chrono::nanoseconds duration{}; ///< from its arrival
    std::size_t request_bytes = 0;
    std::size_t reply_bytes = 0; ///< of all messages of a stream
};

/// Does nothing; override what is of use.
///
/// Thread safety: called from the server's thread and from those of the accounts, perhaps at once; must be quick and must not
/// throw. Every call_started() is followed by one call_finished(), also for refused calls.
class observer
{
public:
    virtual ~observer() = default;

    virtual void call_started(const call_info&) {}
    virtual void call_finished(const call_info&, const call_outcome&) {}

    /// ListenOnUpdates: besides call_started() and call_finished(), which they come between.
    virtual void listener_opened(const call_info&) {}
    /// `dropped`: it was too slow.
    virtual void listener_closed(const call_info&, [[maybe_unused]] bool dropped) {}

    /// Entered the account's log: updates of one kind, a constructor of Update; empty for a notice that something was lost.
    virtual void updates_published([[maybe_unused]] std::string_view account, [[maybe_unused]] std::string_view kind,
                                   [[maybe_unused]] std::size_t updates, [[maybe_unused]] std::size_t bytes)
    {
    }
    /// Handed to gRPC for one listener.
    virtual void updates_sent([[maybe_unused]] std::string_view account, [[maybe_unused]] std::size_t updates,
                              [[maybe_unused]] std::size_t bytes)
    {
    }
    /// Left unsent when a slow listener was dropped.
    virtual void updates_dropped([[maybe_unused]] std::string_view account, [[maybe_unused]] std::size_t updates) {}
    /// The most that waits for any listener of the account, after each publish().
    virtual void queue_depth([[maybe_unused]] std::string_view account, [[maybe_unused]] std::size_t updates) {}

    /// A sentence for the log, about the server as a whole: listening, draining, stopped.
    virtual void note([[maybe_unused]] std::string_view text) {}

protected:
    observer() = default;
    observer(const observer&) = default;
    observer& operator=(const observer&) = default;
};

} // namespace mtproto::proxy
