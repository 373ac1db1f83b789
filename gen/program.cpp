#include "program.hpp"

#include "failure.hpp"

#include <algorithm>

namespace gen {

using schema::type_kind;

namespace {

template <class F>
void each_type(const schema::type_expr& type, F&& f)
{
    f(type);
    for (auto const& arg : type.args)
        each_type(arg, f);
}

} // namespace

program::program(schema::schema from, options opts)
    : schema_(std::move(from)), opts_(std::move(opts)), names_(schema_, opts_.root), layout_(schema_)
{
    auto const note = [&](const schema::type_expr& type) {
        if (type.kind == type_kind::boxed) {
            auto const& info = schema_.types()[type.index];
            if (std::all_of(info.constructors.begin(), info.constructors.end(),
                            [&](auto i) { return schema_.combinators()[i].builtin; }))
                boxed_builtins_.insert(type.index);
        }
    };
    for (auto const& line : schema_.combinators()) {
        if (line.builtin)
            continue;
        check(line);
        for (auto const& param : line.params)
            each_type(param.type, note);
        each_type(line.result, note);
    }
    for (auto const index : boxed_builtins_) { // Int, True: one constructor with a value, or none
        auto const& type = schema_.types()[index];
        auto const& line = first_of(type);
        if (!single(type) || !line.params.empty())
            throw failure(schema_.location(line.offset) + ": the built-in type " + std::string(type.name) +
                          " is not supported as a field");
    }
}

void program::check(const schema::combinator& line) const
{
    int words = 0;
    for (auto const& param : line.params)
        words += param.flag_word ? 1 : 0;
    if (words > 4)
        throw failure(schema_.location(line.offset) + ": " + std::string(line.name) + " has " +
                      std::to_string(words) + " flag words, at most 4 are supported");
    if (line.is_function)
        return;
    // A generic type's constructors must take its variables in the order of the type.
    auto const& args = line.result.args;
    bool const plain =
        std::equal(args.begin(), args.end(), line.variables.begin(), line.variables.end(),
                   [](const schema::type_expr& arg, std::string_view name) { return arg.name == name; });
    if (!plain)
        throw failure(schema_.location(line.result.offset) + ": the variables of " + std::string(line.name) +
                      " are not the arguments of its type in the same order, which is not supported");
}

bool program::emitted(const schema::combinator& line) const
{
    return !line.builtin || boxed_builtins_.contains(line.type_index);
}

bool program::emitted(const schema::type_info& type) const
{
    if (type.name == "Object" || type.name == "Bool" || type.name == "Vector")
        return false;
    return std::any_of(type.constructors.begin(), type.constructors.end(),
                       [&](auto i) { return emitted(schema_.combinators()[i]); });
}

void program::unsupported(const schema::type_expr& type, const std::string& what) const
{
    throw failure(schema_.location(type.offset) + ": " + what);
}

std::string program::cpp_type(const schema::type_expr& type) const
{
    auto const with_arguments = [&](std::string name) {
        name += "<S";
        for (auto const& arg : type.args) {
            if (!wire(arg).empty())
                unsupported(arg, "an argument of a generic type that is bare on the wire is not supported");
            name += ", " + cpp_type(arg);
        }
        return name += '>';
    };
    switch (type.kind) {
    case type_kind::nat:
        return "std::uint32_t";
    case type_kind::int32:
        return "std::int32_t";
    case type_kind::int53:
    case type_kind::int64:
        return "std::int64_t";
    case type_kind::float64:
        return "double";
    case type_kind::string:
        return "::mtproto::tl::string<S>";
    case type_kind::bytes:
        return "::mtproto::tl::bytes<S>";
    case type_kind::int128:
        return "::mtproto::tl::int128";
    case type_kind::int256:
        return "::mtproto::tl::int256";
    case type_kind::boolean:
        return "bool";
    case type_kind::vector:
    case type_kind::bare_vector:
        return "::mtproto::tl::vector<S, " + cpp_type(type.args.front()) + '>';
    case type_kind::object:
        return "::mtproto::tl::object";
    case type_kind::variable:
        return names::variable(type.name);
    case type_kind::boxed:
        return with_arguments(names_.raw(names_.of(schema_.types()[type.index])));
    case type_kind::bare: {
        auto const& line = schema_.combinators()[type.index];
        if (line.builtin)
            unsupported(type,
                        "the built-in constructor " + std::string(line.name) + " is not supported as a type");
        return with_arguments(names_.raw(names_.of(line)));
    }
    case type_kind::fixed:
        return "std::array<std::byte, " + std::to_string(type.index) + '>';
    case type_kind::true_:
        unsupported(type, "'true' is supported as a conditional parameter only");
    case type_kind::repeat:
        unsupported(type, "repetitions are supported in built-in declarations only");
    case type_kind::number:
        unsupported(type, "a number as an argument of a type is not supported");
    case type_kind::type:
        unsupported(type, "'Type' is no type of a value");
    }
    unsupported(type, "this type is not supported");
}

std::string program::wire(const schema::type_expr& type) const
{
    switch (type.kind) {
    case type_kind::bare:
        return "::mtproto::tl::wire::bare";
    case type_kind::vector: {
        auto const element = wire(type.args.front());
        return element.empty() ? "" : "::mtproto::tl::wire::vector<" + element + '>';
    }
    case type_kind::bare_vector:
        return "::mtproto::tl::wire::bare_vector<" + wire(type.args.front()) + '>';
    default:
        return {};
    }
}

std::string program::member_type(const schema::combinator& line, const schema::param& param) const
{
    if (param.when && param.type.kind == type_kind::true_)
        return "bool";
    auto const type = cpp_type(param.type);
    bool const boxed = layout_.boxed(line, param);
    if (param.when)
        return boxed ? "::mtproto::tl::boxed_optional<S, " + type + '>' : "std::optional<" + type + '>';
    return boxed ? "::mtproto::tl::boxed<S, " + type + '>' : type;
}

std::string program::arguments(const schema::combinator& line)
{
    std::string list = "S";
    for (auto const variable : line.variables)
        list += ", " + names::variable(variable);
    return list;
}

std::string program::parameters(const schema::combinator& line)
{
    std::string list = "class S";
    for (auto const variable : line.variables)
        list += ", class " + names::variable(variable);
    return list;
}

std::string program::file_stem(std::string_view name_space)
{
    std::string stem(name_space.empty() ? "core" : name_space);
    std::replace(stem.begin(), stem.end(), '.', '_');
    return name_space == "core" ? stem + '_' : stem;
}

std::string program::include(const std::string& path, const std::string& in) const
{
    if (!opts_.include_prefix.empty())
        return "#include \"" + opts_.include_prefix + '/' + path + "\"\n";
    auto const slash = in.find('/');
    if (slash == std::string::npos)
        return "#include \"" + path + "\"\n";
    if (path.starts_with(in.substr(0, slash + 1)))
        return "#include \"" + path.substr(slash + 1) + "\"\n";
    return "#include \"../" + path + "\"\n";
}

files emit_all(const program& from)
{
    files out;
    emit_forward(from, out);
    emit_types(from, out);
    emit_methods(from, out);
    emit_schema_text(from, out);
    emit_umbrella(from, out);
    emit_instantiations(from, out);
    return out;
}

} // namespace gen
