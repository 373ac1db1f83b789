// What all calls of a server share, and its thread.
#pragma once

#include <mtproto/proxy/detail/src_rpc_call.hpp>

#include <mtproto/proxy/account.hpp>
#include <mtproto/proxy/api_bridge.hpp>
#include <mtproto/proxy/listener_queue.hpp>
#include <mtproto/proxy/reflection.hpp>
#include <mtproto/proxy/server_options.hpp>

#include <mtproto/crypto/random.hpp>

#include <deque>
#include <set>
#include <thread>

namespace mtproto::proxy::detail {

class update_listener;

/// An account of the server and those who listen to it.
struct served_account
{
    served_account(std::string n, std::shared_ptr<account> a, std::uint64_t epoch, const server_options& options)
        : name(std::move(n)), session(std::move(a)), log(epoch, options.update_log, options.update_log_bytes)
    {
    }
    std::string name;
    std::shared_ptr<account> session;
    // On the server's thread:
    update_log<grpc::Slice> log;
    std::set<update_listener*> listeners{};
};

/// Shared state of a server's calls. Unless a function says otherwise it is for the server's thread.
class hub
{
public:
    using clock = std::chrono::steady_clock;

    hub(server_options o, std::shared_ptr<const api_bridge> a, std::shared_ptr<observer> w)
        : options(std::move(o)), api(std::move(a)), watch(std::move(w)), access(std::make_shared<access_control>(options))
    {
        runtime->watch = watch;
        for (auto& token : options.tokens)
            crypto::wipe(std::as_writable_bytes(std::span(token.secret)));
    }

    server_options options;
    std::shared_ptr<const api_bridge> api;
    std::shared_ptr<observer> watch;
    std::shared_ptr<const access_control> access; ///< on the server's thread, once it runs
    std::shared_ptr<rpc_runtime> runtime = std::make_shared<rpc_runtime>();
    std::atomic<bool> draining{false};
    std::atomic<call_id> last_id{0};
    std::set<rpc_call*> streams{}; ///< open ones

    // ---- accounts, from any thread

    served_account* find_account(std::string_view name) const
    {
        std::lock_guard const lock(accounts_mutex_);
        for (auto const& one : accounts_)
            if (one->name == name)
                return one.get();
        return nullptr;
    }
    /// The first one that the caller may use.
    served_account* default_account(const caller& who) const
    {
        std::lock_guard const lock(accounts_mutex_);
        for (auto const& one : accounts_)
            if (who.may_use(one->name))
                return one.get();
        return nullptr;
    }
    result<> add_account(std::string name, std::shared_ptr<account> what)
    {
        if (name.empty() || !what)
            return error(errc::bad_argument, "an account needs a name and a session");
        std::uint64_t epoch{};
        crypto::system_random().fill(std::as_writable_bytes(std::span(&epoch, 1)));
        std::lock_guard const lock(accounts_mutex_);
        for (auto const& one : accounts_)
            if (one->name == name)
                return error(errc::bad_argument, "there is an account '" + name + "' already");
        accounts_.push_back(std::make_unique<served_account>(std::move(name), std::move(what), epoch, options));
        return {};
    }

    // ---- the thread

    /// Runs `f` on the server's thread, soon; once there is one, and not at all after close(). From any thread.
    void post(std::function<void()> f)
    {
        std::lock_guard const lock(tasks_mutex_);
        if (closed_)
            return;
        tasks_.push_back(std::move(f));
        wake();
    }
    /// Ticks `ticking_ones` as long as there are some.
    void keep_ticking()
    {
        std::lock_guard const lock(tasks_mutex_);
        if (!open_ || closed_ || std::exchange(tick_set_, true))
            return;
        tick_.Set(runtime->queue.get(), gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis(500, GPR_TIMESPAN)),
                  static_cast<queue_event*>(&on_tick_));
    }
    /// What wants to look after itself from time to time; erases itself.
    std::set<class ticking*> ticking_ones{};

    /// The thread's body.
    void run()
    {
        void* tag = nullptr;
        bool ok = false;
        while (runtime->queue->Next(&tag, &ok))
            static_cast<queue_event*>(tag)->happened(ok);
    }
    /// Opens the queue for post(), once it exists; close() is for good. From any thread.
    void open()
    {
        std::lock_guard const lock(tasks_mutex_);
        open_ = true;
        if (!tasks_.empty())
            wake();
    }
    void close()
    {
        std::lock_guard const lock(tasks_mutex_);
        closed_ = true;
        tasks_.clear();
        if (open_) {
            wake_.Cancel();
            tick_.Cancel();
        }
    }

private:
    struct wake_event final : queue_event
    {
        explicit wake_event(hub& h) : of(h) {}
        void happened(bool) override { of.run_tasks(); }
        hub& of;
    };
    struct tick_event final : queue_event
    {
        explicit tick_event(hub& h) : of(h) {}
        void happened(bool) override { of.run_ticks(); }
        hub& of;
    };

    void run_tasks()
    {
        std::vector<std::function<void()>> tasks;
        {
            std::lock_guard const lock(tasks_mutex_);
            wake_set_ = false;
            tasks.swap(tasks_);
        }
        for (auto const& task : tasks)
            task();
    }
    void run_ticks();
    void wake()
    {
        if (open_ && !std::exchange(wake_set_, true))
            wake_.Set(runtime->queue.get(), gpr_time_0(GPR_CLOCK_MONOTONIC), static_cast<queue_event*>(&on_wake_));
    }

    mutable std::mutex accounts_mutex_{};
    std::vector<std::unique_ptr<served_account>> accounts_{};

    std::mutex tasks_mutex_{};
    bool open_ = false;
    bool closed_ = false;
    bool wake_set_ = false;
    bool tick_set_ = false;
    std::vector<std::function<void()>> tasks_{};
    grpc::Alarm wake_{};
    grpc::Alarm tick_{};
    wake_event on_wake_{*this};
    tick_event on_tick_{*this};
};

/// Base of what looks after itself every half second while it exists.
class ticking
{
public:
    virtual void tick() = 0;

protected:
    explicit ticking(hub& h) : ticker_(h)
    {
        ticker_.ticking_ones.insert(this);
        ticker_.keep_ticking();
    }
    ticking(const ticking&) = delete;
    ticking& operator=(const ticking&) = delete;
    ~ticking() { ticker_.ticking_ones.erase(this); }

private:
    hub& ticker_;
};

inline void hub::run_ticks()
{
    {
        std::lock_guard const lock(tasks_mutex_);
        tick_set_ = false;
        if (closed_)
            return;
    }
    auto const all = ticking_ones;
    for (auto* const one : all)
        if (ticking_ones.contains(one))
            one->tick();
    if (!ticking_ones.empty())
        keep_ticking();
}

/// UNAVAILABLE, for what comes too late.
inline call_status draining_status()
{
    return proxy_status(status_code::unavailable, "DRAINING", "draining: the server is about to stop, connect again");
}

/// Base of streams: they hold their place among those that a drain ends.
class stream_handler : public call_handler
{
protected:
    stream_handler(hub& h, rpc_call& call) : hub_(h), call_(call) { hub_.streams.insert(&call_); }
    stream_handler(const stream_handler&) = delete;
    stream_handler& operator=(const stream_handler&) = delete;
    ~stream_handler() override { hub_.streams.erase(&call_); }

    hub& hub_;
    rpc_call& call_;
};

} // namespace mtproto::proxy::detail
