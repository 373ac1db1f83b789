// fwd.hpp: every template declared, and its owning alias.
#include "program.hpp"
#include "text.hpp"

#include <cctype>
#include <string>

namespace gen {

namespace {

std::string owning_arguments(const program& from, const schema::combinator& line)
{
    std::string list =
        from.opts().instantiations ? "::" + from.opts().root + "::tl_storage" : "::mtproto::tl::owning";
    for (auto const variable : line.variables)
        list += ", " + names::variable(variable);
    return list;
}

// MTPROTO_API_INSTANTIATED
std::string instantiated_macro(const program& from)
{
    std::string name;
    for (char const c : from.opts().root)
        if (c != ':')
            name += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        else if (!name.ends_with('_'))
            name += '_';
    return name + "_INSTANTIATED";
}

std::string alias_head(const schema::combinator& line)
{
    if (line.variables.empty())
        return {};
    std::string head = "template <";
    for (auto const variable : line.variables)
        head += (head.ends_with('<') ? "class " : ", class ") + names::variable(variable);
    return head + ">\n";
}

} // namespace

void emit_forward(const program& from, files& out)
{
    auto const& all = from.schema();
    std::string text = file_head("Declarations of every type and method, and their owning forms.");
    text += "#include \"mtproto/tl/storage.hpp\"\n#include \"mtproto/tl/variant.hpp\"\n\n";
    {
        scopes raw(text, from.opts().root + "::raw");
        for (auto const& line : all.combinators()) {
            if (!from.emitted(line))
                continue;
            auto const& name = from.names().of(line);
            raw.enter(name.scope);
            text += "template <" + from.parameters(line) + ">\nstruct " + name.local + ";\n";
        }
        for (auto const& type : all.types()) {
            if (!from.emitted(type))
                continue;
            auto const& name = from.names().of(type);
            auto const& first = from.first_of(type);
            auto const& target = from.names().of(first);
            if (from.single(type) && target.path() == name.path())
                continue;
            raw.enter(name.scope);
            text += "template <" + from.parameters(first) + ">\n";
            if (from.single(type))
                text += "using " + name.local + " = " + from.names().raw(target) + '<' +
                        from.arguments(first) + ">;\n";
            else
                text += "struct " + name.local + ";\n";
        }
    }
    {
        scopes owning(text, from.opts().root);
        owning.enter({});
        for (auto const helper : {"emplace", "get_if", "holds", "match", "visit"})
            text += "using ::mtproto::tl::" + std::string(helper) + ";\n";
        if (from.opts().instantiations)
            text += "#ifdef " + instantiated_macro(from) +
                    "\nusing tl_storage = ::mtproto::tl::instantiated;\n#else\nusing tl_storage = "
                    "::mtproto::tl::owning;\n#endif\n";
        auto const alias = [&](const cpp_name& name, const schema::combinator& line) {
            owning.enter(name.scope);
            text += alias_head(line) + "using " + name.local + " = " + from.names().raw(name) + '<' +
                    owning_arguments(from, line) + ">;\n";
        };
        for (auto const& line : all.combinators())
            if (from.emitted(line))
                alias(from.names().of(line), line);
        for (auto const& type : all.types()) {
            auto const& name = from.names().of(type);
            if (from.emitted(type) &&
                !(from.single(type) && from.names().of(from.first_of(type)).path() == name.path()))
                alias(name, from.first_of(type));
        }
    }
    if (from.opts().instantiations)
        text += "#ifdef " + instantiated_macro(from) + '\n' + from.include("instantiations.hpp", "fwd.hpp") + "#endif\n\n";
    text.pop_back();
    out["fwd.hpp"] = text;
}

} // namespace gen
