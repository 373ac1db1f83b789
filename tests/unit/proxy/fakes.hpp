// An account and a bridge that do what the tests say.
#pragma once

#include <mtproto/proxy/detail/wire.hpp>
#include <mtproto/proxy/server.hpp>

#include <array>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace proxy_test {

using namespace mtproto;
using bytes = std::vector<std::byte>;

inline bytes to_bytes(std::string_view text)
{
    auto const all = std::as_bytes(std::span(text.data(), text.size()));
    return {all.begin(), all.end()};
}
inline std::string to_text(mtproto::proxy::bytes_view b) { return std::string(proxy::detail::text_of(b)); }

/// Answers from a thread of its own: "echo:x" with "x", "error:420:FLOOD_WAIT_17" with that, "hold" when told or cancelled.
class fake_account final : public proxy::account
{
public:
    explicit fake_account(std::string name = "one") : name_(std::move(name)), thread_([this] { run(); }) {}
    ~fake_account() override
    {
        {
            std::lock_guard const lock(mutex_);
            over_ = true;
            changed_.notify_all();
        }
        thread_.join();
    }

    void call(proxy::call_id id, bytes request, std::chrono::milliseconds timeout, completion done) override
    {
        std::lock_guard const lock(mutex_);
        ++calls_;
        last_timeout_ = timeout;
        auto const text = to_text(request);
        if (text == "hold" || text == "deaf")
            held_.emplace(id, held{std::move(done), text == "deaf"});
        else
            answers_.emplace_back(std::move(done), answer_to(text));
        changed_.notify_all();
    }
    void cancel(proxy::call_id id) override
    {
        std::lock_guard const lock(mutex_);
        ++cancelled_;
        if (auto const found = held_.find(id); found != held_.end() && !found->second.deaf) {
            answers_.emplace_back(std::move(found->second.done), errc::cancelled);
            held_.erase(found);
        }
        changed_.notify_all();
    }
    bool connected() const override { return up; }

    /// Waits until so many calls are held.
    bool holds(std::size_t count)
    {
        return wait([&] { return held_.size() == count; });
    }
    bool was_cancelled(std::size_t count)
    {
        return wait([&] { return cancelled_ >= count; });
    }
    void release()
    {
        std::lock_guard const lock(mutex_);
        for (auto& [id, one] : held_)
            answers_.emplace_back(std::move(one.done), to_bytes("released"));
        held_.clear();
        changed_.notify_all();
    }
    std::size_t calls()
    {
        std::lock_guard const lock(mutex_);
        return calls_;
    }
    std::chrono::milliseconds last_timeout()
    {
        std::lock_guard const lock(mutex_);
        return last_timeout_;
    }

    std::atomic<bool> up{true};

private:
    struct held
    {
        completion done;
        bool deaf;
    };
    result<bytes> answer_to(const std::string& text)
    {
        if (text.starts_with("echo:"))
            return to_bytes(text.substr(5));
        if (text == "name")
            return to_bytes(name_);
        if (text == "large")
            return bytes(100'000, std::byte('x'));
        if (text == "empty")
            return bytes();
        if (text.starts_with("error:"))
            return error::from_rpc(std::stoi(text.substr(6)), text.substr(text.find(':', 6) + 1));
        if (text == "offline")
            return error(errc::not_connected);
        if (text == "late")
            return error(errc::timed_out);
        return error(errc::wrong_result, text);
    }
    template <class Condition>
    bool wait(Condition condition)
    {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(20), condition);
    }
    void run()
    {
        std::unique_lock lock(mutex_);
        for (;;) {
            changed_.wait(lock, [&] { return over_ || !answers_.empty(); });
            if (over_)
                return;
            auto answers = std::move(answers_);
            answers_.clear();
            lock.unlock();
            for (auto& [done, answer] : answers)
                done(std::move(answer));
            answers.clear();
            lock.lock();
        }
    }

    std::string name_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool over_ = false;
    std::size_t calls_ = 0;
    std::size_t cancelled_ = 0;
    std::chrono::milliseconds last_timeout_{};
    std::map<proxy::call_id, held> held_;
    std::vector<std::pair<completion, result<bytes>>> answers_;
    std::thread thread_;
};

/// Protobuf and TL are the same here. Wrap("Inner:request") carries another method.
class fake_bridge final : public proxy::api_bridge
{
public:
    proxy::served_method find(std::string_view rpc) const override
    {
        static constexpr std::array<std::string_view, 4> names{"MessagesSend", "UsersGet", "AuthLogOut", "Wrap"};
        for (auto const& name : names)
            if (name == rpc)
                return {name, name, &name};
        return {};
    }
    result<bytes> request_to_tl(const proxy::served_method&, proxy::bytes_view protobuf) const override
    {
        if (to_text(protobuf) == "garbage")
            return errc::truncated;
        return bytes(protobuf.begin(), protobuf.end());
    }
    result<bytes> result_to_protobuf(const proxy::served_method& method, proxy::bytes_view tl, proxy::bytes_view request) const override
    {
        if (to_text(tl) == "garbage")
            return errc::unknown_constructor;
        if (method.rpc == "Wrap")
            return to_bytes(to_text(request) + " -> " + to_text(tl));
        return bytes(tl.begin(), tl.end());
    }
    result<std::vector<proxy::served_method>> carried(const proxy::served_method& method, proxy::bytes_view request) const override
    {
        if (method.rpc != "Wrap")
            return std::vector<proxy::served_method>();
        auto const text = to_text(request);
        return std::vector{find(text.substr(5))}; // of "echo:AuthLogOut"
    }
    bool knows_update(std::string_view kind) const override { return kind != "nonsense"; }
    std::vector<proxy::bytes_view> descriptor_files() const override
    {
        std::vector<proxy::bytes_view> out;
        for (auto const& file : files)
            out.push_back(std::as_bytes(std::span(file.data(), file.size())));
        return out;
    }

    std::vector<std::string> files{};
};

/// Counts.
class fake_observer final : public proxy::observer
{
public:
    void call_started(const proxy::call_info& info) override { note("start " + std::string(info.rpc)); }
    void call_finished(const proxy::call_info& info, const proxy::call_outcome& outcome) override
    {
        {
            std::lock_guard const lock(mutex_);
            last_account = info.account;
            last_token = info.token;
            last_bytes = {outcome.request_bytes, outcome.reply_bytes};
        }
        note("end " + std::string(info.rpc) + ' ' + std::string(name_of(outcome.status)));
    }
    void listener_opened(const proxy::call_info&) override { note("listener"); }
    void listener_closed(const proxy::call_info&, bool dropped) override { note(dropped ? "dropped" : "closed"); }
    void updates_published(std::string_view, std::string_view kind, std::size_t updates, std::size_t) override
    {
        note("published", updates);
        note("published " + std::string(kind), updates);
    }
    void updates_sent(std::string_view, std::size_t updates, std::size_t) override { note("sent", updates); }
    void updates_dropped(std::string_view, std::size_t updates) override { note("lost", updates); }
    void note(std::string_view text) override { note(std::string(text), 1); }

    /// Waits until it was noted so often.
    bool noted(const std::string& what, std::size_t count = 1)
    {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return seen[what] >= count; });
    }
    std::size_t count(const std::string& what)
    {
        std::lock_guard const lock(mutex_);
        return seen[what];
    }
    std::string last_account, last_token;
    std::pair<std::size_t, std::size_t> last_bytes{};

private:
    void note(const std::string& what, std::size_t count)
    {
        std::lock_guard const lock(mutex_);
        seen[what] += count;
        changed_.notify_all();
    }
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, std::size_t> seen;
};

/// Options for a server on a free port of loopback.
inline proxy::server_options quiet_options()
{
    proxy::server_options options;
    options.listen = {"127.0.0.1:0"};
    options.drain_time = std::chrono::milliseconds(2000);
    return options;
}

/// A server with one account.
struct served
{
    explicit served(proxy::server_options options = quiet_options(), std::shared_ptr<fake_bridge> with = std::make_shared<fake_bridge>())
        : server(std::move(options), std::move(with), watch)
    {
        up = server.add_account("one", account).has_value() && server.start().has_value();
    }
    std::string address() const { return "127.0.0.1:" + std::to_string(server.ports().at(0)); }

    std::shared_ptr<fake_account> account = std::make_shared<fake_account>();
    std::shared_ptr<fake_observer> watch = std::make_shared<fake_observer>();
    proxy::server server;
    bool up = false;
};

/// The texts of a message's fields with this number, in order.
inline std::vector<std::string> fields(std::string_view message, std::uint32_t number)
{
    std::vector<std::string> out;
    proxy::detail::wire_reader reader(message);
    while (auto const field = reader.next())
        if (field->number == number)
            out.push_back(field->delimited ? std::string(field->text) : std::to_string(field->value));
    return out;
}
inline std::string field(std::string_view message, std::uint32_t number)
{
    auto const all = fields(message, number);
    return all.empty() ? std::string() : all.back();
}

/// What a google.rpc.Status says.
struct details
{
    std::string code, message, reason, domain;
    std::map<std::string, std::string> metadata;
    std::string retry_seconds, retry_nanos;

    static details of(std::string_view status)
    {
        details out;
        out.code = field(status, 1);
        out.message = field(status, 2);
        for (auto const& any : fields(status, 3)) {
            auto const value = field(any, 2);
            if (field(any, 1) == "type.googleapis.com/google.rpc.ErrorInfo") {
                out.reason = field(value, 1);
                out.domain = field(value, 2);
                for (auto const& entry : fields(value, 3))
                    out.metadata[field(entry, 1)] = field(entry, 2);
            }
            if (field(any, 1) == "type.googleapis.com/google.rpc.RetryInfo") {
                out.retry_seconds = field(field(value, 1), 1);
                out.retry_nanos = field(field(value, 1), 2);
            }
        }
        return out;
    }
};

} // namespace proxy_test
