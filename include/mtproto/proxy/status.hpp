// Errors as gRPC tells them: a code, words, and google.rpc.Status with ErrorInfo and RetryInfo.
// https://cloud.google.com/apis/design/errors
#pragma once

#include <mtproto/proxy/detail/wire.hpp>
#include <mtproto/proxy/status_code.hpp>

#include <mtproto/error.hpp>
#include <mtproto/tl/utf8.hpp>

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

namespace mtproto::proxy {

/// What google.rpc.ErrorInfo and RetryInfo say.
struct error_details
{
    std::string reason{}; ///< "FLOOD_WAIT"
    std::string domain{}; ///< "telegram.org" for Telegram's errors, "mtproto" for ours
    std::vector<std::pair<std::string, std::string>> metadata{};
    std::optional<std::chrono::milliseconds> retry_after{};
};

/// A serialized google.rpc.Status, for the metadata grpc-status-details-bin.
inline std::string details_bytes(status_code code, std::string_view message, const error_details& with)
{
    using namespace detail;
    auto const any = [](std::string_view type, std::string_view value) {
        std::string out;
        put_text(out, 1, std::string("type.googleapis.com/google.rpc.").append(type));
        put_text(out, 2, value);
        return out;
    };
    std::string info;
    put_text(info, 1, tl::utf8_or_replaced(with.reason));
    put_text(info, 2, tl::utf8_or_replaced(with.domain));
    for (auto const& [key, value] : with.metadata) {
        std::string entry;
        put_text(entry, 1, tl::utf8_or_replaced(key));
        put_text(entry, 2, tl::utf8_or_replaced(value));
        put_text(info, 3, entry);
    }
    std::string out;
    put_number(out, 1, static_cast<std::uint64_t>(code));
    put_text(out, 2, tl::utf8_or_replaced(message));
    put_text(out, 3, any("ErrorInfo", info));
    if (with.retry_after) {
        auto const ms = with.retry_after->count();
        std::string duration;
        if (ms / 1000 != 0)
            put_number(duration, 1, static_cast<std::uint64_t>(ms / 1000));
        if (ms % 1000 != 0)
            put_number(duration, 2, static_cast<std::uint64_t>(ms % 1000 * 1'000'000));
        std::string retry;
        put_text(retry, 1, duration);
        put_text(out, 3, any("RetryInfo", retry));
    }
    return out;
}

/// The gRPC code of an rpc_error's number. https://core.telegram.org/api/errors
constexpr status_code code_of_rpc(int number) noexcept
{
    switch (number) {
    case 303: return status_code::failed_precondition; // a migration that the client could not follow
    case 400: return status_code::invalid_argument;
    case 401: return status_code::unauthenticated;
    case 403: return status_code::permission_denied;
    case 404: return status_code::not_found;
    case 406: return status_code::failed_precondition;
    case 420: return status_code::resource_exhausted;
    case -503: return status_code::deadline_exceeded; // "Timeout": Telegram's own
    default: return number >= 500 || number < 0 ? status_code::internal : status_code::unknown;
    }
}

/// A failure of the proxy itself, domain "mtproto".
inline call_status proxy_status(status_code code, std::string reason, std::string message,
                                std::optional<std::chrono::milliseconds> retry_after = {})
{
    error_details details{std::move(reason), "mtproto", {}, retry_after};
    auto bytes = details_bytes(code, message, details);
    return {code, tl::utf8_or_replaced(message), std::move(bytes)};
}

/// How a call ends that an account answered with an error.
///
/// Telegram's own errors keep their text as the message: "FLOOD_WAIT_17" with ErrorInfo{reason: "FLOOD_WAIT", metadata{code:
/// "420", text: "FLOOD_WAIT_17", value: "17"}} and RetryInfo{17 s}. Others have reasons such as NOT_CONNECTED.
inline call_status status_of(const error& e)
{
    if (e.is(errc::rpc)) {
        auto const code = code_of_rpc(e.number());
        error_details details{std::string(e.name()), "telegram.org", {}, {}};
        details.metadata.emplace_back("code", std::to_string(e.number()));
        details.metadata.emplace_back("text", e.text());
        if (auto const value = e.parameter())
            details.metadata.emplace_back("value", std::to_string(*value));
        if (auto const wait = e.seconds())
            details.retry_after = std::chrono::seconds(*wait);
        auto bytes = details_bytes(code, e.text(), details);
        return {code, tl::utf8_or_replaced(e.text()), std::move(bytes)};
    }
    auto const is = [&](auto... kinds) { return (e.is(kinds) || ...); };
    if (is(errc::timed_out))
        return proxy_status(status_code::deadline_exceeded, "TIMED_OUT", e.message());
    if (is(errc::cancelled))
        return proxy_status(status_code::cancelled, "CANCELLED", e.message());
    if (is(errc::not_connected, errc::closed, errc::connect_failed, errc::resolve_failed, errc::transport_error))
        return proxy_status(status_code::unavailable, "NOT_CONNECTED", e.message());
    if (is(errc::session_lost)) // Not UNAVAILABLE, which clients take for an invitation to repeat the call.
        return proxy_status(status_code::unknown, "SESSION_LOST", e.message());
    if (is(errc::auth_key_unknown))
        return proxy_status(status_code::unauthenticated, "AUTH_KEY_UNKNOWN", e.message());
    if (is(errc::too_large, errc::frame_too_large))
        return proxy_status(status_code::resource_exhausted, "TOO_LARGE", e.message());
    if (is(errc::bad_argument))
        return proxy_status(status_code::invalid_argument, "BAD_ARGUMENT", e.message());
    return proxy_status(status_code::internal, "INTERNAL", e.message());
}

/// How a call ends whose request cannot be understood.
inline call_status status_of_bad_request(const error& e)
{
    return proxy_status(status_code::invalid_argument, "BAD_REQUEST", "the request cannot be read: " + e.message());
}

} // namespace mtproto::proxy
