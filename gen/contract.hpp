// The gRPC contract of a schema: messages, fields and services, before they become text or bytes.
#pragma once

#include "program.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gen {

/// Types of fields, by their numbers in google/protobuf/descriptor.proto.
enum class proto_type : std::uint8_t
{
    float64 = 1,
    int64 = 3,
    int32 = 5,
    boolean = 8,
    string = 9,
    message = 11,
    bytes = 12,
    uint32 = 13,
};

struct proto_field
{
    std::string name;
    proto_type type = proto_type::message;
    std::string message;   ///< the type's name if it is a message
    bool repeated = false; ///< a vector
    bool optional = false; ///< a scalar that tells absence from its zero
    bool conditional = false;
    std::uint32_t number = 0; ///< 0 until numbered
    std::string comment;

    /// "repeated TypeUser": what its number stands for besides its name. Presence is no part of it, since
    /// the bytes of a field do not depend on it.
    std::string meaning() const;
};

struct proto_message
{
    std::string name;
    std::string comment;                         ///< a line of TL or a sentence
    std::string link;                            ///< the page that documents it
    std::string file;                            ///< "mtproto/types.proto"
    bool oneof = false;                          ///< all its fields are alternatives of a oneof `value`
    bool fixed = false;                          ///< written by hand: its numbers are no business of the lock
    std::vector<proto_field> fields;             ///< in the order of the schema
    std::vector<std::uint32_t> reserved_numbers; ///< of what is no more, ascending
    std::vector<std::string> reserved_names;     ///< sorted, none in use
    const schema::combinator* line = nullptr;    ///< of PredX and ReqX
    const schema::type_info* type = nullptr;     ///< of TypeX
};

struct proto_rpc
{
    std::string name;
    std::string request;
    std::string result;
    std::string comment;
    bool streaming = false;
    const schema::combinator* line = nullptr; ///< the method of the schema
};

struct proto_service
{
    std::string name;
    std::string comment;
    std::string file;
    std::vector<proto_rpc> rpcs; ///< sorted by name
};

/// Points into the schema it was made from, which must live as long.
struct contract
{
    std::vector<proto_message> messages;
    std::vector<proto_service> services;

    const proto_message* find(std::string_view name) const;
    proto_message* find(std::string_view name);
    /// Paths of the files in an order in which nothing is used before it is defined, with what each imports.
    std::vector<std::pair<std::string, std::vector<std::string>>> files_in_order() const;

    std::map<std::string, std::size_t, std::less<>> by_name;
};

/// Where generated Go lies, unless its user says otherwise.
inline constexpr std::string_view go_package = "mtproto/mtprotopb";

/// Fields that messages have beside those of the schema, at the end of the range of numbers.
inline constexpr std::uint32_t empty_vectors_number = 536'870'910;
inline constexpr std::uint32_t raw_strings_number = 536'870'911;

/// The whole contract, without numbers. Throws failure where the schema has no form in protobuf or two names
/// would be one.
contract make_contract(const program& from);

/// "messages.sendMessage" as MessagesSendMessage.
std::string camel_case(std::string_view tl_name);
/// "messages.sendMessage" as messages_send_message.
std::string snake_case(std::string_view tl_name);
/// The name of a field in JSON, which must be unique within a message as well.
std::string json_name(std::string_view field);

/// The contract as text, a file per path.
void emit_proto(const program& from, const contract& what, files& out);
/// The contract as a google.protobuf.FileDescriptorSet, files in order.
std::string emit_descriptor_set(const contract& what);
/// A FileDescriptorProto for each file, in order. Names for JSON follow from the names of fields, so that
/// only who compares with protoc needs them.
std::vector<std::pair<std::string, std::string>> emit_descriptors(const contract& what, bool json_names);
/// The descriptors as a C++ source that defines what proxy/contract/descriptors.hpp declares.
std::string emit_descriptor_source(const contract& what);
/// methods.hpp and field_numbers.hpp.
void emit_contract_headers(const program& from, const contract& what, files& out);

} // namespace gen
