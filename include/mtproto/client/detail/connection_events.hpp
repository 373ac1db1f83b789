// What a connection has told of itself.
#pragma once

#include <mtproto/client/events.hpp>

#include <functional>
#include <utility>

namespace mtproto::detail {

/// Tells the events of one connection in the order that client_event promises: what began is ended, once, and what did
/// not begin is not ended.
class connection_events
{
public:
    explicit connection_events(std::function<void(client_event::alternatives)> tell) : tell_(std::move(tell)) {}

    void connecting()
    {
        attempting_ = true;
        tell_(events::connecting{});
    }
    void opened(const transport::endpoint& address) { tell_(events::opened{address}); }
    void key_created(bool temporary) { tell_(events::key_created{temporary}); }

    bool is_bound() const noexcept { return bound_; }
    void bound(std::uint64_t session_id)
    {
        session_id_ = session_id;
        bound_ = true;
        tell_(events::bound{session_id_});
    }
    /// The server answered in this session.
    void answered()
    {
        if (!std::exchange(established_, true))
            tell_(events::established{session_id_});
    }
    void unbound(const error& why)
    {
        if (std::exchange(bound_, false))
            tell_(events::unbound{session_id_, why});
    }
    void discarded(const error& why)
    {
        unbound(why);
        established_ = false;
        if (auto const id = std::exchange(session_id_, 0); id != 0)
            tell_(events::discarded{id, why});
    }
    void closed(const error& why, std::optional<std::chrono::steady_clock::duration> retry_in)
    {
        if (std::exchange(attempting_, false))
            tell_(events::closed{why, retry_in});
    }

private:
    std::function<void(client_event::alternatives)> tell_;
    std::uint64_t session_id_ = 0; ///< as was told last, 0: none
    bool attempting_ = false;      ///< connecting was told, closed was not
    bool bound_ = false;
    bool established_ = false;
};

} // namespace mtproto::detail
