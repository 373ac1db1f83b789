// The contract as .proto files.
#include "contract.hpp"
#include "text.hpp"

#include <algorithm>

namespace gen {

namespace {

// Text behind `// `, broken at spaces.
std::string comment(std::string_view text, const std::string& indent = {})
{
    constexpr std::size_t width = 117;
    std::string out;
    while (!text.empty()) {
        auto piece = text.substr(0, width);
        if (piece.size() < text.size())
            if (auto const space = piece.rfind(' '); space != std::string_view::npos)
                piece = piece.substr(0, space);
        out += indent + "// " + std::string(piece) + '\n';
        text.remove_prefix(std::min(piece.size() + 1, text.size()));
    }
    return out;
}

std::string reserved(const proto_message& message)
{
    std::string out;
    auto const& numbers = message.reserved_numbers;
    for (std::size_t i = 0; i != numbers.size();) {
        auto last = i;
        while (last + 1 != numbers.size() && numbers[last + 1] == numbers[last] + 1)
            ++last;
        out += (i == 0 ? "  reserved " : ", ") + std::to_string(numbers[i]);
        if (last != i)
            out += " to " + std::to_string(numbers[last]);
        i = last + 1;
    }
    out += numbers.empty() ? "" : ";\n";
    for (std::size_t i = 0; i != message.reserved_names.size(); ++i)
        out += (i == 0 ? "  reserved \"" : "\", \"") + message.reserved_names[i];
    return out + (message.reserved_names.empty() ? "" : "\";\n");
}

std::string text_of(const proto_message& message)
{
    std::string out =
        '\n' + comment(message.comment) + comment(message.link) + "message " + message.name + " {";
    auto const removed = reserved(message);
    if (message.fields.empty() && removed.empty())
        return out + "}\n";
    out += '\n' + removed;
    if (message.fields.empty())
        return out + "}\n";
    std::string const indent(message.oneof ? 4 : 2, ' ');
    if (message.oneof)
        out += "  oneof value {\n";
    std::vector<const proto_field*> fields;
    for (auto const& field : message.fields)
        fields.push_back(&field);
    std::sort(fields.begin(), fields.end(), [](auto* a, auto* b) { return a->number < b->number; });
    for (auto const* field : fields)
        out += indent + (field->optional ? "optional " : "") + field->meaning() + ' ' + field->name + " = " +
               std::to_string(field->number) + ';' + (field->comment.empty() ? "" : " // " + field->comment) +
               '\n';
    return out + (message.oneof ? "  }\n}\n" : "}\n");
}

std::string text_of(const proto_service& service)
{
    std::string out = '\n' + comment(service.comment) + "service " + service.name + " {\n";
    for (auto const& rpc : service.rpcs)
        out += "  rpc " + rpc.name + '(' + rpc.request + ") returns (" + (rpc.streaming ? "stream " : "") +
               rpc.result + ");\n";
    return out + "}\n";
}

} // namespace

void emit_proto(const program& from, const contract& what, files& out)
{
    for (auto const& [path, imports] : what.files_in_order()) {
        auto text = std::string(marker);
        if (from.opts().layer != 0)
            text += "// Layer " + std::to_string(from.opts().layer) + ".\n";
        text += "syntax = \"proto3\";\n\npackage mtproto;\n\n";
        for (auto const& other : imports)
            text += "import \"" + other + "\";\n";
        text += imports.empty() ? "" : "\n";
        text +=
            "option go_package = \"" + std::string(go_package) + "\";\noption java_multiple_files = true;\n";
        for (auto const& message : what.messages)
            if (message.file == path)
                text += text_of(message);
        for (auto const& service : what.services)
            if (service.file == path)
                text += text_of(service);
        out[path] = text;
    }
}

} // namespace gen
