// From the schema to messages and calls.
#include "contract.hpp"

#include "contract_builder.hpp"
#include "failure.hpp"

#include "mtproto/tl/schema/canonical.hpp"
#include "mtproto/tl/schema/detail/resolver.hpp"

#include <algorithm>
#include <set>

namespace gen {

namespace {

using schema::type_kind;

constexpr std::string_view types_file = "mtproto/types.proto";
constexpr std::string_view methods_file = "mtproto/methods.proto";
constexpr std::string_view service_file = "mtproto/mtproto.proto";

std::string declaration(const schema::combinator& line)
{
    auto text = schema::to_line(line);
    text.pop_back(); // ;
    return text;
}

proto_field message_field(std::string name, std::string message, std::uint32_t number = 0)
{
    proto_field field;
    field.name = std::move(name);
    field.message = std::move(message);
    field.number = number;
    return field;
}

} // namespace

void contract_builder::fail(std::uint32_t offset, const std::string& sentence) const
{
    throw failure(from_.schema().location(offset) + ": " + sentence);
}

proto_message* contract_builder::add(proto_message message, const std::string& origin, std::uint32_t offset)
{
    if (message.name.size() > 200)
        fail(offset,
             "the contract would need a message with an endless name, " + message.name.substr(0, 60) + "...");
    auto const [first, fresh] = origins_.emplace(message.name, origin);
    if (!fresh) {
        if (first->second == origin)
            return nullptr; // the same thing once more
        fail(offset, origin + " would be the message " + message.name + " of the contract, as " +
                         first->second + " is");
    }
    out_.by_name.emplace(message.name, out_.messages.size());
    out_.messages.push_back(std::move(message));
    return &out_.messages.back();
}

// Names must differ in JSON as well, and protoc refuses them otherwise.
void contract_builder::check_fields(const proto_message& message, std::uint32_t offset) const
{
    std::map<std::string, std::string> in_json;
    if (message.oneof)
        in_json.emplace("value", "the oneof value");
    for (auto const& field : message.fields)
        if (auto const [first, fresh] = in_json.emplace(json_name(field.name), field.name); !fresh)
            fail(offset, "the fields " + first->second + " and " + field.name + " of the message " +
                             message.name + " have one name in JSON, " + first->first);
}

std::string contract_builder::type_name(const schema::type_expr& type)
{
    switch (type.kind) {
    case type_kind::vector:
    case type_kind::bare_vector:
        return "Vector" + type_name(type.args.front());
    case type_kind::boxed:
    case type_kind::bare: {
        auto name = type.kind == type_kind::bare ? "Pred" + camel_case(type.name) : camel_case(type.name);
        for (auto const& arg : type.args)
            name += type_name(arg);
        return name;
    }
    case type_kind::nat:
        return "Nat";
    case type_kind::variable:
        return "Any";
    default:
        return camel_case(type.name);
    }
}

proto_field contract_builder::value_of(const schema::type_expr& type)
{
    proto_field field;
    auto const scalar = [&](proto_type kind) {
        field.type = kind;
        return field;
    };
    switch (type.kind) {
    case type_kind::nat:
        return scalar(proto_type::uint32);
    case type_kind::int32:
        return scalar(proto_type::int32);
    case type_kind::int53:
    case type_kind::int64:
        return scalar(proto_type::int64);
    case type_kind::float64:
        return scalar(proto_type::float64);
    case type_kind::string:
        return scalar(proto_type::string);
    case type_kind::boolean:
    case type_kind::true_:
        return scalar(proto_type::boolean);
    case type_kind::bytes:
    case type_kind::int128:
    case type_kind::int256:
    case type_kind::fixed:
    case type_kind::object:
        return scalar(proto_type::bytes);
    case type_kind::variable:
        if (!type.bang)
            return scalar(proto_type::bytes);
        field.message = "AnyMethod";
        return field;
    case type_kind::vector:
    case type_kind::bare_vector: {
        auto const& element = type.args.front();
        bool const nested = element.kind == type_kind::vector || element.kind == type_kind::bare_vector;
        field = nested ? message_field({}, wrapper(element)) : value_of(element);
        field.repeated = true;
        return field;
    }
    case type_kind::boxed:
        field.message = boxed(type);
        return field;
    case type_kind::bare:
        field.message = bare(type);
        return field;
    default:
        static_cast<void>(from_.cpp_type(type)); // says why not
        fail(type.offset, "this type has no form in the contract");
    }
}

std::string contract_builder::wrapper(const schema::type_expr& type)
{
    proto_message message;
    message.name = "Type" + type_name(type);
    message.comment = schema::to_text(type);
    message.file = types_file;
    auto field = value_of(type);
    field.name = field.repeated ? "values" : "value";
    message.fields.push_back(std::move(field));
    add_extras(message);
    auto const name = message.name;
    add(std::move(message), "a value of type " + schema::to_text(type), type.offset);
    return name;
}

// What the fields of the schema cannot say in protobuf.
void contract_builder::add_extras(proto_message& message)
{
    bool vectors = false, strings = false;
    for (auto const& field : message.fields) {
        vectors = vectors || (field.conditional && field.repeated);
        strings = strings || field.type == proto_type::string;
    }
    if (vectors) {
        proto_field extra;
        extra.name = "tl_empty_vectors";
        extra.type = proto_type::uint32;
        extra.repeated = true;
        extra.number = empty_vectors_number;
        message.fields.push_back(extra);
    }
    if (strings) {
        auto extra = message_field("tl_raw_strings", "RawString", raw_strings_number);
        extra.repeated = true;
        message.fields.push_back(extra);
    }
}

proto_message contract_builder::members(const schema::combinator& line, std::string name)
{
    proto_message message;
    message.name = std::move(name);
    message.comment = declaration(line);
    message.line = &line;
    if (line.builtin) { // `int ? = Int` used with its id
        schema::type_expr value;
        value.name = line.name;
        for (auto const& [known, kind] : schema::detail::builtin_types)
            if (known == line.name)
                value.kind = kind;
        if (value.kind != type_kind::true_) {
            message.fields.push_back(value_of(value));
            message.fields.back().name = "value";
        }
        message.comment = std::string(line.name) + " = " + std::string(line.result.name);
    } else {
        for (auto const& param : line.params) {
            if (param.flag_word)
                continue;
            if (param.type.kind == type_kind::true_ && !param.when)
                fail(param.type.offset, "'true' is supported as a conditional parameter only");
            auto field = value_of(substituted(param.type));
            field.name = param.name;
            field.conditional = param.when.has_value();
            field.optional = field.conditional && !field.repeated && field.type != proto_type::message &&
                             param.type.kind != type_kind::true_;
            message.fields.push_back(std::move(field));
        }
    }
    add_extras(message);
    check_fields(message, line.offset);
    return message;
}

std::string contract_builder::bare(const schema::type_expr& type)
{
    auto const& line = from_.schema().combinators()[type.index];
    if (line.builtin && !from_.emitted(line))
        fail(type.offset,
             "the built-in constructor " + std::string(line.name) + " is not supported as a type");
    return constructor(line, type.args);
}

std::string contract_builder::constructor(const schema::combinator& line,
                                          std::span<const schema::type_expr> args)
{
    auto name = "Pred" + camel_case(line.name);
    for (auto const& arg : args)
        name += type_name(arg);
    auto const origin = "the constructor " + std::string(line.name) + arguments_text(args);
    if (auto const known = origins_.find(name); known != origins_.end() && known->second == origin)
        return name;
    proto_message stub; // first the name, since the type may reach itself
    stub.name = name;
    stub.file = types_file;
    add(std::move(stub), origin, line.offset);
    auto const outer = std::exchange(variables_, {});
    for (std::size_t i = 0; i != args.size(); ++i)
        variables_.emplace(line.variables[i], &args[i]);
    auto message = members(line, name);
    variables_ = outer;
    message.file = types_file;
    *out_.find(name) = std::move(message);
    return name;
}

std::string contract_builder::boxed(const schema::type_expr& type)
{
    return boxed(from_.schema().types()[type.index], type.args);
}

std::string contract_builder::boxed(const schema::type_info& info, std::span<const schema::type_expr> args)
{
    auto name = "Type" + camel_case(info.name);
    for (auto const& arg : args)
        name += type_name(arg);
    auto const origin = "the type " + std::string(info.name) + arguments_text(args);
    if (auto const known = origins_.find(name); known != origins_.end() && known->second == origin)
        return name;
    auto const offset = from_.first_of(info).result.offset;
    proto_message message;
    message.name = name;
    message.comment = std::string(info.name) + arguments_text(args);
    message.file = types_file;
    message.oneof = true;
    message.type = &info;
    if (add(message, origin, offset) == nullptr)
        return name;
    for (auto const index : info.constructors) {
        auto const& line = from_.schema().combinators()[index];
        if (!from_.emitted(line))
            continue;
        message.fields.push_back(message_field(snake_case(line.name), constructor(line, args)));
    }
    check_fields(message, offset);
    *out_.find(name) = std::move(message);
    return name;
}

std::string contract_builder::arguments_text(std::span<const schema::type_expr> args)
{
    std::string text;
    for (auto const& arg : args)
        text += (text.empty() ? "<" : ",") + schema::to_text(arg);
    return text.empty() ? text : text + '>';
}

schema::type_expr contract_builder::substituted(const schema::type_expr& type)
{
    if (auto const found = variables_.find(type.name);
        type.kind == type_kind::variable && !type.bang && found != variables_.end())
        return *found->second;
    if (type.args.empty())
        return type;
    std::vector<schema::type_expr> args;
    for (auto const& arg : type.args)
        args.push_back(substituted(arg));
    auto copy = type;
    copy.args = arguments_.emplace_back(std::move(args));
    return copy;
}

std::string contract_builder::result_of(const schema::combinator& line)
{
    auto const& type = line.result;
    if (type.kind == type_kind::variable)
        return "AnyResult";
    if (type.kind == type_kind::boxed)
        return boxed(type);
    if (type.kind == type_kind::bare)
        return bare(type);
    if ((type.kind == type_kind::vector || type.kind == type_kind::bare_vector) &&
        type.args.front().kind == type_kind::variable) {
        proto_message message;
        message.name = "TypeVectorAny";
        message.comment = schema::to_text(type);
        message.file = methods_file;
        message.fields.push_back(message_field("values", "AnyResult"));
        message.fields.back().repeated = true;
        add(std::move(message), "a vector of results", type.offset);
        return "TypeVectorAny";
    }
    return wrapper(type);
}

void contract_builder::add_methods()
{
    proto_service service;
    service.name = "Mtproto";
    service.file = service_file;
    service.comment = "The methods of the API. https://core.telegram.org/methods";
    proto_message any_method, any_result;
    any_method.name = "AnyMethod";
    any_method.comment = "A call inside another one, as invokeAfterMsg has it.";
    any_method.file = methods_file;
    any_method.oneof = true;
    any_result.name = "AnyResult";
    any_result.comment = "What the call inside another one gave.";
    any_result.file = methods_file;
    any_result.oneof = true;
    std::map<std::string, std::string> calls; // rpc, TL name
    std::set<std::string> results;
    for (auto const& line : from_.schema().functions()) {
        proto_rpc rpc;
        rpc.name = camel_case(line.name);
        rpc.request = "Req" + rpc.name;
        rpc.result = result_of(line);
        rpc.line = &line;
        auto message = members(line, rpc.request);
        message.file = methods_file;
        if (!from_.opts().links.empty())
            message.link = from_.opts().links + "/method/" + std::string(line.name);
        add(std::move(message), "the method " + std::string(line.name), line.offset);
        any_method.fields.push_back(message_field(snake_case(line.name), rpc.request));
        if (line.result.kind != type_kind::variable)
            results.insert(rpc.result);
        service.rpcs.push_back(std::move(rpc));
    }
    auto const by_name = [](const auto& a, const auto& b) { return a.name < b.name; };
    std::sort(service.rpcs.begin(), service.rpcs.end(), by_name);
    std::sort(any_method.fields.begin(), any_method.fields.end(), by_name);
    for (auto const& result : results) {
        auto const prefix = result.starts_with("Type") ? 4u : 0u;
        any_result.fields.push_back(message_field(snake_case(result.substr(prefix)), result));
    }
    std::sort(any_result.fields.begin(), any_result.fields.end(), by_name);
    check_fields(any_method, 0);
    check_fields(any_result, 0);
    add(std::move(any_method), "every method", 0);
    add(std::move(any_result), "every result", 0);
    out_.services.push_back(std::move(service));
}

contract contract_builder::build()
{
    add_support();
    for (auto const& type : from_.schema().types())
        if (from_.emitted(type) && from_.first_of(type).variables.empty())
            boxed(type, {});
    add_methods();
    add_updates();
    sort();
    return std::move(out_);
}

contract make_contract(const program& from) { return contract_builder(from).build(); }

} // namespace gen
