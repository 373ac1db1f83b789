// The status codes of gRPC, without gRPC.
#pragma once

#include <string>
#include <string_view>

namespace mtproto::proxy {

/// https://grpc.github.io/grpc/core/md_doc_statuscodes.html
enum class status_code
{
    ok = 0,
    cancelled = 1,
    unknown = 2,
    invalid_argument = 3,
    deadline_exceeded = 4,
    not_found = 5,
    already_exists = 6,
    permission_denied = 7,
    resource_exhausted = 8,
    failed_precondition = 9,
    aborted = 10,
    out_of_range = 11,
    unimplemented = 12,
    internal = 13,
    unavailable = 14,
    data_loss = 15,
    unauthenticated = 16,
};

/// "RESOURCE_EXHAUSTED".
constexpr std::string_view name_of(status_code code) noexcept
{
    switch (code) {
    case status_code::ok: return "OK";
    case status_code::cancelled: return "CANCELLED";
    case status_code::unknown: return "UNKNOWN";
    case status_code::invalid_argument: return "INVALID_ARGUMENT";
    case status_code::deadline_exceeded: return "DEADLINE_EXCEEDED";
    case status_code::not_found: return "NOT_FOUND";
    case status_code::already_exists: return "ALREADY_EXISTS";
    case status_code::permission_denied: return "PERMISSION_DENIED";
    case status_code::resource_exhausted: return "RESOURCE_EXHAUSTED";
    case status_code::failed_precondition: return "FAILED_PRECONDITION";
    case status_code::aborted: return "ABORTED";
    case status_code::out_of_range: return "OUT_OF_RANGE";
    case status_code::unimplemented: return "UNIMPLEMENTED";
    case status_code::internal: return "INTERNAL";
    case status_code::unavailable: return "UNAVAILABLE";
    case status_code::data_loss: return "DATA_LOSS";
    case status_code::unauthenticated: return "UNAUTHENTICATED";
    }
    return "UNKNOWN";
}

/// How a call ends: code, words for a person, and google.rpc.Status for a program (the metadata grpc-status-details-bin).
struct call_status
{
    status_code code = status_code::ok;
    std::string message{};
    std::string details{}; ///< serialized google.rpc.Status; may be empty
};

} // namespace mtproto::proxy
