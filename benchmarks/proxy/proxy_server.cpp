#include "servers.hpp"

#include <mtproto/proxy/api_methods.hpp>
#include <mtproto/proxy/server.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <thread>

namespace proxy_benchmark {

using namespace mtproto;

namespace {

/// By the constructor id that a request begins with.
class canned_account final : public proxy::account
{
public:
    explicit canned_account(bool hop) : hop_(hop)
    {
        if (hop_)
            thread_ = std::thread([this] { io_.run(); });
    }
    ~canned_account() override
    {
        work_.reset();
        if (thread_.joinable())
            thread_.join();
    }

    void call(proxy::call_id, std::vector<std::byte> request, std::chrono::milliseconds, completion done) override
    {
        if (!hop_)
            return answer(request, done);
        boost::asio::post(io_, [this, request = std::move(request), done = std::move(done)] { answer(request, done); });
    }
    void cancel(proxy::call_id) override {}
    bool connected() const override { return true; }

private:
    void answer(const std::vector<std::byte>& request, const completion& done) const
    {
        std::uint32_t id{};
        if (request.size() >= sizeof id)
            std::memcpy(&id, request.data(), sizeof id);
        if (id == users_id_)
            done(users_);
        else if (id == history_id_)
            done(history_);
        else
            done(error(errc::bad_argument, "the benchmark has no answer to this"));
    }

    bool hop_;
    std::vector<std::byte> users_ = canned_users();
    std::vector<std::byte> history_ = canned_history();
    std::uint32_t users_id_ = proxy::find_method("UsersGetUsers")->id;
    std::uint32_t history_id_ = proxy::find_method("MessagesGetHistory")->id;
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
    std::thread thread_{};
};

/// So that the publisher does not run ahead of the listeners.
class listener_count final : public proxy::observer
{
public:
    void listener_opened(const proxy::call_info&) override { ++listeners; }
    void listener_closed(const proxy::call_info&, bool was_dropped) override
    {
        --listeners;
        if (was_dropped)
            dropped = true;
    }
    void updates_sent(std::string_view, std::size_t updates, std::size_t) override
    {
        sent.fetch_add(updates, std::memory_order_relaxed);
    }

    std::atomic<std::size_t> listeners{0};
    std::atomic<std::size_t> sent{0};
    std::atomic<bool> dropped{false};
};

class proxied final : public served
{
public:
    proxied(const std::vector<std::string>& listen, bool hop)
        : addresses_(listen), server_(options(listen), std::make_shared<proxy::api_methods>(), watch_)
    {
        if (!server_.add_account("one", std::make_shared<canned_account>(hop)))
            throw std::runtime_error("no account");
        if (auto const up = server_.start(); !up)
            throw std::runtime_error(up.error().message());
        auto const ports = server_.ports();
        for (std::size_t i = 0; i < ports.size(); ++i)
            if (auto const colon = addresses_[i].rfind(':'); ports[i] != 0)
                addresses_[i] = addresses_[i].substr(0, colon + 1) + std::to_string(ports[i]);
    }

    const std::vector<std::string>& addresses() const override { return addresses_; }

    void publish(std::size_t count, std::size_t size, std::size_t pause) override
    {
        auto const listeners = std::max<std::size_t>(1, watch_->listeners);
        auto const before = watch_->sent.load();
        auto const at_once = pause == 0 ? batch : 1;
        for (std::size_t i = 0; i < count;) {
            proxy::published_batch some;
            for (std::size_t j = 0; j < at_once && i < count; ++j, ++i) {
                std::vector<std::byte> update(size, std::byte('x'));
                auto const stamp = now_stamp();
                std::memcpy(update.data() + size - sizeof stamp, &stamp, sizeof stamp);
                some.updates.push_back({"updateNewMessage", std::move(update)});
            }
            server_.publish("one", std::move(some));
            if (pause != 0)
                std::this_thread::sleep_for(std::chrono::microseconds(pause));
            while (i > ahead + (watch_->sent.load(std::memory_order_relaxed) - before) / listeners && !watch_->dropped)
                std::this_thread::sleep_for(std::chrono::microseconds(200));
        }
        if (watch_->dropped)
            throw std::runtime_error("a listener was dropped: it was too slow");
    }

private:
    static constexpr std::size_t batch = 64;
    static constexpr std::size_t ahead = 8192;

    static proxy::server_options options(const std::vector<std::string>& listen)
    {
        proxy::server_options out;
        out.listen = listen;
        out.listener_queue = 4 * ahead;
        out.update_log = 8 * ahead;
        return out;
    }

    std::vector<std::string> addresses_;
    std::shared_ptr<listener_count> watch_ = std::make_shared<listener_count>();
    proxy::server server_;
};

} // namespace

std::unique_ptr<served> serve_proxy(const std::vector<std::string>& listen, bool hop)
{
    return std::make_unique<proxied>(listen, hop);
}

} // namespace proxy_benchmark
