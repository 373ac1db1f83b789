// What to do about an error of the server: judge().
#pragma once

#include <mtproto/error.hpp>

#include <algorithm>
#include <chrono>
#include <string_view>

namespace mtproto {

/// What can be done about an error.
enum class remedy
{
    tell,      ///< the caller's business
    wait,      ///< the same call again after a while
    move_home, ///< the account lives on another data centre
    move_call, ///< this call belongs on another data centre
    init,      ///< the server does not know our layer: introduce ourselves again
    bring_authorization, ///< this data centre, not the account's home, does not know the account yet
    session_over,        ///< tell the caller, and that the session cannot be used any more
};

/// What judge() finds: what to do, and when or where.
struct verdict
{
    remedy what = remedy::tell;
    std::chrono::steady_clock::duration wait{};
    int dc = 0;
};

/// What judge() may do, and what was tried already.
struct call_history
{
    std::chrono::steady_clock::duration flood_wait_limit = std::chrono::seconds(10);
    std::chrono::steady_clock::duration retry_delay = std::chrono::milliseconds(500);
    int max_retries = 4;
    int retries = 0;          ///< after internal errors
    int moves = 0;            ///< to another data centre
    int inits = 0;            ///< how often we introduced ourselves anew
    int authorizations = 0;   ///< how often the account's authorization was brought
    bool foreign = false;     ///< sent to another data centre than the account's home
    bool signed_in = false;
};

/// True if the server was at fault and the same request may succeed later. https://core.telegram.org/api/errors#500-internal
inline bool is_internal_error(const error& why) noexcept
{
    if (!why.is(errc::rpc))
        return false;
    return why.number() >= 500 || why.number() == -500 || why.number() == -503 || why.text() == "RPC_CALL_FAIL" ||
           why.text() == "RPC_MCGET_FAIL";
}

/// True if the key or the account is gone, so that the session cannot be continued.
inline bool is_session_over(const error& why) noexcept
{
    if (!why.is(errc::rpc) || (why.number() != 401 && why.number() != 406))
        return false;
    for (std::string_view const name : {"AUTH_KEY_UNREGISTERED", "AUTH_KEY_INVALID", "AUTH_KEY_DUPLICATED", "SESSION_REVOKED",
                                        "SESSION_EXPIRED", "USER_DEACTIVATED", "USER_DEACTIVATED_BAN"})
        if (why.text() == name)
            return true;
    return false;
}

/// What to do about an error, with what was tried in mind; remedy::tell for whatever is not Telegram's, or was tried enough.
/// https://core.telegram.org/api/errors
inline verdict judge(const error& why, const call_history& history)
{
    if (!why.is(errc::rpc))
        return {};
    auto const name = why.name();
    auto const number = why.parameter().value_or(0);
    if (why.number() == 303 && number > 0) {
        // Two moves: to the right data centre, and a change of mind there. More would be a loop.
        if (history.moves >= 2)
            return {};
        if (name == "FILE_MIGRATE" || name == "STATS_MIGRATE")
            return {remedy::move_call, {}, number};
        if (name == "PHONE_MIGRATE" || name == "NETWORK_MIGRATE" || name == "USER_MIGRATE")
            return {remedy::move_home, {}, number};
        return {};
    }
    if (why.number() == 420) {
        auto const seconds = why.seconds();
        if (seconds && *seconds >= 0 && std::chrono::seconds(*seconds) <= history.flood_wait_limit)
            return {remedy::wait, (std::max<std::chrono::steady_clock::duration>)(std::chrono::seconds(*seconds),
                                                                                  std::chrono::milliseconds(100))};
        return {};
    }
    if (why.number() == 400 && (why.text() == "CONNECTION_NOT_INITED" || why.text() == "CONNECTION_LAYER_INVALID"))
        return history.inits == 0 ? verdict{remedy::init} : verdict{};
    if (is_session_over(why)) {
        if (history.foreign)
            return history.authorizations == 0 && why.text() == "AUTH_KEY_UNREGISTERED" ? verdict{remedy::bring_authorization}
                                                                                        : verdict{};
        // Before a sign-in AUTH_KEY_UNREGISTERED says no more than that.
        if (history.signed_in || why.text() != "AUTH_KEY_UNREGISTERED")
            return {remedy::session_over};
        return {};
    }
    if (is_internal_error(why) && history.retries < history.max_retries)
        return {remedy::wait, history.retry_delay * (1 << (std::min)(history.retries, 10))};
    return {};
}

} // namespace mtproto
