// What the public face of a client needs of its inside.
#pragma once

#include <mtproto/client/detail/call_sink.hpp>
#include <mtproto/client/options.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace mtproto::detail {

/// From any thread. Virtual, so that a translation unit that only makes calls does not compile connections and sessions.
class client_interface : public std::enable_shared_from_this<client_interface>
{
public:
    virtual ~client_interface() = default;

    virtual const boost::asio::any_io_executor& executor() const noexcept = 0;
    virtual const client_options& options() const noexcept = 0;
    /// A name for a call or a subscription.
    std::uint64_t next_id() noexcept { return ++last_id_; }

    virtual void connect(std::unique_ptr<call_sink> sink) = 0;
    virtual void close(std::unique_ptr<call_sink> sink) = 0;
    virtual void call(std::uint64_t id, result<bytes> request, const invoke_options& how, std::unique_ptr<call_sink> sink) = 0;
    virtual void cancel(std::uint64_t id) = 0;
    virtual void reconnect() = 0;
    virtual void renew_session() = 0;
    virtual void listen(std::weak_ptr<const event_listener::function> listener) = 0;
    /// No event is told from now on.
    void mute() noexcept { muted_ = true; }

    virtual void subscribe(std::uint64_t id, bool with_results, std::function<void(const bytes&)> callback) = 0;
    virtual void unsubscribe(std::uint64_t id) = 0;
    virtual void next_update(std::uint64_t id, std::optional<std::chrono::steady_clock::time_point> until,
                             std::unique_ptr<call_sink> sink) = 0;
    virtual void cancel_next_update(std::uint64_t id) = 0;
    /// Whether Updates in results are wanted by a subscription, and how to hand them in.
    bool wants_results() const noexcept { return wants_results_; }
    virtual void saw_result(bytes updates) = 0;
    /// Whether requests flow to the account's data centre.
    bool connected() const noexcept { return connected_; }

    virtual void signed_in(std::int64_t user_id, std::string phone) = 0;
    virtual void signed_out() = 0;
    /// Calls `f` with the session on the strand; `f` says whether to save it soon.
    virtual void with_session(std::function<bool(session_data&)> f) = 0;

protected:
    std::atomic<std::uint64_t> last_id_{0};
    std::atomic<bool> wants_results_{false};
    std::atomic<bool> connected_{false};
    std::atomic<bool> muted_{false};
};

} // namespace mtproto::detail
