// A data centre and clients of it: in one process, or each in one.
#pragma once

#include <mtproto/client/client.hpp>
#include <mtproto/client/memory_storage.hpp>
#include <mtproto/sandbox/data_centre.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace benchmarks {

namespace asio = boost::asio;
using mtproto::result;
using mtproto::task;

/// Where the data centre works: in the thread that asks, so that both share one core, or in a thread of its
/// own.
enum class place
{
    same_thread,
    own_thread,
};

inline mtproto::client_options options_for(const mtproto::transport::endpoint& address, const mtproto::crypto::rsa_public_key& key,
                                           std::shared_ptr<mtproto::memory_storage> storage)
{
    mtproto::client_options made;
    made.api_id = 1;
    made.api_hash = "hash";
    made.data_centres = {{made.dc, address}};
    made.keys = {key};
    made.use_environment = false;
    if (storage)
        made.storage = std::move(storage);
    return made;
}

/// Runs a coroutine to its end.
template <class T>
T run_on(asio::io_context& io, task<T> what)
{
    std::optional<T> out;
    std::exception_ptr failed;
    asio::co_spawn(io, std::move(what), [&](std::exception_ptr failure, T value) {
        failed = failure;
        out = std::move(value);
    });
    io.restart();
    while (!out)
        io.run_one();
    if (failed)
        std::rethrow_exception(failed);
    return std::move(*out);
}

class world
{
public:
    explicit world(place where = place::same_thread)
        : dc_(where == place::same_thread ? io.get_executor() : dc_io_.get_executor())
    {
        (void)dc_.add_bot({.token = std::string(bot_token), .name = "Bench", .username = "bench_bot"})
            .value();
        address_ = dc_.listen().value();
        key_ = mtproto::crypto::rsa_public_key::from_pem(dc_.public_key_pem()).value();
        if (where == place::own_thread)
            thread_ = std::thread([this] { dc_io_.run(); });
    }
    world(const world&) = delete;
    world& operator=(const world&) = delete;
    ~world()
    {
        dc_.stop();
        work_.reset();
        if (thread_.joinable())
            thread_.join();
        io.restart();
        io.poll();
    }

    mtproto::client_options options(std::shared_ptr<mtproto::memory_storage> storage = {}) const
    {
        return options_for(address_, *key_, std::move(storage));
    }
    mtproto::sandbox::data_centre& dc() noexcept { return dc_; }

    template <class T>
    T run(task<T> what)
    {
        return run_on(io, std::move(what));
    }

    static constexpr std::string_view bot_token = "1000:bench";

    asio::io_context io{1};

private:
    asio::io_context dc_io_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(dc_io_);
    mtproto::sandbox::data_centre dc_;
    mtproto::transport::endpoint address_{};
    std::optional<mtproto::crypto::rsa_public_key> key_{};
    std::thread thread_{};
};

/// A data centre in a process of its own, which has files and memory of its own. Made while this process has one thread.
class distant_world
{
public:
    distant_world()
    {
        std::array<int, 2> down{}, up{};
        if (::pipe(down.data()) != 0 || ::pipe(up.data()) != 0 || (child_ = ::fork()) < 0)
            throw std::runtime_error(std::string("no process for the data centre: ") + std::strerror(errno));
        if (child_ == 0) {
            ::close(down[1]);
            ::close(up[0]);
            serve(down[0], up[1]);
            ::_exit(0);
        }
        ::close(down[0]);
        ::close(up[1]);
        hold_ = down[1];
        std::string told;
        std::array<char, 4096> some{};
        for (::ssize_t got = 0; (got = ::read(up[0], some.data(), some.size())) > 0;)
            told.append(some.data(), static_cast<std::size_t>(got));
        ::close(up[0]);
        auto const port = told.substr(0, told.find('\n'));
        address_ = {"127.0.0.1", static_cast<std::uint16_t>(std::stoi(port))};
        key_ = mtproto::crypto::rsa_public_key::from_pem(told.substr(port.size() + 1)).value();
    }
    distant_world(const distant_world&) = delete;
    distant_world& operator=(const distant_world&) = delete;
    ~distant_world()
    {
        ::close(hold_);
        ::waitpid(child_, nullptr, 0);
    }

    mtproto::client_options options(std::shared_ptr<mtproto::memory_storage> storage) const
    {
        return options_for(address_, *key_, std::move(storage));
    }
    template <class T>
    T run(task<T> what)
    {
        return run_on(io, std::move(what));
    }

    asio::io_context io{1};

private:
    /// Until the other end of `hold` is closed.
    static void serve(int hold, int tell)
    {
        world all(place::own_thread);
        auto const options = all.options();
        auto const told = std::to_string(options.data_centres.front().address.port) + '\n' + options.keys.front().to_pem();
        bool const sent = ::write(tell, told.data(), told.size()) == static_cast<::ssize_t>(told.size());
        ::close(tell);
        for (char ignored = 0; sent && ::read(hold, &ignored, 1) > 0;) {
        }
    }

    ::pid_t child_ = -1;
    int hold_ = -1;
    mtproto::transport::endpoint address_{};
    std::optional<mtproto::crypto::rsa_public_key> key_{};
};

} // namespace benchmarks
