// What a client sent lately: calls until they are answered, everything else until it is forgotten.
#pragma once

#include "mtproto/session/detail/node_pool.hpp"
#include "mtproto/session/engine_options.hpp"
#include "mtproto/session/events.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace mtproto::session::detail {

/// A message of the engine's own making, kept so that a rejection can be understood and repaired.
struct sent_service
{
    enum class kind : std::uint8_t
    {
        container, ///< ids: its messages
        acks,      ///< ids: what was acknowledged
        ping,
        state_request,  ///< ids: what was asked about
        resend_request, ///< ids: what was asked for
        salts_request,
        drop,  ///< ids: the message of the cancelled call
        other, ///< body: to be sent again as it is
    };
    kind what = kind::other;
    bool content = false;
    unsigned generation = 0; ///< of the corrections that the message was made with
    std::vector<std::int64_t> ids{};
    std::vector<std::byte> body{};
};

/// The last messages of that sort; check 23: a rejection of anything else is not believed.
class service_log
{
public:
    static constexpr std::size_t capacity = 512;

    /// A place for one more, in place of the oldest if the log is full. Its lists are empty.
    sent_service& add(std::int64_t msg_id, sent_service::kind what, bool content, unsigned generation)
    {
        if (entries_.size() < capacity)
            next_ = entries_.size(), entries_.emplace_back();
        auto& at = entries_[next_];
        next_ = (next_ + 1) % capacity;
        at.msg_id = msg_id;
        at.s.what = what;
        at.s.content = content;
        at.s.generation = generation;
        at.s.ids.clear(); // the memory stays
        at.s.body.clear();
        return at.s;
    }
    void add(std::int64_t msg_id, sent_service s)
    {
        add(msg_id, s.what, s.content, s.generation) = std::move(s);
    }
    /// Looks through all: asked for rejections and answers to service messages, which are rare.
    const sent_service* find(std::int64_t msg_id) const
    {
        auto const found = std::find_if(entries_.begin(), entries_.end(),
                                        [&](const entry& e) { return e.msg_id == msg_id; });
        return found == entries_.end() || msg_id == 0 ? nullptr : &found->s;
    }
    /// Each message can be rejected, or answered, once.
    std::optional<sent_service> take(std::int64_t msg_id)
    {
        auto const found = std::find_if(entries_.begin(), entries_.end(),
                                        [&](const entry& e) { return e.msg_id == msg_id; });
        if (found == entries_.end() || msg_id == 0)
            return std::nullopt;
        found->msg_id = 0; // its place stays until it is the oldest
        return std::move(found->s);
    }
    void clear()
    {
        entries_.clear();
        next_ = 0;
    }
    /// Forgets those below `msg_id`, and gives back the memory of them.
    void forget_below(std::int64_t msg_id)
    {
        std::rotate(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(oldest()),
                    entries_.end());
        std::erase_if(entries_, [&](const entry& e) { return e.msg_id < msg_id; });
        entries_.shrink_to_fit();
        next_ = entries_.size() % capacity;
    }

private:
    struct entry
    {
        std::int64_t msg_id = 0;
        sent_service s{};
    };
    std::size_t oldest() const noexcept { return entries_.size() < capacity ? 0 : next_; }

    std::vector<entry> entries_; // once full, the oldest is at next_
    std::size_t next_ = 0;
};

/// A call that has no answer yet.
struct pending_call
{
    enum class stage : std::uint8_t
    {
        queued, ///< to be sent
        sent,
        unsure, ///< sent, perhaps lost with the connection: its state has to be asked for
        asked,  ///< its state was asked for
    };
    call_id id = 0;
    std::vector<std::byte> request{};
    std::shared_ptr<const std::vector<std::byte>> shared{}; ///< the request instead, of one who keeps it as well
    call_options options{};
    stage at = stage::queued;
    bool acknowledged = false; ///< the server has it, as far as is known
    bool cut = false;          ///< the connection that it went by was lost
    bool with_init = false;
    bool wrapped = false; ///< in invokeAfterMsg
    bool is_binding = false;
    bool is_destroy = false;
    unsigned generation = 0;
    int rejections = 0;
    int lost_answers = 0;
    std::int64_t msg_id = 0;    ///< under which it was sent last, 0: never
    std::int64_t packet_id = 0; ///< that, or the identifier of the container around it
    time_point ask_at{};
    duration ask_interval{};
    std::vector<std::int64_t> old_ids{}; ///< under which it was sent before in this session

    std::span<const std::byte> body() const noexcept { return shared ? *shared : request; }
};

/// All calls without an answer, by their numbers and by the messages that carried them.
///
/// Its nodes, one or two for each call, come from a pool.
class call_table
{
public:
    call_table()
        : pool_(std::make_unique<node_pool>()), calls_(pool_allocator<int>(*pool_)),
          by_message_(pool_allocator<int>(*pool_)), queue_(pool_allocator<int>(*pool_))
    {
    }
    using queue_type = std::set<call_id, std::less<>, pool_allocator<call_id>>;
    using map_type =
        std::map<call_id, pending_call, std::less<>, pool_allocator<std::pair<const call_id, pending_call>>>;

    pending_call& add(pending_call call)
    {
        auto const id = call.id;
        queue_.insert(id);
        return calls_.emplace(id, std::move(call)).first->second;
    }
    pending_call* find(call_id id)
    {
        auto const found = calls_.find(id);
        return found == calls_.end() ? nullptr : &found->second;
    }
    pending_call* find_message(std::int64_t msg_id)
    {
        auto const found = by_message_.find(msg_id);
        return found == by_message_.end() ? nullptr : find(found->second);
    }
    void erase(pending_call& call)
    {
        forget_messages(call);
        queue_.erase(call.id);
        calls_.erase(call.id);
    }
    /// The call goes without having been applied: what was to follow it follows its predecessor.
    void bypass(const pending_call& call)
    {
        for (auto& [id, other] : calls_)
            if (other.options.after == call.id)
                other.options.after = call.options.after;
    }
    /// The call went out under a new identifier.
    void sent_as(pending_call& call, std::int64_t msg_id)
    {
        if (call.msg_id != 0)
            call.old_ids.push_back(call.msg_id);
        call.msg_id = call.packet_id = msg_id;
        call.at = pending_call::stage::sent;
        call.cut = false;
        by_message_.emplace(msg_id, call.id);
        queue_.erase(call.id);
    }
    /// To be sent again, under a new identifier. A late answer to the old one is still good.
    void requeue(pending_call& call)
    {
        call.at = pending_call::stage::queued;
        call.acknowledged = false;
        queue_.insert(call.id);
    }
    /// In another session nothing that was sent before has a meaning.
    void forget_messages(pending_call& call)
    {
        for (auto const id : call.old_ids)
            by_message_.erase(id);
        by_message_.erase(call.msg_id);
        call.old_ids.clear();
        call.msg_id = call.packet_id = 0;
    }
    /// In the order of send(), so that a repetition keeps the order.
    queue_type& queue() noexcept { return queue_; }
    map_type& all() noexcept { return calls_; }
    std::size_t size() const noexcept { return calls_.size(); }
    /// Gives back the memory of calls that are gone.
    void shrink() noexcept { pool_->release(); }

private:
    std::unique_ptr<node_pool> pool_; // on the heap, as the containers may be moved
    map_type calls_;
    std::unordered_map<std::int64_t, call_id, std::hash<std::int64_t>, std::equal_to<>,
                       pool_allocator<std::pair<const std::int64_t, call_id>>>
        by_message_;
    queue_type queue_;
};

} // namespace mtproto::session::detail
