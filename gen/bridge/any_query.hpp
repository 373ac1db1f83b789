// Methods inside of methods: what stands for `!X` when the API is turned into protobuf and back.
#pragma once

#include "mtproto/tl/protobuf_source.hpp"
#include "mtproto/tl/protobuf_writer.hpp"
#include "mtproto/tl/reader.hpp"
#include "mtproto/tl/writer.hpp"

#include <string>

namespace mtproto::proxy::detail {

/// Any method, as the message AnyMethod: a oneof over all of them. A caller in Python composes typed messages this way, and
/// never sees bytes of TL.
struct any_query
{
    using tl_custom_protobuf = void;
    using result = any_query;

    static bool to_protobuf(tl::reader& from, tl::protobuf_writer& to);
    static bool from_protobuf(tl::protobuf_source& in, tl::bytes_view message, tl::writer& to);
};

/// A method that is only looked for: reading stops where it begins.
struct found_query
{
    using tl_custom_protobuf = void;
    using result = found_query;

    static bool to_protobuf(tl::reader&, tl::protobuf_writer&) { return true; }
};

// Generated, one switch each. False with the reader or source untouched if there is no such method or result.
bool request_from_protobuf(std::uint32_t method, tl::protobuf_source& in, tl::bytes_view message, tl::writer& to);
bool result_to_protobuf(std::uint32_t any_result, tl::reader& from, tl::protobuf_writer& to);
/// Reads the fields of a method up to the method that it carries.
bool find_query(std::uint32_t method, tl::reader& from, tl::protobuf_writer& scratch);
/// The reverse of request_from_protobuf, in the library for callers.
bool request_to_protobuf(std::uint32_t method, tl::reader& from, tl::protobuf_writer& to);

// For tests, in the same library: a boxed value or a method by the id of its first constructor.
bool any_to_protobuf(std::uint32_t id, tl::reader& from, tl::protobuf_writer& to);
bool any_from_protobuf(std::uint32_t id, tl::protobuf_source& in, tl::bytes_view message, tl::writer& to);
/// The name of its message: "TypeInputPeer", "ReqMessagesSendMessage"; empty for a constructor that is not the API's.
std::string any_message(std::uint32_t id);

} // namespace mtproto::proxy::detail
