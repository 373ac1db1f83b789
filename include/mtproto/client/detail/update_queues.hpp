// The subscriptions of a client, and what waits for each.
#pragma once

#include <mtproto/client/detail/update_queue.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <map>
#include <optional>
#include <tuple>

namespace mtproto::detail {

/// Used on the client's strand only.
class update_queues
{
public:
    /// `too_long`: updatesTooLong, serialized. `capacity`: of each queue.
    update_queues(boost::asio::any_io_executor strand, std::size_t capacity, bytes too_long)
        : strand_(std::move(strand)), capacity_(capacity), too_long_(std::move(too_long))
    {
    }

    void add(std::uint64_t id, bool with_results, std::function<void(const bytes&)> callback)
    {
        queues_.emplace(std::piecewise_construct, std::tuple(id),
                        std::tuple(capacity_, too_long_, with_results, std::move(callback)));
    }
    void drop(std::uint64_t id) { queues_.erase(id); }

    /// Gives `sink` the next update; errc::timed_out at `until`, unless the `owner` of this is gone by then.
    void next(std::uint64_t id, std::unique_ptr<call_sink> sink, std::optional<std::chrono::steady_clock::time_point> until,
              std::weak_ptr<const void> owner)
    {
        auto const found = queues_.find(id);
        if (found == queues_.end())
            return sink->complete(errc::not_connected);
        auto& queue = found->second;
        queue.take(std::move(sink));
        if (!until || !queue.taker)
            return;
        if (!queue.timer)
            queue.timer = std::make_unique<boost::asio::steady_timer>(strand_);
        queue.timer->expires_at(*until);
        queue.timer->async_wait([this, id, owner = std::move(owner)](boost::system::error_code ec) {
            if (auto const alive = owner.lock(); alive && !ec)
                stop(id, errc::timed_out);
        });
    }
    /// Who waits there is told `why`; the subscription stays.
    void stop(std::uint64_t id, const error& why)
    {
        if (auto const found = queues_.find(id); found != queues_.end())
            found->second.stop(why);
    }
    void stop_all(const error& why)
    {
        for (auto& [id, queue] : queues_)
            queue.stop(why);
    }

    void push(const bytes& updates)
    {
        for (auto& [id, queue] : queues_)
            queue.push(updates);
    }
    /// What a call returned, for those who want that as well.
    void push_result(const bytes& updates)
    {
        for (auto& [id, queue] : queues_)
            if (queue.with_results)
                queue.push(updates);
    }
    /// Some may have been missed.
    void push_gap() { push(too_long_); }

private:
    boost::asio::any_io_executor strand_;
    std::size_t capacity_;
    bytes too_long_;
    std::map<std::uint64_t, update_queue> queues_{};
};

} // namespace mtproto::detail
