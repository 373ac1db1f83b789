// A token bucket.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace mtproto::proxy {

/// Lets `rate` events a second pass, and after silence up to `burst` at once. Zero rate: no limit. Not thread-safe.
class rate_limit
{
public:
    using time_point = std::chrono::steady_clock::time_point;

    rate_limit() = default;
    rate_limit(double rate, double burst) : rate_(rate), burst_((std::max)(1.0, burst > 0 ? burst : rate)), left_(burst_) {}

    /// None if one more may pass, which then is counted; else how long to wait.
    std::optional<std::chrono::milliseconds> take(time_point now)
    {
        if (rate_ <= 0)
            return std::nullopt;
        if (filled_)
            left_ = (std::min)(burst_, left_ + rate_ * (std::max)(0.0, std::chrono::duration<double>(now - *filled_).count()));
        filled_ = now;
        if (left_ >= 1) {
            left_ -= 1;
            return std::nullopt;
        }
        return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>((1 - left_) / rate_));
    }

private:
    double rate_ = 0;
    double burst_ = 0;
    double left_ = 0;
    std::optional<time_point> filled_{};
};

} // namespace mtproto::proxy
