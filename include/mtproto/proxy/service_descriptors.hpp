// Descriptors of what every server has besides its API: health, reflection, the details of errors.
#pragma once

#include <mtproto/proxy/detail/wire.hpp>

#include <initializer_list>
#include <vector>

namespace mtproto::proxy {

namespace detail {

/// Writes google.protobuf.FileDescriptorProto and what it is made of.
struct descriptor_text
{
    enum type : std::uint32_t
    {
        int64 = 3,
        int32 = 5,
        string = 9,
        message = 11,
        bytes = 12,
        enumeration = 14,
    };

    static std::string field(std::string_view name, std::uint32_t number, type kind, std::string_view of = {},
                             bool repeated = false, bool in_oneof = false)
    {
        std::string out;
        put_text(out, 1, name);
        put_number(out, 3, number);
        put_number(out, 4, repeated ? 3 : 1);
        put_number(out, 5, kind);
        if (!of.empty())
            put_text(out, 6, of);
        if (in_oneof)
            put_number(out, 9, 0);
        return out;
    }
    static std::string structure(std::string_view name, std::initializer_list<std::string> fields, std::string_view oneof = {},
                                 std::string_view enumeration = {})
    {
        std::string out;
        put_text(out, 1, name);
        for (auto const& one : fields)
            put_text(out, 2, one);
        if (!enumeration.empty())
            put_text(out, 4, enumeration);
        if (!oneof.empty()) {
            std::string declared;
            put_text(declared, 1, oneof);
            put_text(out, 8, declared);
        }
        return out;
    }
    static std::string enumerators(std::string_view name, std::initializer_list<std::string_view> values)
    {
        std::string out;
        put_text(out, 1, name);
        std::uint64_t number = 0;
        for (auto const value : values) {
            std::string one;
            put_text(one, 1, value);
            put_number(one, 2, number++);
            put_text(out, 2, one);
        }
        return out;
    }
    static std::string method(std::string_view name, std::string_view input, std::string_view output, bool client_streams,
                              bool server_streams)
    {
        std::string out;
        put_text(out, 1, name);
        put_text(out, 2, input);
        put_text(out, 3, output);
        if (client_streams)
            put_number(out, 5, 1);
        if (server_streams)
            put_number(out, 6, 1);
        return out;
    }
    /// A message with the type of its map<string, string>'s entries within it.
    static std::string with_map(std::string message, std::string_view entry)
    {
        auto nested = structure(entry, {field("key", 1, string), field("value", 2, string)});
        std::string options;
        put_number(options, 7, 1); // map_entry
        put_text(nested, 7, options);
        put_text(message, 3, nested);
        return message;
    }
    static std::string file(std::string_view name, std::string_view package, std::initializer_list<std::string> messages,
                            std::string_view service = {}, std::initializer_list<std::string> methods = {},
                            std::string_view import = {})
    {
        std::string out;
        put_text(out, 1, name);
        put_text(out, 2, package);
        if (!import.empty())
            put_text(out, 3, import);
        for (auto const& one : messages)
            put_text(out, 4, one);
        if (!service.empty()) {
            std::string declared;
            put_text(declared, 1, service);
            for (auto const& one : methods)
                put_text(declared, 2, one);
            put_text(out, 6, declared);
        }
        put_text(out, 12, "proto3");
        return out;
    }
};

inline std::string health_descriptor()
{
    using d = descriptor_text;
    return d::file("grpc/health/v1/health.proto", "grpc.health.v1",
                   {d::structure("HealthCheckRequest", {d::field("service", 1, d::string)}),
                    d::structure("HealthCheckResponse",
                                 {d::field("status", 1, d::enumeration, ".grpc.health.v1.HealthCheckResponse.ServingStatus")}, {},
                                 d::enumerators("ServingStatus", {"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"}))},
                   "Health",
                   {d::method("Check", ".grpc.health.v1.HealthCheckRequest", ".grpc.health.v1.HealthCheckResponse", false, false),
                    d::method("Watch", ".grpc.health.v1.HealthCheckRequest", ".grpc.health.v1.HealthCheckResponse", false, true)});
}

inline std::string reflection_descriptor(const std::string& version)
{
    using d = descriptor_text;
    auto const package = "grpc.reflection." + version;
    auto const p = '.' + package + '.';
    return d::file(
        "grpc/reflection/" + version + "/reflection.proto", package,
        {d::structure("ServerReflectionRequest",
                      {d::field("host", 1, d::string), d::field("file_by_filename", 3, d::string, {}, false, true),
                       d::field("file_containing_symbol", 4, d::string, {}, false, true),
                       d::field("file_containing_extension", 5, d::message, p + "ExtensionRequest", false, true),
                       d::field("all_extension_numbers_of_type", 6, d::string, {}, false, true),
                       d::field("list_services", 7, d::string, {}, false, true)},
                      "message_request"),
         d::structure("ExtensionRequest", {d::field("containing_type", 1, d::string), d::field("extension_number", 2, d::int32)}),
         d::structure(
             "ServerReflectionResponse",
             {d::field("valid_host", 1, d::string), d::field("original_request", 2, d::message, p + "ServerReflectionRequest"),
              d::field("file_descriptor_response", 4, d::message, p + "FileDescriptorResponse", false, true),
              d::field("all_extension_numbers_response", 5, d::message, p + "ExtensionNumberResponse", false, true),
              d::field("list_services_response", 6, d::message, p + "ListServiceResponse", false, true),
              d::field("error_response", 7, d::message, p + "ErrorResponse", false, true)},
             "message_response"),
         d::structure("FileDescriptorResponse", {d::field("file_descriptor_proto", 1, d::bytes, {}, true)}),
         d::structure("ExtensionNumberResponse",
                      {d::field("base_type_name", 1, d::string), d::field("extension_number", 2, d::int32, {}, true)}),
         d::structure("ListServiceResponse", {d::field("service", 1, d::message, p + "ServiceResponse", true)}),
         d::structure("ServiceResponse", {d::field("name", 1, d::string)}),
         d::structure("ErrorResponse", {d::field("error_code", 1, d::int32), d::field("error_message", 2, d::string)})},
        "ServerReflection",
        {d::method("ServerReflectionInfo", p + "ServerReflectionRequest", p + "ServerReflectionResponse", true, true)});
}

// What the details of errors are made of: with these a reflecting client shows them as text.
inline std::string duration_descriptor()
{
    using d = descriptor_text;
    return d::file("google/protobuf/duration.proto", "google.protobuf",
                   {d::structure("Duration", {d::field("seconds", 1, d::int64), d::field("nanos", 2, d::int32)})});
}

inline std::string error_details_descriptor()
{
    using d = descriptor_text;
    return d::file(
        "google/rpc/error_details.proto", "google.rpc",
        {d::with_map(
             d::structure("ErrorInfo", {d::field("reason", 1, d::string), d::field("domain", 2, d::string),
                                        d::field("metadata", 3, d::message, ".google.rpc.ErrorInfo.MetadataEntry", true)}),
             "MetadataEntry"),
         d::structure("RetryInfo", {d::field("retry_delay", 1, d::message, ".google.protobuf.Duration")})},
        {}, {}, "google/protobuf/duration.proto");
}

} // namespace detail

/// Serialized FileDescriptorProtos of grpc.health.v1, of both versions of grpc.reflection, and of the details of errors.
inline const std::vector<std::string>& service_descriptors()
{
    static const std::vector<std::string> all{detail::health_descriptor(), detail::reflection_descriptor("v1"),
                                              detail::reflection_descriptor("v1alpha"), detail::duration_descriptor(),
                                              detail::error_details_descriptor()};
    return all;
}

} // namespace mtproto::proxy
