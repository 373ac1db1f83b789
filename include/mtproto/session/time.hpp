// Time as the session layer sees it: a parameter, never a clock that it reads.
#pragma once

#include <chrono>
#include <cstdint>

namespace mtproto::session {

/// The caller's monotonic time; tests make it up. Every input of the session layer carries one.
using time_point = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;
using duration = std::chrono::nanoseconds;

/// The server's Unix time, as an offset to the caller's monotonic time.
///
/// Steps of the system's clock do not reach it. `known` is false while the offset is only a guess: then
/// messages are not judged by their time, and the first authenticated one corrects the guess.
struct server_clock
{
    std::int64_t offset_ns = 0;
    bool known = false;

    std::int64_t unix_ns(time_point now) const noexcept { return now.time_since_epoch().count() + offset_ns; }
    /// Rounded down.
    std::int64_t unix_seconds(time_point now) const noexcept { return unix_ns(now) / 1'000'000'000; }

    /// The clock that showed `unix_ns` at `now`.
    static server_clock at(time_point now, std::int64_t unix_ns, bool known = true) noexcept
    {
        return {unix_ns - now.time_since_epoch().count(), known};
    }
    /// A guess from the system's clocks: for the edge of the program, not for protocol logic.
    static server_clock from_system()
    {
        using namespace std::chrono;
        auto const unix_ns = duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count();
        return at(time_point(duration_cast<nanoseconds>(steady_clock::now().time_since_epoch())), unix_ns,
                  false);
    }
};

} // namespace mtproto::session
