// Which messages came in: duplicates, the order of sequence numbers, and what to tell who asks about them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mtproto::session {

/// The status byte that msgs_state_info gives for one message.
/// https://core.telegram.org/mtproto/service_messages#informational-message-regarding-status-of-messages
namespace message_status {
inline constexpr std::uint8_t unknown = 1; ///< too old, perhaps forgotten
inline constexpr std::uint8_t not_received =
    2;                                      ///< within the range of those that are remembered, and not there
inline constexpr std::uint8_t too_high = 3; ///< higher than everything that came
inline constexpr std::uint8_t received = 4;
inline constexpr std::uint8_t kind = 7; ///< mask of the above; what follows are flags that go with `received`
inline constexpr std::uint8_t acknowledged = 8;
inline constexpr std::uint8_t needs_no_ack = 16;
inline constexpr std::uint8_t processing = 32;
inline constexpr std::uint8_t answered = 64;
} // namespace message_status

/// Remembers the last identifiers; all below the lowest of them count as duplicates once any was forgotten.
/// 16 bytes for each. https://core.telegram.org/mtproto/security_guidelines#checking-msg-id
class received_ids
{
public:
    /// With fewer than 1000 a replay could pass.
    static constexpr std::size_t smallest_capacity = 1000;

    explicit received_ids(std::size_t capacity = 1024) : capacity_((std::max)(capacity, smallest_capacity)) {}

    bool contains(std::int64_t msg_id) const
    {
        auto const at = find(msg_id);
        return at != ids_.end() && at->msg_id == msg_id;
    }
    /// Not above everything that was forgotten: whether it was received cannot be told.
    bool is_forgotten(std::int64_t msg_id) const noexcept { return msg_id <= floor_; }

    /// False if the message came before, may have, or was refused.
    bool insert(std::int64_t msg_id, std::int32_t seqno) { return add({msg_id, seqno, msg_id >= ordered_from_, true}); }
    /// Makes a message that did not come count as a duplicate, since its sender was told that it is lost.
    void refuse(std::int64_t msg_id) { add({msg_id, 0, false, false}); }

    enum class order
    {
        good,
        too_low,  ///< an older message has a higher number, or the same odd one
        too_high, ///< a newer message has a lower number, or the same odd one
    };
    /// How the sequence number of a message that is not in yet compares with its neighbours'.
    order check_order(std::int64_t msg_id, std::int32_t seqno) const
    {
        auto const clash = [](std::int32_t older, std::int32_t newer) {
            return older > newer || (older == newer && (newer & 1) != 0);
        };
        if (msg_id < ordered_from_)
            return order::good;
        auto const at = find(msg_id);
        for (auto it = at; it != ids_.begin();)
            if ((--it)->ordered) {
                if (clash(it->seqno, seqno))
                    return order::too_low;
                break;
            }
        for (auto it = at; it != ids_.end(); ++it)
            if (it->ordered) {
                if (clash(seqno, it->seqno))
                    return order::too_high;
                break;
            }
        return order::good;
    }
    /// Sequence numbers of what came so far take no part in comparisons any more (a new connection).
    void forget_order()
    {
        for (auto& e : ids_)
            e.ordered = false;
    }
    /// The same for those below `first`, whether they are in or still to come: with it the sender began to count anew.
    void forget_order_below(std::int64_t first)
    {
        ordered_from_ = (std::max)(ordered_from_, first);
        for (auto& e : ids_)
            e.ordered = e.ordered && e.msg_id >= first;
    }

    /// What to answer to msgs_state_req, without flags.
    std::uint8_t status(std::int64_t msg_id) const
    {
        if (is_forgotten(msg_id))
            return message_status::unknown;
        auto const at = find(msg_id);
        if (at == ids_.end())
            return message_status::too_high;
        return at->msg_id == msg_id && at->came ? message_status::received : message_status::not_received;
    }

private:
    struct entry
    {
        std::int64_t msg_id = 0;
        std::int32_t seqno = 0;
        bool ordered = false;
        bool came = false;
    };

    std::vector<entry>::const_iterator find(std::int64_t msg_id) const
    {
        if (ids_.empty() || ids_.back().msg_id < msg_id) // nearly always
            return ids_.end();
        return std::lower_bound(ids_.begin(), ids_.end(), msg_id,
                                [](const entry& e, std::int64_t id) { return e.msg_id < id; });
    }
    bool add(const entry& e)
    {
        if (is_forgotten(e.msg_id))
            return false;
        auto const at = find(e.msg_id);
        if (at != ids_.end() && at->msg_id == e.msg_id)
            return false;
        ids_.insert(at, e);
        if (ids_.size() >= capacity_ + capacity_ / 4) { // in batches, so that it costs nothing on average
            auto const cut = ids_.begin() + static_cast<std::ptrdiff_t>(ids_.size() - capacity_);
            floor_ = (cut - 1)->msg_id;
            ids_.erase(ids_.begin(), cut);
        }
        return true;
    }

    std::vector<entry> ids_; // sorted
    std::size_t capacity_;
    std::int64_t floor_ = 0;
    std::int64_t ordered_from_ = 0;
};

} // namespace mtproto::session
