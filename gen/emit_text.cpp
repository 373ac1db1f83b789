// The umbrella, the layer, the schema itself as text, and the list of names.
#include "program.hpp"
#include "text.hpp"

#include "mtproto/tl/schema/canonical.hpp"

#include <string>

namespace gen {

void emit_umbrella(const program& from, files& out)
{
    auto const& root = from.opts().root;
    auto const last = root.rfind("::");
    auto const path = (last == std::string::npos ? root : root.substr(last + 2)) + ".hpp";
    if (from.opts().layer != 0)
        out["layer.hpp"] = file_head("The layer of the schema.") + "namespace " + root +
                           " {\n\n/// What invokeWithLayer is told.\ninline constexpr int layer = " +
                           std::to_string(from.opts().layer) + ";\n\n} // namespace " + root + '\n';
    std::string text = file_head("Every type and method.");
    for (auto const& [other, content] : out)
        if (other != "schema_text.hpp") // large, and rarely needed
            text += from.include(other, path);
    out[path] = text;
}

void emit_schema_text(const program& from, files& out)
{
    constexpr std::size_t chunk = 15'000; // some compilers take no longer literals
    auto const& all = from.schema();
    std::string text = file_head("The schema as text, for programs that read it at run time.");
    text += "#include <string_view>\n\nnamespace " + from.opts().root +
            " {\n\n/// Its declarations in normal form; parse them with mtproto::tl::schema::parse_pieces.\n"
            "inline constexpr std::string_view schema_text[] = {\n";
    std::string piece = "---types---\n";
    auto const flush = [&] {
        text += "    R\"tl(" + piece + ")tl\",\n";
        piece.clear();
    };
    bool functions = false;
    for (auto const& line : all.combinators()) {
        if (line.is_function && !functions) {
            piece += "---functions---\n";
            functions = true;
        }
        auto const declaration = schema::to_line(line) + '\n';
        if (piece.size() + declaration.size() > chunk)
            flush();
        piece += declaration;
    }
    if (from.opts().layer != 0)
        piece += "// LAYER " + std::to_string(from.opts().layer) + '\n';
    flush();
    text += "};\n\n} // namespace " + from.opts().root + '\n';
    out["schema_text.hpp"] = text;
}

std::string emit_list(const program& from)
{
    std::string text;
    for (auto const& line : from.schema().combinators()) {
        if (!from.emitted(line))
            continue;
        text += from.opts().root + "::" + from.names().of(line).path();
        for (std::size_t i = 0; i != line.variables.size(); ++i)
            text += i == 0 ? "<mtproto::tl::object" : ", mtproto::tl::object";
        text += line.variables.empty() ? "\n" : ">\n";
    }
    return text;
}

} // namespace gen
