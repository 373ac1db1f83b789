// The calls of one connection.
#pragma once

#include <mtproto/client/detail/call_sink.hpp>
#include <mtproto/session/events.hpp>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace mtproto::detail {

/// A call that waits for a session to take it.
struct waiting_call
{
    std::uint64_t id; ///< the owner's name for it
    std::shared_ptr<const bytes> request;
    bool compress;
};

/// Which calls wait, and which the session has taken under a name of its own.
class connection_calls
{
public:
    std::size_t size() const noexcept { return waiting_.size() + running_.size(); }
    bool none_running() const noexcept { return running_.empty(); }

    void wait(waiting_call call) { waiting_.push_back(std::move(call)); }
    std::deque<waiting_call> take_waiting() { return std::exchange(waiting_, {}); }

    void began(session::call_id call, std::uint64_t id)
    {
        running_[call] = id;
        by_id_[id] = call;
    }
    /// Whose answer has come; nothing if nobody waits for it any more.
    std::optional<std::uint64_t> ended(session::call_id call)
    {
        auto const found = running_.find(call);
        if (found == running_.end())
            return std::nullopt;
        auto const id = found->second;
        running_.erase(found);
        by_id_.erase(id);
        return id;
    }
    /// Forgets a call; the session's name for it if the session has it.
    std::optional<session::call_id> forget(std::uint64_t id)
    {
        std::erase_if(waiting_, [&](const waiting_call& one) { return one.id == id; });
        auto const found = by_id_.find(id);
        if (found == by_id_.end())
            return std::nullopt;
        auto const call = found->second;
        by_id_.erase(found);
        running_.erase(call);
        return call;
    }
    /// The owner's names of those that the session has taken; it has none from now on.
    std::vector<std::uint64_t> take_running()
    {
        std::vector<std::uint64_t> ids;
        ids.reserve(running_.size());
        for (auto const& [call, id] : std::exchange(running_, {}))
            ids.push_back(id);
        by_id_.clear();
        return ids;
    }

private:
    std::deque<waiting_call> waiting_{};
    std::unordered_map<session::call_id, std::uint64_t> running_{};
    std::unordered_map<std::uint64_t, session::call_id> by_id_{};
};

} // namespace mtproto::detail
