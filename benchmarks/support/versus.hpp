// Two ways to do the same work, timed in turns in one run: on a shared machine only that can be compared.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <ctime>
#include <limits>
#include <string>

namespace benchmarks {

/// This thread's processor time: what others do on the machine in the meantime does not count.
inline double cpu_seconds() noexcept
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// The best time of several rounds, in seconds for one call.
class stopwatch
{
public:
    /// A round is as many calls as take a while, so that reading the clock does not count.
    template <class Work>
    double round(Work&& work)
    {
        for (;;) {
            auto const begin = cpu_seconds();
            for (std::size_t i = 0; i < calls_; ++i)
                work();
            auto const taken = cpu_seconds() - begin;
            if (taken < 40e-6 && calls_ < 1 << 20) {
                calls_ *= 2;
                continue;
            }
            auto const one = taken / static_cast<double>(calls_);
            best_ = std::min(best_, one);
            return one;
        }
    }
    double best() const noexcept { return best_; }

private:
    std::size_t calls_ = 1;
    double best_ = std::numeric_limits<double>::infinity();
};

/// Reports MB/s of both, and how many times faster ours is. An iteration is a round of both: its time says nothing, "ns" is one call.
template <class Ours, class Theirs>
void versus(benchmark::State& state, std::size_t bytes, Ours ours, Theirs theirs,
            const char* their_name = "openssl")
{
    stopwatch us, them;
    for (auto _ : state) {
        us.round(ours);
        them.round(theirs);
    }
    auto const rate = [&](double seconds) { return static_cast<double>(bytes) / seconds / 1e6; };
    state.counters["MB/s"] = rate(us.best());
    state.counters[std::string(their_name) + "_MB/s"] = rate(them.best());
    state.counters["ns"] = us.best() * 1e9;
    state.counters["ratio"] = them.best() / us.best();
}

} // namespace benchmarks
