// What a client sent lately: calls until they are answered, everything else until it is forgotten.
#pragma once

#include "mtproto/session/engine_options.hpp"
#include "mtproto/session/events.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
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

    void add(std::int64_t msg_id, sent_service s)
    {
        if (order_.size() == capacity) {
            entries_.erase(order_.front());
            order_.pop_front();
        }
        order_.push_back(msg_id);
        entries_.insert_or_assign(msg_id, std::move(s));
    }
    const sent_service* find(std::int64_t msg_id) const
    {
        auto const found = entries_.find(msg_id);
        return found == entries_.end() ? nullptr : &found->second;
    }
    /// Each message can be rejected, or answered, once.
    std::optional<sent_service> take(std::int64_t msg_id)
    {
        auto const found = entries_.find(msg_id);
        if (found == entries_.end())
            return std::nullopt;
        auto s = std::move(found->second);
        entries_.erase(found); // its place in the order stays until it comes to the front
        return s;
    }
    void clear()
    {
        entries_.clear();
        order_.clear();
    }

private:
    std::unordered_map<std::int64_t, sent_service> entries_;
    std::deque<std::int64_t> order_;
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
};

/// All calls without an answer, by their numbers and by the messages that carried them.
class call_table
{
public:
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
    std::set<call_id>& queue() noexcept { return queue_; }
    std::map<call_id, pending_call>& all() noexcept { return calls_; }
    std::size_t size() const noexcept { return calls_.size(); }

private:
    std::map<call_id, pending_call> calls_;
    std::unordered_map<std::int64_t, call_id> by_message_;
    std::set<call_id> queue_;
};

} // namespace mtproto::session::detail
