#include "names.hpp"

#include "failure.hpp"

#include <algorithm>
#include <array>

namespace gen {

namespace {

constexpr std::string_view keywords[] = {
    "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand",
    "bitor", "bool", "break", "case", "catch", "char", "char16_t",
    "char32_t", "char8_t", "class", "co_await", "co_return", "co_yield", "compl",
    "concept", "const", "const_cast", "consteval", "constexpr", "constinit", "continue",
    "decltype", "default", "delete", "do", "double", "dynamic_cast", "else",
    "enum", "explicit", "export", "extern", "false", "float", "for",
    "friend", "goto", "if", "inline", "int", "long", "mutable",
    "namespace", "new", "noexcept", "not", "not_eq", "nullptr", "operator",
    "or", "or_eq", "private", "protected", "public", "register", "reinterpret_cast",
    "requires", "return", "short", "signed", "sizeof", "static", "static_assert",
    "static_cast", "struct", "switch", "template", "this", "thread_local", "throw",
    "true", "try", "typedef", "typeid", "typename", "union", "unsigned",
    "using", "virtual", "void", "volatile", "wchar_t", "while", "xor",
    "xor_eq"};

// Macros without arguments that headers of common platforms define.
constexpr std::string_view macros[] = {
    "BUFSIZ", "DELETE", "DOMAIN", "EOF", "ERROR", "FALSE", "HUGE", "HUGE_VAL",
    "IN", "INFINITY", "NAN", "NULL", "OPTIONAL", "OUT", "OVERFLOW", "TRUE",
    "UNDERFLOW", "assert", "errno", "far", "i386", "interface", "linux", "major",
    "makedev", "minor", "near", "small", "stderr", "stdin", "stdout", "unix"};

// Names that the generated namespaces need for themselves.
constexpr std::string_view in_namespace[] = {"S", "emplace", "get_if", "holds", "layer",
                                             "match", "raw", "schema_text", "std", "visit"};
constexpr std::string_view in_struct[] = {"S", "tl_fields", "tl_id", "tl_line", "tl_result_wire"};

template <class Set>
bool contains(const Set& set, std::string_view name)
{
    return std::find(std::begin(set), std::end(set), name) != std::end(set);
}

bool needs_underscore(std::string_view name) { return contains(keywords, name) || contains(macros, name); }

} // namespace

names::names(const schema::schema& from, std::string root) : schema_(from), root_(std::move(root))
{
    collect_scopes();
    for (auto const& line : schema_.combinators()) {
        auto name = mangled(line.name);
        if (contains(line.variables, name.local))
            name.local += '_';
        // A function gives way to a constructor of the same name.
        if (!take(name, line.name, line.offset, !line.is_function)) {
            name.local += '_';
            take(name, line.name, line.offset, true);
        }
        combinators_.push_back(name);
        check_fields(line);
    }
    for (auto const& type : schema_.types()) {
        auto name = mangled(type.name);
        auto const& only = schema_.combinators()[type.constructors.front()];
        bool const same_template = type.constructors.size() == 1 && of(only).path() == name.path();
        if (!same_template)
            take(name, type.name, only.result.offset, true);
        types_.push_back(name);
    }
}

void names::collect_scopes()
{
    auto const add = [&](std::string_view tl_name) {
        std::string path;
        for (auto rest = tl_name;;) {
            auto const dot = rest.find('.');
            if (dot == std::string_view::npos)
                return;
            std::string part(rest.substr(0, dot));
            if (needs_underscore(part) || (path.empty() && contains(in_namespace, part)))
                part += '_';
            path += (path.empty() ? "" : "::") + part;
            scopes_.insert(path);
            rest.remove_prefix(dot + 1);
        }
    };
    for (auto const& line : schema_.combinators())
        add(line.name);
    for (auto const& type : schema_.types())
        add(type.name);
}

cpp_name names::mangled(std::string_view tl_name) const
{
    cpp_name name;
    for (auto rest = tl_name;;) {
        auto const dot = rest.find('.');
        std::string part(rest.substr(0, dot));
        bool const reserved = (name.scope.empty() || part == "S") && contains(in_namespace, part);
        if (dot == std::string_view::npos) {
            name.local = part;
            // `updates` is a constructor and a namespace: the constructor takes the underscore.
            if (needs_underscore(part) || reserved || scopes_.contains(name.path()))
                name.local += '_';
            return name;
        }
        if (needs_underscore(part) || reserved)
            part += '_';
        name.scope += (name.scope.empty() ? "" : "::") + part;
        rest.remove_prefix(dot + 1);
    }
}

bool names::take(const cpp_name& name, std::string_view tl_name, std::uint32_t offset, bool must)
{
    auto const [first, fresh] = taken_.try_emplace(name.path(), taken{std::string(tl_name), offset});
    if (fresh && !scopes_.contains(name.path()))
        return true;
    if (!must)
        return false;
    if (fresh)
        throw failure(schema_.location(offset) + ": " + std::string(tl_name) + " would be " + name.path() +
                      " in C++, which is a namespace");
    throw failure(schema_.location(offset) + ": " + std::string(tl_name) + " would be " + name.path() +
                  " in C++, as " + first->second.tl_name + " of line " +
                  std::to_string(schema_.where(first->second.offset).line) + " is");
}

std::string names::field(const schema::combinator& line, const schema::param& param) const
{
    std::string name(param.name);
    if (needs_underscore(name) || contains(in_struct, name) || name == of(line).local ||
        contains(line.variables, name) || (line.is_function && name == "result"))
        name += '_';
    return name;
}

void names::check_fields(const schema::combinator& line) const
{
    std::map<std::string, std::string_view> members;
    for (auto const& param : line.params) {
        if (line.builtin || param.flag_word)
            continue;
        if (param.name.empty())
            throw failure(schema_.location(param.offset) + ": a parameter of " + std::string(line.name) +
                          " has no name, C++ needs one");
        auto const name = field(line, param);
        if (auto const [first, fresh] = members.emplace(name, param.name); !fresh)
            throw failure(schema_.location(param.offset) + ": the parameters " + std::string(first->second) +
                          " and " + std::string(param.name) + " of " + std::string(line.name) +
                          " would both be " + name + " in C++");
    }
}

std::string names::variable(std::string_view name)
{
    std::string result(name);
    if (needs_underscore(name) || contains(in_struct, name))
        result += '_';
    return result;
}

} // namespace gen
