// The messages of grpc.health.v1. https://github.com/grpc/grpc/blob/master/doc/health-checking.md
#pragma once

#include <mtproto/proxy/detail/wire.hpp>

namespace mtproto::proxy {

/// HealthCheckResponse.ServingStatus.
enum class serving_status
{
    unknown = 0,
    serving = 1,
    not_serving = 2,
    service_unknown = 3,
};

/// The service that a HealthCheckRequest asks about; none if it is malformed.
inline std::optional<std::string> health_request(std::string_view bytes)
{
    std::string service;
    detail::wire_reader reader(bytes);
    while (auto const field = reader.next())
        if (field->number == 1 && field->delimited)
            service = field->text;
    if (reader.failed())
        return std::nullopt;
    return service;
}

/// A serialized HealthCheckResponse.
inline std::string health_response(serving_status status)
{
    std::string out;
    detail::put_number(out, 1, static_cast<std::uint64_t>(status));
    return out;
}

} // namespace mtproto::proxy
