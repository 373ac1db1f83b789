// Several coroutines that work on one thing until all is done or one fails.
#pragma once

#include <mtproto/client/task.hpp>
#include <mtproto/error.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <list>
#include <memory>
#include <optional>
#include <utility>

namespace mtproto::detail {

template <class Job>
struct crew
{
    crew(boost::asio::any_io_executor strand, Job& work) : executor(std::move(strand)), job(work), done(executor) {}

    static task<void> member(crew& self)
    {
        auto const worked = co_await self.job.work();
        // A failure cancels this member too, and where nothing of it was waited for Asio still has to await something.
        co_await boost::asio::this_coro::throw_if_cancelled(false);
        if (!worked)
            self.fail(worked.error());
    }
    void fail(const error& why)
    {
        if (failure)
            return;
        failure = why;
        for (auto& signal : signals)
            signal.emit(boost::asio::cancellation_type::terminal);
    }

    boost::asio::any_io_executor executor;
    Job& job;
    boost::asio::steady_timer done;
    std::list<boost::asio::cancellation_signal> signals{};
    std::size_t running = 0;
    std::optional<error> failure{};
    std::exception_ptr thrown{};
};

/// On the strand: runs `count` times `job.work()` side by side. All have ended when this ends.
template <class Job>
task<result<>> work_on_strand(Job& job, std::size_t count)
{
    crew<Job> all(co_await boost::asio::this_coro::executor, job);
    // A cancellation must reach the members, which are not children of this coroutine: take it as a value.
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    for (std::size_t i = 0; i != count; ++i) {
        ++all.running;
        auto slot = all.signals.emplace_back().slot();
        boost::asio::co_spawn(all.executor, crew<Job>::member(all),
                              boost::asio::bind_cancellation_slot(slot, [&all](std::exception_ptr thrown) {
                                  if (thrown) {
                                      all.thrown = thrown;
                                      all.fail(errc::cancelled);
                                  }
                                  if (--all.running == 0)
                                      all.done.cancel();
                              }));
    }
    while (all.running != 0) {
        boost::system::error_code ec;
        all.done.expires_at((std::chrono::steady_clock::time_point::max)());
        co_await all.done.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ec));
        auto const state = co_await boost::asio::this_coro::cancellation_state;
        if (all.running != 0 && state.cancelled() != boost::asio::cancellation_type::none) {
            all.fail(errc::cancelled);
            co_await boost::asio::this_coro::reset_cancellation_state();
        }
    }
    if (all.failure && all.failure->is(errc::cancelled) && all.thrown)
        co_return errc::cancelled;
    if (all.failure)
        co_return *all.failure;
    co_return result<>{};
}

/// Runs `count` coroutines `job.work()`, each a task<result<>>, on one strand; the first failure ends the others.
/// `job` must outlive the task.
template <class Job>
task<result<>> work_together(Job& job, std::size_t count)
{
    boost::asio::any_io_executor strand = boost::asio::make_strand(co_await boost::asio::this_coro::executor);
    co_return co_await boost::asio::co_spawn(strand, work_on_strand(job, count), boost::asio::use_awaitable);
}

} // namespace mtproto::detail
