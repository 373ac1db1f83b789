#include "emit_struct.hpp"

#include "text.hpp"

#include "mtproto/tl/schema/canonical.hpp"
#include "mtproto/tl/schema/detail/resolver.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace gen {

namespace {

using schema::type_kind;

std::string hex(std::uint32_t id)
{
    std::string digits = "0x";
    for (int shift = 28; shift >= 0; shift -= 4)
        digits += "0123456789abcdef"[(id >> shift) & 15];
    return digits;
}

// Which flag word a `#` parameter is, counted from 0.
int word_of(const schema::combinator& line, std::size_t field)
{
    int word = 0;
    for (std::size_t i = 0; i != field; ++i)
        word += line.params[i].flag_word ? 1 : 0;
    return word;
}

std::string field_entry(const program& from, const schema::combinator& line, std::size_t index)
{
    auto const& param = line.params[index];
    if (param.flag_word)
        return "::mtproto::tl::flags<" + std::to_string(word_of(line, index)) + '>';
    auto const member = '&' + from.names().of(line).local + "::" + from.names().field(line, param);
    if (!param.when) {
        auto const wire = from.wire(param.type);
        return "::mtproto::tl::field<" + member + (wire.empty() ? "" : ", " + wire) + '>';
    }
    auto const word = word_of(line, param.when->field);
    auto const bit = ", " + std::to_string(param.when->bit);
    if (param.type.kind == type_kind::true_)
        return "::mtproto::tl::flag<" + member + bit + (word != 0 ? ", " + std::to_string(word) : "") + '>';
    auto const wire = from.wire(param.type);
    return "::mtproto::tl::optional_field<" + member + bit +
           (word != 0 || !wire.empty() ? ", " + std::to_string(word) : "") +
           (wire.empty() ? "" : ", " + wire) + '>';
}

std::string result_type(const program& from, const schema::type_expr& type)
{
    if (type.kind == type_kind::variable)
        return "typename " + names::variable(type.name) + "::result";
    if ((type.kind == type_kind::vector || type.kind == type_kind::bare_vector) &&
        type.args.front().kind == type_kind::variable)
        return "::mtproto::tl::vector<S, typename " + names::variable(type.args.front().name) + "::result>";
    return from.cpp_type(type);
}

// Alternatives of a variant, an item a line: groups of at most 11, groups of groups above 121, all of a level
// of about the same size.
std::string grouped(std::span<const std::string> items, const std::string& indent)
{
    constexpr std::size_t most = 11;
    std::string out;
    if (items.size() <= most) {
        for (auto const& item : items)
            out += (out.empty() ? "\n" : ",\n") + indent + item;
        return out;
    }
    std::size_t in_group = most; // the most that one group at this level can hold
    while (in_group * most < items.size())
        in_group *= most;
    auto const groups = (items.size() + in_group - 1) / in_group;
    for (std::size_t i = 0; i != groups; ++i) {
        auto const begin = items.size() * i / groups, end = items.size() * (i + 1) / groups;
        out += (i == 0 ? "\n" : ",\n") + indent + "::mtproto::tl::group<" +
               grouped(items.subspan(begin, end - begin), indent + "    ") + '>';
    }
    return out;
}

// `int ? = Int` as a constructor: its value.
std::string emit_builtin(const program& from, const schema::combinator& line)
{
    auto const& name = from.names().of(line).local;
    schema::type_expr value;
    value.name = line.name;
    for (auto const& [known, kind] : schema::detail::builtin_types)
        if (known == line.name)
            value.kind = kind;
    bool const empty = value.kind == type_kind::true_;
    std::string out = "template <class S>\nstruct " + name + "\n{\n";
    if (!empty)
        out += "    " + from.cpp_type(value) + " value{};\n\n";
    out += "    static constexpr std::uint32_t tl_id = " + hex(line.id) +
           ";\n    static constexpr char tl_line[] = \"" + std::string(line.name) + '#' +
           hex(line.id).substr(2) + (empty ? "" : " value:" + std::string(line.name)) + " = " +
           std::string(line.result.name) + "\";\n    using tl_fields = ::mtproto::tl::field_list<" +
           (empty ? "" : "::mtproto::tl::field<&" + name + "::value>") + ">;\n};\n";
    return out;
}

} // namespace

std::string emit_struct(const program& from, const schema::combinator& line)
{
    if (line.builtin)
        return emit_builtin(from, line);
    auto const& name = from.names().of(line).local;
    std::string out;
    if (!from.opts().links.empty())
        out += "/// " + from.opts().links + (line.is_function ? "/method/" : "/constructor/") +
               std::string(line.name) + '\n';
    out += "template <" + from.parameters(line) + ">\nstruct " + name + "\n{\n";
    if (line.is_function) {
        out += "    using result = " + result_type(from, line.result) + ";\n";
        if (auto const wire = from.wire(line.result); !wire.empty())
            out += "    using tl_result_wire = " + wire + ";\n";
        out += '\n';
    }
    bool members = false;
    for (auto const& param : line.params) {
        if (param.flag_word)
            continue;
        out += "    " + from.member_type(line, param) + ' ' + from.names().field(line, param) +
               (from.layout().holds_itself(line, param) ? ";\n" : "{};\n");
        members = true;
    }
    out += members ? "\n" : "";
    out += "    static constexpr std::uint32_t tl_id = " + hex(line.id) + ";\n";
    auto declaration = schema::to_line(line);
    declaration.pop_back(); // ;
    if (declaration.size() < 70)
        out += "    static constexpr char tl_line[] = " + literal(declaration, "") + ";\n";
    else
        out += "    static constexpr char tl_line[] =\n        " + literal(declaration, "        ") + ";\n";
    std::vector<std::string> entries;
    for (std::size_t i = 0; i != line.params.size(); ++i)
        entries.push_back(field_entry(from, line, i));
    out += list("    using tl_fields = ::mtproto::tl::field_list<", entries, ">;", "        ");
    return out + "};\n";
}

std::string emit_boxed(const program& from, const schema::type_info& type)
{
    auto const& first = from.first_of(type);
    auto const arguments = '<' + from.arguments(first) + '>';
    std::vector<std::string> alternatives;
    std::string cases;
    for (auto const i : type.constructors) {
        auto const& line = from.schema().combinators()[i];
        alternatives.push_back(from.names().raw(from.names().of(line)) + arguments);
        cases += "        case " + hex(line.id) + ": return f(std::type_identity<" + alternatives.back() +
                 ">());\n";
    }
    auto const& name = from.names().of(type).local;
    std::string out;
    if (!from.opts().links.empty())
        out += "/// " + from.opts().links + "/type/" + std::string(type.name) + '\n';
    out += "template <" + from.parameters(first) + ">\nstruct " + name + "\n    : ::mtproto::tl::variant<" +
           grouped(alternatives, "          ") + ">\n{\n    using tl_variant = ::mtproto::tl::variant<" +
           grouped(alternatives, "        ") +
           ">;\n"
           "    using tl_variant::tl_variant;\n\n"
           "    template <class F>\n"
           "    static constexpr bool tl_select(std::uint32_t id, F&& f)\n"
           "    {\n"
           "        switch (id) {\n" +
           cases +
           "        default: return false;\n"
           "        }\n"
           "    }\n"
           "};\n";
    return out;
}

} // namespace gen
