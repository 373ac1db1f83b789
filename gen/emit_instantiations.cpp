// instantiations.hpp: the nodes of every boxed type, declared `extern`.
#include "program.hpp"
#include "text.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

namespace gen {

namespace {

using schema::type_kind;

std::string instantiated(std::string type)
{
    constexpr std::string_view policy = "instantiated";
    for (std::size_t at = 0; (at = type.find("<S", at)) != std::string::npos; at += policy.size())
        if (type[at + 2] == '>' || type[at + 2] == ',')
            type.replace(at + 1, 1, policy);
    return type;
}

// Vectors of boxed or bare constructors, which the decoder reads in a node each.
void add_vectors(const program& from, const schema::type_expr& type, std::set<std::string>& nodes)
{
    for (auto const& arg : type.args)
        add_vectors(from, arg, nodes);
    if (type.kind != type_kind::vector && type.kind != type_kind::bare_vector)
        return;
    auto const& element = type.args.front();
    if ((element.kind != type_kind::boxed && element.kind != type_kind::bare) || !element.args.empty())
        return;
    auto const wire = from.wire(type);
    nodes.insert("extern template bool read_vector<" + (wire.empty() ? "wire::natural" : wire) + ">(reader&, " +
                 instantiated(from.cpp_type(type)) + "&);\n");
}

} // namespace

void emit_instantiations(const program& from, files& out)
{
    if (!from.opts().instantiations)
        return;
    auto const& all = from.schema();
    std::string text = file_head("What the library of ready instantiations holds; fwd.hpp includes it on demand.");
    text += "#include \"mtproto/tl/fields.hpp\"\n#include \"mtproto/tl/nodes.hpp\"\n" +
            from.include("fwd.hpp", "instantiations.hpp") +
            "\nnamespace mtproto::tl {\n\n";
    std::set<std::string> vectors;
    for (auto const& line : all.combinators()) {
        if (line.builtin)
            continue;
        for (auto const& param : line.params)
            add_vectors(from, param.type, vectors);
        if (line.is_function)
            add_vectors(from, line.result, vectors);
    }
    for (auto const& type : all.types()) {
        if (!from.emitted(type) || !from.first_of(type).variables.empty())
            continue;
        auto const name = from.names().raw(from.names().of(type)) + "<instantiated>";
        text += "extern template bool read_boxed(reader&, " + name + "&);\nextern template void write_boxed(writer&, const " +
                name + "&);\nextern template std::size_t size_of_boxed(const " + name +
                "&);\nextern template void destroy_boxed(" + name + "*);\n";
    }
    for (auto const& vector : vectors)
        text += vector;
    text += "\n} // namespace mtproto::tl\n";
    out["instantiations.hpp"] = text;
}

} // namespace gen
