// What C++ needs to know of the contract: the methods, and numbers that are not in order.
#include "contract.hpp"
#include "failure.hpp"
#include "text.hpp"

#include <algorithm>

namespace gen {

namespace {

std::string hex(std::uint32_t id)
{
    std::string digits = "0x";
    for (int shift = 28; shift >= 0; shift -= 4)
        digits += "0123456789abcdef"[(id >> shift) & 15];
    return digits;
}

std::uint32_t number_of(const contract& what, std::string_view any, std::string_view message)
{
    auto const& fields = what.find(any)->fields;
    auto const found = std::find_if(fields.begin(), fields.end(),
                                    [&](const auto& field) { return field.message == message; });
    return found == fields.end() ? 0 : found->number;
}

void emit_methods_table(const contract& what, files& out)
{
    std::string text = file_head("The calls of the gRPC service mtproto.Mtproto.");
    text += "#include <cstdint>\n#include <string_view>\n\nnamespace mtproto::proxy::contract {\n\n"
            "/// A call, and the method of the API that it is.\n"
            "struct method\n{\n"
            "    std::string_view rpc;     ///< \"MessagesSendMessage\"\n"
            "    std::string_view tl_name; ///< \"messages.sendMessage\"\n"
            "    std::uint32_t id;         ///< of its TL line\n"
            "    std::uint32_t any_method; ///< its number in AnyMethod\n"
            "    std::uint32_t any_result; ///< its result's number in AnyResult; 0: that of the call inside "
            "decides\n"
            "    std::string_view result;  ///< \"TypeUpdates\"\n"
            "};\n\n/// Sorted by rpc.\ninline constexpr method methods[] = {\n";
    for (auto const& service : what.services)
        for (auto const& rpc : service.rpcs)
            if (rpc.line != nullptr)
                text +=
                    "    {\"" + rpc.name + "\", \"" + std::string(rpc.line->name) + "\", " +
                    hex(rpc.line->id) + ", " + std::to_string(number_of(what, "AnyMethod", rpc.request)) +
                    ", " +
                    std::to_string(rpc.result == "AnyResult" ? 0 : number_of(what, "AnyResult", rpc.result)) +
                    ", \"" + rpc.result + "\"},\n";
    out["methods.hpp"] = text + "};\n\n} // namespace mtproto::proxy::contract\n";
}

std::string specialisation(std::string_view variable, const std::string& type, std::size_t index,
                           std::uint32_t number)
{
    return "template <class S>\ninline constexpr std::uint32_t " + std::string(variable) + '<' + type +
           "<S>, " + std::to_string(index) + "> = " + std::to_string(number) + ";\n";
}

void emit_exceptions(const program& from, const contract& what, files& out)
{
    std::string body;
    for (auto const& message : what.messages) {
        std::size_t index = 0;
        for (auto const& field : message.fields) {
            auto const at = index++;
            if (field.number == at + 1 || field.number >= empty_vectors_number ||
                (message.line == nullptr && message.type == nullptr))
                continue;
            auto const& variables =
                message.type != nullptr ? from.first_of(*message.type).variables : message.line->variables;
            bool const function = message.line != nullptr && message.line->is_function;
            if (!variables.empty() && !function)
                throw failure("the number of " + message.name + '.' + field.name +
                              " is not the one in order, which is not supported in a generic type");
            auto const raw = from.names().raw(message.type != nullptr ? from.names().of(*message.type)
                                                                      : from.names().of(*message.line));
            if (variables.empty()) {
                body += specialisation(message.type != nullptr ? "alternative_number" : "field_number", raw,
                                       at, field.number);
                continue;
            }
            body += "template <" + from.parameters(*message.line) +
                    ">\ninline constexpr std::uint32_t field_number<" + raw + '<' +
                    from.arguments(*message.line) + ">, " + std::to_string(at) +
                    "> = " + std::to_string(field.number) + ";\n";
        }
    }
    std::string text = file_head("Numbers of protobuf fields that are not in the order of the schema.");
    if (!body.empty())
        text += from.include("fwd.hpp", "field_numbers.hpp");
    text += "#include \"mtproto/tl/field_number.hpp\"\n\n";
    if (body.empty())
        text += "// All are.\n";
    else
        text += "#include <cstdint>\n\nnamespace mtproto::tl {\n\n" + body + "\n} // namespace mtproto::tl\n";
    out["field_numbers.hpp"] = text;
}

} // namespace

void emit_contract_headers(const program& from, const contract& what, files& out)
{
    emit_methods_table(what, out);
    emit_exceptions(from, what, out);
}

} // namespace gen
