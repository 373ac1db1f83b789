// Whether a connection that ended is tried again, and when.
#pragma once

#include <mtproto/error.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

namespace mtproto::detail {

/// Pauses double from one attempt to the next, and begin anew once the server was heard.
class reconnect_policy
{
public:
    using duration = std::chrono::steady_clock::duration;

    reconnect_policy(duration shortest, duration longest) : shortest_(shortest), longest_(longest), pause_(shortest) {}

    /// From now on there is always another attempt, unless trying makes no sense.
    void persist() noexcept { persistent_ = true; }

    // What happened in this attempt.
    void reached() noexcept { reached_ = true; } ///< an address answered
    void heard() noexcept { heard_ = true; }     ///< the server said something that passed the checks
    void key_accepted() noexcept { failed_exchanges_ = 0; }

    /// After an attempt ended for `why`: the pause before the next one, or nothing if there is no sense in trying again.
    /// `random` spreads it over its second half, so that many clients do not come back at once.
    std::optional<duration> after(const error& why, std::uint64_t random)
    {
        bool const heard = std::exchange(heard_, false);
        if (is_final(why))
            return std::nullopt;
        if (heard)
            pause_ = shortest_;
        if (why.is(errc::transport_error) && why.number() == -429)
            pause_ = (std::max<duration>)(pause_ * 4, std::chrono::seconds(2));
        auto const half = pause_ / 2;
        auto const spread = static_cast<std::uint64_t>((std::max<std::int64_t>)(half.count(), 1));
        auto const pause = half + duration(static_cast<std::int64_t>(random % spread));
        pause_ = (std::min)(pause_ * 2, longest_);
        return (std::min)(pause, longest_);
    }

private:
    bool is_final(const error& why)
    {
        if (why.is(errc::auth_key_unknown)) // confirmed: the session has heard it twice
            return true;
        if (why.is(errc::bad_argument) || (why.is(errc::transport_error) && why.number() == -444))
            return true;
        for (auto const kind : {errc::handshake_failed, errc::bad_prime, errc::bad_dh_value, errc::bad_factorization,
                                errc::bad_digest, errc::bad_key})
            if (why.is(kind))
                return ++failed_exchanges_ >= 3;
        // Until the first success somebody waits to hear what is wrong: an address where nobody listens, or a
        // server that hangs up again and again.
        return !persistent_ && (!reached_ || ++failures_ >= 3);
    }

    duration shortest_;
    duration longest_;
    duration pause_;
    int failures_ = 0;
    int failed_exchanges_ = 0; ///< in a row
    bool persistent_ = false;
    bool reached_ = false;
    bool heard_ = false;
};

} // namespace mtproto::detail
