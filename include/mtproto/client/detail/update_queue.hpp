// Updates that wait for one consumer.
#pragma once

#include <mtproto/client/detail/call_sink.hpp>

#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <functional>

namespace mtproto::detail {

/// Bounded. Nothing gets lost silently: where updates had to be dropped, updatesTooLong stands in their place.
/// Used on the client's strand only.
class update_queue
{
public:
    update_queue(std::size_t limit, bytes mark, bool results, std::function<void(const bytes&)> call)
        : capacity(limit), too_long(std::move(mark)), with_results(results), callback(std::move(call))
    {
    }

    std::size_t capacity;
    bytes too_long;      ///< updatesTooLong, serialized
    bool with_results;   ///< also the Updates that calls return
    std::function<void(const bytes&)> callback{}; ///< instead of waiting
    std::deque<bytes> waiting{};
    std::unique_ptr<call_sink> taker{};
    std::unique_ptr<boost::asio::steady_timer> timer{}; ///< of the taker's patience

    void push(const bytes& body)
    {
        if (callback)
            return callback(body);
        if (taker)
            return finish(body);
        if (waiting.size() >= capacity) {
            waiting.clear();
            waiting.push_back(too_long);
            return;
        }
        waiting.push_back(body);
    }
    void take(std::unique_ptr<call_sink> sink)
    {
        if (!waiting.empty()) {
            auto body = std::move(waiting.front());
            waiting.pop_front();
            return sink->complete(std::move(body));
        }
        if (taker)
            return sink->complete(error(errc::bad_argument, "somebody else waits for this subscription's next update"));
        taker = std::move(sink);
    }
    void stop(const error& why)
    {
        if (taker)
            finish(why);
    }

private:
    void finish(result<bytes> answer)
    {
        if (timer)
            timer->cancel();
        std::exchange(taker, nullptr)->complete(std::move(answer));
    }
};

} // namespace mtproto::detail
