// gRPC statuses back into errors, so that a caller does not see that a proxy stands between.
#pragma once

#include <mtproto/proxy/detail/wire.hpp>
#include <mtproto/proxy/status_code.hpp>

#include <mtproto/error.hpp>

#include <charconv>
#include <map>
#include <string>
#include <string_view>

namespace mtproto::proxy {

namespace detail {

/// google.rpc.ErrorInfo. https://cloud.google.com/apis/design/errors#error_info
struct error_info
{
    std::string reason{};
    std::string domain{};
    std::map<std::string, std::string, std::less<>> metadata{};
};

inline error_info read_error_info(std::string_view bytes)
{
    error_info info;
    wire_reader reader(bytes);
    while (auto const field = reader.next()) {
        if (field->number == 1)
            info.reason = field->text;
        else if (field->number == 2)
            info.domain = field->text;
        else if (field->number == 3) {
            std::string key;
            std::string value;
            wire_reader entry(field->text);
            while (auto const member = entry.next())
                (member->number == 1 ? key : value) = member->text;
            info.metadata[std::move(key)] = std::move(value);
        }
    }
    return info;
}

/// The ErrorInfo in a google.rpc.Status; an empty one if there is none.
inline error_info find_error_info(std::string_view details)
{
    wire_reader reader(details);
    while (auto const field = reader.next()) {
        if (field->number != 3)
            continue;
        std::string_view type;
        std::string_view value;
        wire_reader any(field->text);
        while (auto const member = any.next())
            (member->number == 1 ? type : value) = member->text;
        if (type.ends_with("/google.rpc.ErrorInfo"))
            return read_error_info(value);
    }
    return {};
}

} // namespace detail

/// The error that the proxy's account had, out of a status that is not OK.
///
/// Telegram's errors come back as they were: error::is_rpc("FLOOD_WAIT") and error::seconds() work alike. What the proxy
/// itself refuses (token, rate, limits) is errc::refused with its reason, "RATE_LIMITED: ..."; a proxy that cannot be reached, or
/// is about to stop, is errc::not_connected.
inline error error_of_status(status_code code, std::string_view message, std::string_view details)
{
    auto const info = detail::find_error_info(details);
    std::string const text(message);
    if (info.domain == "telegram.org") {
        int number = 0;
        if (auto const found = info.metadata.find("code"); found != info.metadata.end())
            std::from_chars(found->second.data(), found->second.data() + found->second.size(), number);
        auto const found = info.metadata.find("text");
        return error::from_rpc(number, found == info.metadata.end() ? text : found->second);
    }
    if (info.reason == "SESSION_LOST")
        return errc::session_lost;
    if (info.reason == "AUTH_KEY_UNKNOWN")
        return errc::auth_key_unknown;
    if (info.reason == "TOO_LARGE")
        return {errc::too_large, text};
    if (info.reason == "BAD_ARGUMENT" || info.reason == "BAD_REQUEST" || info.reason == "UNKNOWN_ACCOUNT")
        return {errc::bad_argument, text};
    switch (code) {
    case status_code::deadline_exceeded: return errc::timed_out;
    case status_code::cancelled: return errc::cancelled;
    case status_code::unavailable: return {errc::not_connected, text};
    case status_code::unimplemented: return {errc::bad_argument, "the proxy does not know this method; is it of another layer?"};
    default: break;
    }
    auto const reason = info.reason.empty() ? std::string(name_of(code)) : info.reason;
    return {errc::refused, text.empty() ? reason : reason + ": " + text, static_cast<int>(code)};
}

} // namespace mtproto::proxy
