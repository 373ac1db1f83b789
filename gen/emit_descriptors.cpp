// The contract as descriptors, for gRPC's server reflection: what protoc --descriptor_set_out gives. Field
// numbers are those of google/protobuf/descriptor.proto.
#include "contract.hpp"
#include "text.hpp"

#include <algorithm>

namespace gen {

namespace {

class wire_writer
{
public:
    void number(std::uint32_t field, std::uint64_t value)
    {
        varint(field << 3);
        varint(value);
    }
    void bytes(std::uint32_t field, std::string_view value)
    {
        varint(field << 3 | 2);
        varint(value.size());
        out_ += value;
    }
    void message(std::uint32_t field, const wire_writer& value) { bytes(field, value.out_); }
    std::string take() { return std::move(out_); }

private:
    void varint(std::uint64_t value)
    {
        for (; value >= 0x80; value >>= 7)
            out_ += static_cast<char>(value | 0x80);
        out_ += static_cast<char>(value);
    }

    std::string out_;
};

std::string full(const std::string& name) { return ".mtproto." + name; }

wire_writer descriptor(const proto_field& field, int oneof, bool json_names)
{
    constexpr std::uint32_t label_optional = 1, label_repeated = 3;
    wire_writer out;
    out.bytes(1, field.name);
    out.number(3, field.number);
    out.number(4, field.repeated ? label_repeated : label_optional);
    out.number(5, static_cast<std::uint32_t>(field.type));
    if (field.type == proto_type::message)
        out.bytes(6, full(field.message));
    if (oneof >= 0)
        out.number(9, static_cast<std::uint32_t>(oneof));
    if (json_names)
        out.bytes(10, json_name(field.name));
    if (field.optional)
        out.number(17, 1); // proto3_optional
    return out;
}

wire_writer oneof_named(std::string_view name)
{
    wire_writer out;
    out.bytes(1, name);
    return out;
}

// Each optional field has a oneof of its own, `_name`, or `X_name` where a field is called so.
std::string presence_name(const proto_message& message, const std::string& field)
{
    auto name = '_' + field;
    while (std::any_of(message.fields.begin(), message.fields.end(),
                       [&](const auto& other) { return other.name == name; }))
        name.insert(0, 1, 'X');
    return name;
}

wire_writer descriptor(const proto_message& message, bool json_names)
{
    wire_writer out;
    out.bytes(1, message.name);
    std::vector<const proto_field*> fields; // as in the text
    for (auto const& field : message.fields)
        fields.push_back(&field);
    std::sort(fields.begin(), fields.end(), [](auto* a, auto* b) { return a->number < b->number; });
    int oneofs = 0;
    for (auto const* field : fields)
        out.message(2, descriptor(*field, message.oneof ? 0 : field->optional ? oneofs++
                                                                              : -1,
                                  json_names));
    if (message.oneof && !fields.empty())
        out.message(8, oneof_named("value"));
    for (auto const* field : fields)
        if (field->optional)
            out.message(8, oneof_named(presence_name(message, field->name)));
    auto const& gone = message.reserved_numbers;
    for (std::size_t i = 0; i != gone.size();) {
        auto last = i;
        while (last + 1 != gone.size() && gone[last + 1] == gone[last] + 1)
            ++last;
        wire_writer range;
        range.number(1, gone[i]);
        range.number(2, gone[last] + 1); // exclusive
        out.message(9, range);
        i = last + 1;
    }
    for (auto const& name : message.reserved_names)
        out.bytes(10, name);
    return out;
}

wire_writer descriptor(const proto_service& service)
{
    wire_writer out;
    out.bytes(1, service.name);
    for (auto const& rpc : service.rpcs) {
        wire_writer method;
        method.bytes(1, rpc.name);
        method.bytes(2, full(rpc.request));
        method.bytes(3, full(rpc.result));
        if (rpc.streaming)
            method.number(6, 1);
        out.message(2, method);
    }
    return out;
}

std::string c_string(std::string_view bytes)
{
    std::string out;
    for (std::size_t start = 0; start < bytes.size() || start == 0;) {
        std::string line;
        for (; start < bytes.size() && line.size() < 100; ++start) {
            auto const c = static_cast<unsigned char>(bytes[start]);
            if (c >= ' ' && c < 0x7f && c != '"' && c != '\\' && c != '?') {
                line += static_cast<char>(c);
            } else { // three digits, so that a digit may follow
                line += '\\';
                for (int shift = 6; shift >= 0; shift -= 3)
                    line += static_cast<char>('0' + ((c >> shift) & 7));
            }
        }
        out += "\n    \"" + line + '"';
        if (bytes.empty())
            break;
    }
    return out;
}

} // namespace

std::vector<std::pair<std::string, std::string>> emit_descriptors(const contract& what, bool json_names)
{
    std::vector<std::pair<std::string, std::string>> out;
    for (auto const& [path, imports] : what.files_in_order()) {
        wire_writer file;
        file.bytes(1, path);
        file.bytes(2, "mtproto");
        for (auto const& other : imports)
            file.bytes(3, other);
        for (auto const& message : what.messages)
            if (message.file == path)
                file.message(4, descriptor(message, json_names));
        for (auto const& service : what.services)
            if (service.file == path)
                file.message(6, descriptor(service));
        wire_writer options;
        options.number(10, 1); // java_multiple_files
        options.bytes(11, go_package);
        file.message(8, options);
        file.bytes(12, "proto3");
        out.emplace_back(path, file.take());
    }
    return out;
}

std::string emit_descriptor_set(const contract& what)
{
    wire_writer set;
    for (auto const& [path, file] : emit_descriptors(what, true))
        set.bytes(1, file);
    return set.take();
}

std::string emit_descriptor_source(const contract& what)
{
    auto const all = emit_descriptors(what, false);
    auto text = std::string(marker) +
                "// The contract's descriptors, made when the library is built.\n"
                "#include \"mtproto/proxy/descriptors.hpp\"\n\n#include <iterator>\n\n"
                "#pragma GCC diagnostic ignored \"-Woverlength-strings\" // g++ and clang take them\n\n"
                "namespace mtproto::proxy::contract\n{\n\nnamespace\n{\n\n";
    std::string list;
    for (std::size_t i = 0; i != all.size(); ++i) {
        auto const name = "file_" + std::to_string(i);
        text += "constexpr char " + name + "[] =" + c_string(all[i].second) + ";\n\n";
        list += "        {\"" + all[i].first + "\", std::as_bytes(std::span(" + name + ", std::size(" + name +
                ") - 1))},\n";
    }
    return text +
           "} // namespace\n\nstd::span<const descriptor_file> descriptor_files()\n{\n"
           "    static const descriptor_file files[] = {\n" +
           list + "    };\n    return files;\n}\n\n} // namespace mtproto::proxy::contract\n";
}

} // namespace gen
