// types/<namespace>.hpp and methods/<namespace>.hpp, and how they include each other.
#include "emit_struct.hpp"
#include "program.hpp"
#include "text.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>

namespace gen {

namespace {

using schema::type_kind;

constexpr std::size_t most_lines = 10'000; // of a file that a person may want to read

// Where each boxed type's constructors are defined.
class file_plan
{
public:
    explicit file_plan(const program& from) : from_(from)
    {
        std::size_t lines = 0;
        for (auto const& line : from.schema().constructors())
            if (line.result.name.find('.') == std::string_view::npos)
                lines += 12 + line.params.size() * 2;
        split_core_ = lines > most_lines;
    }

    std::string of(const schema::type_info& type) const
    {
        if (!type.name_space().empty())
            return "types/" + program::file_stem(type.name_space()) + ".hpp";
        if (!split_core_)
            return "types/core.hpp";
        char const first = type.name.front();
        return std::string("types/core_") + static_cast<char>(first | 0x20) + ".hpp";
    }

    // The files that define what a type expression needs.
    void reached(const schema::type_expr& type, std::set<std::string>& files) const
    {
        if (type.kind == type_kind::boxed)
            files.insert(of(from_.schema().types()[type.index]));
        if (type.kind == type_kind::bare)
            files.insert(of(from_.schema().type_of(from_.schema().combinators()[type.index])));
        for (auto const& arg : type.args)
            reached(arg, files);
    }
    void reached(const schema::combinator& line, std::set<std::string>& files) const
    {
        if (line.builtin)
            return;
        for (auto const& param : line.params)
            reached(param.type, files);
        if (line.is_function)
            reached(line.result, files);
    }

private:
    const program& from_;
    bool split_core_ = false;
};

std::string head(const program& from, const std::string& path, std::string_view purpose,
                 std::set<std::string> included)
{
    included.erase(path);
    std::string text = file_head(purpose) + from.include("fwd.hpp", path);
    for (auto const& other : included)
        text += from.include(other, path);
    return text + "#include \"mtproto/tl/fields.hpp\"\n#include \"mtproto/tl/types.hpp\"\n\n"
                  "#include <array>\n#include <cstddef>\n#include <cstdint>\n#include <optional>\n#include "
                  "<type_traits>\n\n";
}

} // namespace

void emit_types(const program& from, files& out)
{
    file_plan const plan(from);
    auto const& all = from.schema();
    std::map<std::string, std::vector<const schema::type_info*>> by_file;
    for (auto const& type : all.types())
        by_file[plan.of(type)].push_back(&type);
    for (auto const& [path, types] : by_file) {
        std::set<std::string> included;
        std::string body;
        {
            scopes raw(body, from.opts().root + "::raw");
            for (auto const* type : types) {
                for (auto const i : type->constructors) {
                    auto const& line = all.combinators()[i];
                    if (!from.emitted(line))
                        continue;
                    plan.reached(line, included);
                    raw.enter(from.names().of(line).scope);
                    body += '\n' + emit_struct(from, line);
                }
                if (from.emitted(*type) && !from.single(*type)) {
                    raw.enter(from.names().of(*type).scope);
                    body += '\n' + emit_boxed(from, *type);
                }
            }
            if (body.empty())
                continue;
            body += '\n';
        }
        body.pop_back();
        out[path] = head(from, path, "Types and their constructors.", included) + body;
    }
}

void emit_methods(const program& from, files& out)
{
    file_plan const plan(from);
    std::map<std::string, std::vector<const schema::combinator*>> by_file;
    for (auto const& line : from.schema().functions())
        by_file["methods/" + program::file_stem(line.name_space()) + ".hpp"].push_back(&line);
    for (auto const& [path, lines] : by_file) {
        std::set<std::string> included;
        std::string body;
        {
            scopes raw(body, from.opts().root + "::raw");
            for (auto const* line : lines) {
                plan.reached(*line, included);
                raw.enter(from.names().of(*line).scope);
                body += '\n' + emit_struct(from, *line);
            }
            body += '\n';
        }
        body.pop_back();
        out[path] = head(from, path, "Methods.", included) + body;
    }
}

} // namespace gen
