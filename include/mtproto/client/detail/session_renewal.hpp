// When a session gives way to another one.
#pragma once

#include <mtproto/session/time.hpp>

#include <algorithm>
#include <optional>

namespace mtproto::detail {

/// A session is renewed when somebody asks for it or when it is of age. Either way the running calls may end first, for
/// as long as the patience lasts.
class session_renewal
{
public:
    session_renewal(std::optional<session::duration> lifetime, session::duration patience)
        : lifetime_(lifetime), patience_(patience)
    {
    }

    /// Another session began, by itself or because of us.
    void began(session::time_point now) noexcept { began_ = now; }
    /// Nothing is to be renewed any more.
    void clear() noexcept { by_.reset(); }

    /// True once renewal was asked for: no call should begin any more.
    bool pending() const noexcept { return by_.has_value(); }
    void ask(session::time_point now) noexcept
    {
        if (!by_)
            by_ = now + patience_;
    }

    /// When to look again; nothing: the session is to be renewed now. `idle`: no call is running.
    std::optional<session::time_point> due(session::time_point now, bool idle) noexcept
    {
        auto const end = lifetime_ ? began_ + *lifetime_ : (session::time_point::max)();
        if (now >= end)
            ask(now);
        if (!by_)
            return end;
        if (!idle && now < *by_)
            return by_;
        return std::nullopt;
    }

private:
    std::optional<session::duration> lifetime_;
    session::duration patience_;
    session::time_point began_{};
    std::optional<session::time_point> by_{}; ///< a renewal waits for the running calls until then
};

} // namespace mtproto::detail
