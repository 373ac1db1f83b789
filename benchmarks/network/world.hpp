// A data centre and clients of it in one process.
#pragma once

#include <mtproto/client/client.hpp>
#include <mtproto/client/memory_storage.hpp>
#include <mtproto/sandbox/data_centre.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>
#include <string>
#include <thread>
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
        mtproto::client_options made;
        made.api_id = 1;
        made.api_hash = "hash";
        made.dc = dc_.dc();
        made.data_centres = {{made.dc, address_}};
        made.keys = {*key_};
        made.use_environment = false;
        if (storage)
            made.storage = std::move(storage);
        return made;
    }
    mtproto::sandbox::data_centre& dc() noexcept { return dc_; }

    /// Runs a coroutine to its end.
    template <class T>
    T run(task<T> what)
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

} // namespace benchmarks
