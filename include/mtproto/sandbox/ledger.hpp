// What was really done: the oracle of the tests.
#pragma once

#include "mtproto/sandbox/peer.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace mtproto::sandbox {

/// How often a `random_id` was asked for and applied. A correct data centre applies it once, however often it is asked.
struct applied
{
    int asked = 0;
    int done = 0;
    peer to{};
    std::int32_t message_id = 0; ///< in the box of the sender, or of the channel
    std::int32_t pts = 0;
};

/// Counts what clients asked for. Not thread-safe: `data_centre` hands out copies.
class ledger
{
public:
    /// The entry of a sender's random_id.
    applied& entry(std::int64_t sender, std::int64_t random_id) { return sends_[{sender, random_id}]; }
    /// Null if it was never asked for.
    const applied* find(std::int64_t sender, std::int64_t random_id) const
    {
        auto const at = sends_.find({sender, random_id});
        return at == sends_.end() ? nullptr : &at->second;
    }
    const std::map<std::pair<std::int64_t, std::int64_t>, applied>& sends() const noexcept { return sends_; }

    /// Every call that reached a handler, by the method's constructor id.
    void called(std::uint32_t method) { ++calls_[method]; }
    int calls(std::uint32_t method) const
    {
        auto const at = calls_.find(method);
        return at == calls_.end() ? 0 : at->second;
    }
    const std::map<std::uint32_t, int>& calls() const noexcept { return calls_; }

    /// The calls, by their msg_id, that clients wait for no more (rpc_drop_answer), whether they were applied or not.
    void dropped(std::int64_t msg_id) { dropped_.insert(msg_id); }
    const std::set<std::int64_t>& dropped() const noexcept { return dropped_; }

private:
    std::map<std::pair<std::int64_t, std::int64_t>, applied> sends_;
    std::map<std::uint32_t, int> calls_;
    std::set<std::int64_t> dropped_;
};

} // namespace mtproto::sandbox
