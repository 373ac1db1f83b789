// Everything that the data centre knows apart from connections: accounts, rooms, boxes, files, the ledger.
#pragma once

#include "mtproto/sandbox/accounts.hpp"
#include "mtproto/sandbox/files.hpp"
#include "mtproto/sandbox/ledger.hpp"
#include "mtproto/sandbox/mailbox.hpp"
#include "mtproto/sandbox/peer.hpp"
#include "mtproto/sandbox/rooms.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace mtproto::sandbox {

/// An event that somebody's sessions should hear of.
struct notice
{
    std::int64_t to{};    ///< the user whose sessions are told
    std::int64_t actor{}; ///< who caused it: the session that he used has its answer instead
    event what{};
    bool of_channel = false; ///< `what.id` and `what.pts` are the channel's
};

/// The state of a data centre. No I/O, no clock: times are parameters, in Unix seconds.
///
/// Not thread-safe. References to accounts and rooms stay valid as long as the world.
class world
{
public:
    explicit world(std::uint64_t seed) : files(seed), seed_(seed) {}

    directory people;
    sandbox::rooms rooms;
    file_store files;
    sandbox::ledger ledger;

    /// A user's own box: private chats and basic groups.
    mailbox& box_of(std::int64_t user) { return user_boxes_[user]; }
    /// The box that a message to `where` is kept in, as `viewer` sees it: a channel's own, or the viewer's.
    mailbox& box_of(std::int64_t viewer, peer where)
    {
        return where.is_channel() ? channel_boxes_[where.id] : user_boxes_[viewer];
    }
    mailbox& channel_box(std::int64_t channel) { return channel_boxes_[channel]; }
    const std::map<std::int64_t, mailbox>& user_boxes() const noexcept { return user_boxes_; }
    const std::map<std::int64_t, mailbox>& channel_boxes() const noexcept { return channel_boxes_; }

    /// What `viewer` has to show to address `target`.
    std::int64_t access_hash(std::int64_t viewer, peer target) const noexcept
    {
        return static_cast<std::int64_t>(mix(seed_ ^ static_cast<std::uint64_t>(target.kind) << 56,
                                             static_cast<std::uint64_t>(viewer), static_cast<std::uint64_t>(target.id)));
    }

    /// Dialogs of a user, newest message first, pinned ones before all others.
    std::vector<peer> dialogs(std::int64_t user)
    {
        struct key
        {
            bool pinned;
            std::int32_t date;
            std::uint64_t order;
        };
        std::vector<std::pair<peer, key>> found;
        for (auto const& [with, state] : box_of(user).dialogs()) {
            auto& box = box_of(user, with);
            auto const* top = box.find(box.top(with));
            // A dialog without messages is not shown, except a channel that one is in.
            if (!top && !with.is_channel())
                continue;
            found.emplace_back(with, key{state.pinned, top ? top->date : 0, top ? top->copies_of : 0});
        }
        std::sort(found.begin(), found.end(), [](auto const& a, auto const& b) {
            if (a.second.pinned != b.second.pinned)
                return a.second.pinned;
            if (a.second.date != b.second.date)
                return a.second.date > b.second.date;
            if (a.second.order != b.second.order)
                return a.second.order > b.second.order;
            return a.first < b.first;
        });
        std::vector<peer> order;
        for (auto const& [with, unused] : found)
            order.push_back(with);
        return order;
    }

    std::uint64_t next_order() noexcept { return ++order_; }
    std::uint64_t order() const noexcept { return order_; }
    void restore_order(std::uint64_t order) noexcept { order_ = order; }
    std::uint64_t seed() const noexcept { return seed_; }

    void tell(notice what) { notices_.push_back(std::move(what)); }
    /// Takes what is to be pushed since the last call.
    std::vector<notice> take_notices() { return std::exchange(notices_, {}); }

private:
    std::map<std::int64_t, mailbox> user_boxes_;
    std::map<std::int64_t, mailbox> channel_boxes_;
    std::vector<notice> notices_;
    std::uint64_t seed_;
    std::uint64_t order_ = 0;
};

} // namespace mtproto::sandbox
