// Who is told of a client's events.
#pragma once

#include <mtproto/client/events.hpp>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace mtproto::detail {

/// The listeners of one client, and the function of its options. Used on the client's strand only.
class event_board
{
public:
    void add(std::weak_ptr<const event_listener::function> listener) { listeners_.push_back(std::move(listener)); }

    void tell(const std::function<void(const client_event&)>& first, const client_event& event)
    {
        if (first)
            first(event);
        // A listener may be added or dropped by another one.
        auto const listeners = listeners_;
        for (auto const& weak : listeners)
            if (auto const listener = weak.lock())
                (*listener)(event);
        std::erase_if(listeners_, [](auto const& weak) { return weak.expired(); });
    }

private:
    std::vector<std::weak_ptr<const event_listener::function>> listeners_{};
};

} // namespace mtproto::detail
