// One call of gRPC, of any method: reading, writing, ending, and who is told.
#pragma once

#include <mtproto/proxy/access.hpp>
#include <mtproto/proxy/api_bridge.hpp>
#include <mtproto/proxy/detail/src_certificates.hpp>
#include <mtproto/proxy/observer.hpp>
#include <mtproto/proxy/status_code.hpp>

#include <grpcpp/alarm.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server.h>
#include <grpcpp/support/byte_buffer.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace mtproto::proxy::detail {

/// What the completion queue gives back.
class queue_event
{
public:
    virtual void happened(bool ok) = 0;

protected:
    ~queue_event() = default;
};

class rpc_call;

/// What outlives the server for as long as a call of it is held by an account that is slow to answer.
struct rpc_runtime
{
    std::unique_ptr<certificates> tls{}; ///< what gRPC asks for certificates; null without TLS
    grpc::AsyncGenericService service{};
    std::unique_ptr<grpc::ServerCompletionQueue> queue{};
    std::unique_ptr<grpc::Server> server{};
    std::shared_ptr<observer> watch{};

    std::mutex mutex{};
    std::unordered_set<rpc_call*> live{}; ///< under the mutex
    std::condition_variable idle{};       ///< no call is under way any more
    std::atomic<std::size_t> under_way{0}; ///< calls, without streams, that wait for their account
    bool over = false; ///< on the server's thread: nothing may be started on the queue any more
};

/// The messages' bytes. They are copied where that is cheaper than to hand them over.
inline grpc::Slice to_slice(std::vector<std::byte> bytes)
{
    if (bytes.size() < 4096)
        return {bytes.data(), bytes.size()};
    auto* const kept = new std::vector<std::byte>(std::move(bytes));
    return {kept->data(), kept->size(), [](void* p) { delete static_cast<std::vector<std::byte>*>(p); }, kept};
}
inline grpc::ByteBuffer to_buffer(std::string_view bytes)
{
    grpc::Slice const slice(bytes.data(), bytes.size());
    return {&slice, 1};
}

/// Decides what a call does. All functions run on the server's thread.
class call_handler
{
public:
    virtual ~call_handler() = default;

    /// After rpc_call::read().
    virtual void on_message(rpc_call&, bytes_view) {}
    /// There will be no more messages.
    virtual void on_end_of_messages(rpc_call&) {}
    /// After rpc_call::write() and start_stream(), where these succeeded.
    virtual void on_written(rpc_call&) {}
    /// The client cancelled, or went away, or its deadline passed.
    virtual void on_cancelled(rpc_call&) {}
    /// A stream ends now: the server is draining, or its client may not use it any more.
    virtual void on_stop(rpc_call&, [[maybe_unused]] const call_status& why) {}
};

/// A call from its arrival to its end. Kept alive by the operations that gRPC has under way for it.
///
/// end() and reply() may be called from any thread, all else on the server's.
class rpc_call : public std::enable_shared_from_this<rpc_call>
{
public:
    using clock = std::chrono::steady_clock;

    explicit rpc_call(std::shared_ptr<rpc_runtime> runtime) : runtime_(std::move(runtime)) {}
    rpc_call(const rpc_call&) = delete;
    rpc_call& operator=(const rpc_call&) = delete;
    ~rpc_call()
    {
        std::lock_guard const lock(runtime_->mutex);
        runtime_->live.erase(this);
    }

    /// Waits for a call; `arrived(call)` runs when it is there.
    void await(std::function<void(rpc_call&)> arrived)
    {
        arrived_ = std::move(arrived);
        context_.AsyncNotifyWhenDone(begin(done_));
        runtime_->service.RequestCall(&context_, &stream_, runtime_->queue.get(), runtime_->queue.get(), begin(request_));
    }

    grpc::GenericServerContext& context() noexcept { return context_; }
    const std::string& path() const noexcept { return context_.method(); }
    std::string_view metadata(const char* name) const
    {
        auto const& all = context_.client_metadata();
        auto const found = all.find(name);
        return found == all.end() ? std::string_view() : std::string_view(found->second.data(), found->second.size());
    }
    bool cancelled() const noexcept { return cancelled_; }
    clock::time_point arrived_at() const noexcept { return arrived_at_; }

    /// Whose call it is; kept until the call is gone.
    void belongs_to(std::shared_ptr<caller> who) { caller_ = std::move(who); }
    const caller* by() const noexcept { return caller_.get(); }

    /// Who is told about the call; `info`'s texts must live as long as the call, but for the peer.
    void announce(const call_info& info)
    {
        info_ = info;
        if (!runtime_->watch)
            return;
        peer_ = context_.peer();
        info_.peer = peer_;
        announced_ = true;
        runtime_->watch->call_started(info_);
    }
    const call_info& info() const noexcept { return info_; }
    /// Released when the call ends.
    void hold(caller::place place) { place_ = std::move(place); }
    /// A server that drains waits for this call.
    void count()
    {
        counted_ = true;
        runtime_->under_way.fetch_add(1);
    }

    void handle(std::unique_ptr<call_handler> handler)
    {
        handler_ = std::move(handler);
        if (cancelled_)
            handler_->on_cancelled(*this);
    }
    call_handler* handler() const noexcept { return handler_.get(); }

    void read()
    {
        std::lock_guard const lock(mutex_);
        if (!ended_)
            stream_.Read(&incoming_, begin(read_));
    }

    /// Sends the headers, with a cursor. A stream's first write with a buffer hint would never flush them.
    void start_stream(const std::string& cursor)
    {
        std::lock_guard const lock(mutex_);
        if (ended_)
            return;
        context_.AddInitialMetadata("mtproto-cursor", cursor);
        stream_.SendInitialMetadata(begin(written_));
    }
    /// `more`: another write follows at once, so that gRPC may wait for it.
    void write(const grpc::ByteBuffer& message, bool more = false)
    {
        std::lock_guard const lock(mutex_);
        if (ended_)
            return;
        sent_ += message.Length();
        grpc::WriteOptions how;
        if (more)
            how.set_buffer_hint();
        stream_.Write(message, how, begin(written_));
    }

    /// Ends the call; only the first end() or reply() counts.
    void end(const call_status& status, const std::string& cursor = {})
    {
        {
            std::lock_guard const lock(mutex_);
            if (std::exchange(ended_, true))
                return;
            if (!cursor.empty())
                context_.AddTrailingMetadata("mtproto-cursor", cursor);
            stream_.Finish(grpc::Status(static_cast<grpc::StatusCode>(status.code), status.message, status.details),
                           begin(finished_));
        }
        tell(status);
    }
    void reply(const grpc::ByteBuffer& message)
    {
        {
            std::lock_guard const lock(mutex_);
            if (std::exchange(ended_, true))
                return;
            sent_ += message.Length();
            stream_.WriteAndFinish(message, grpc::WriteOptions(), grpc::Status::OK, begin(finished_));
        }
        tell({});
    }
    bool ended() const
    {
        std::lock_guard const lock(mutex_);
        return ended_;
    }
    /// Cuts the connection's stream; what was not written is lost.
    void cut() { context_.TryCancel(); }

    /// The server is over: nothing may be started any more.
    void abandon()
    {
        {
            std::lock_guard const lock(mutex_);
            if (std::exchange(ended_, true))
                return;
        }
        tell({status_code::unavailable, "the server stopped", {}});
    }

private:
    class event final : public queue_event
    {
    public:
        using handler = void (rpc_call::*)(bool);
        explicit event(handler h) noexcept : handler_(h) {}
        void keep(std::shared_ptr<rpc_call> call) { call_ = std::move(call); }
        void forget() { call_.reset(); }
        void happened(bool ok) override
        {
            auto const call = std::move(call_);
            ((*call).*handler_)(ok);
        }

    private:
        handler handler_;
        std::shared_ptr<rpc_call> call_{};
    };

    void* begin(event& e)
    {
        e.keep(shared_from_this());
        return static_cast<queue_event*>(&e);
    }

    void on_request(bool ok)
    {
        if (!ok) {
            done_.forget(); // gRPC does not tell about the end of what never began
            return;
        }
        if (runtime_->over)
            return;
        arrived_at_ = clock::now();
        {
            std::lock_guard const lock(runtime_->mutex);
            runtime_->live.insert(this);
        }
        auto const arrived = std::move(arrived_);
        arrived(*this);
    }
    void on_done(bool)
    {
        if (!context_.IsCancelled())
            return;
        cancelled_ = true;
        if (handler_)
            handler_->on_cancelled(*this);
    }
    void on_read(bool ok)
    {
        if (!handler_)
            return;
        if (!ok) {
            if (has_read_)
                return on_no_more(true);
            // It sent nothing, or it was cancelled, which is told a moment later.
            std::lock_guard const lock(mutex_);
            if (!ended_)
                pause_.Set(runtime_->queue.get(),
                           gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis(20, GPR_TIMESPAN)), begin(paused_));
            return;
        }
        has_read_ = true;
        received_ += incoming_.Length();
        grpc::Slice slice;
        if (!incoming_.DumpToSingleSlice(&slice).ok())
            slice = grpc::Slice();
        handler_->on_message(*this, std::as_bytes(std::span(slice.begin(), slice.size())));
    }
    void on_no_more(bool)
    {
        if (!cancelled_)
            handler_->on_end_of_messages(*this);
    }
    void on_written(bool ok)
    {
        if (ok && handler_)
            handler_->on_written(*this);
    }
    void on_finished(bool) {}

    void tell(const call_status& status)
    {
        place_ = {};
        if (counted_ && runtime_->under_way.fetch_sub(1) == 1) {
            std::lock_guard const lock(runtime_->mutex);
            runtime_->idle.notify_all();
        }
        if (announced_)
            runtime_->watch->call_finished(info_,
                                           {status.code, status.message, clock::now() - arrived_at_, received_, sent_});
    }

    std::shared_ptr<rpc_runtime> runtime_;
    std::shared_ptr<caller> caller_{}; // before all that refers to it
    grpc::GenericServerContext context_{};
    grpc::GenericServerAsyncReaderWriter stream_{&context_};
    std::function<void(rpc_call&)> arrived_{};
    std::unique_ptr<call_handler> handler_{};
    event request_{&rpc_call::on_request};
    event done_{&rpc_call::on_done};
    event read_{&rpc_call::on_read};
    event written_{&rpc_call::on_written};
    event finished_{&rpc_call::on_finished};
    event paused_{&rpc_call::on_no_more};
    grpc::Alarm pause_{};
    grpc::ByteBuffer incoming_{};

    clock::time_point arrived_at_{};
    call_info info_{};
    std::string peer_{};
    bool announced_ = false;
    bool counted_ = false;
    bool has_read_ = false;
    bool cancelled_ = false;
    caller::place place_{};
    std::size_t received_ = 0;
    std::size_t sent_ = 0;

    mutable std::mutex mutex_{}; ///< of what follows
    bool ended_ = false;
};

} // namespace mtproto::proxy::detail
