// tlc: from a TL schema to C++ headers.
#include "failure.hpp"
#include "program.hpp"
#include "text.hpp"

#include <mtproto/tl/schema/canonical.hpp>
#include <mtproto/tl/schema/parser.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using gen::failure;

std::optional<std::string> read(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(file), {});
}

void write(const fs::path& path, const std::string& text)
{
    if (read(path) == text) // keeps the time stamp, so that nothing is compiled in vain
        return;
    if (path.has_parent_path())
        fs::create_directories(path.parent_path());
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (!file)
        throw failure(path.string() + ": cannot be written");
}

std::vector<std::string> tree_of(const fs::path& folder)
{
    std::vector<std::string> paths;
    if (fs::exists(folder))
        for (auto const& entry : fs::recursive_directory_iterator(folder))
            if (entry.is_regular_file())
                paths.push_back(fs::relative(entry.path(), folder).generic_string());
    std::sort(paths.begin(), paths.end());
    return paths;
}

// Removes what an earlier run generated and this one did not; leaves other files alone.
void remove_stale(const fs::path& folder, const gen::files& fresh)
{
    for (auto const& path : tree_of(folder))
        if (!fresh.contains(path))
            if (auto const text = read(folder / path); text && text->starts_with(gen::marker))
                fs::remove(folder / path);
}

int first_difference(const std::string& a, const std::string& b)
{
    auto const [at, other] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    (void)other;
    return 1 + static_cast<int>(std::count(a.begin(), at, '\n'));
}

// The whole tree: files that differ, are missing, or do not belong there.
bool same_tree(const fs::path& folder, const gen::files& fresh)
{
    bool same = true;
    auto const complain = [&](const std::string& path, const std::string& what) {
        std::cerr << (folder / path).generic_string() << ": " << what << '\n';
        same = false;
    };
    for (auto const& path : tree_of(folder))
        if (!fresh.contains(path))
            complain(path, "is not generated from this schema, remove it");
    for (auto const& [path, text] : fresh) {
        auto const have = read(folder / path);
        if (!have)
            complain(path, "is missing");
        else if (*have != text)
            complain(path, "differs from what the schema gives, first at line " +
                               std::to_string(first_difference(*have, text)));
    }
    return same;
}

bool is_identifier(const std::string& name)
{
    auto const word = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
    return !name.empty() && std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
           std::all_of(name.begin(), name.end(), word);
}

void check_namespace(const std::string& root)
{
    for (std::size_t start = 0;;) {
        auto const end = root.find("::", start);
        if (!is_identifier(root.substr(start, end == std::string::npos ? end : end - start)))
            throw failure("--namespace: '" + root + "' is not a namespace of C++, as in my::api");
        if (end == std::string::npos)
            return;
        start = end + 2;
    }
}

void print_report(gen::program& from)
{
    auto const& all = from.schema();
    std::size_t boxed = 0;
    for (auto const& line : all.combinators())
        for (auto const& param : line.params)
            boxed += from.layout().boxed(line, param) ? 1u : 0u;
    int cycles = 0;
    for (auto const& [type, count] : from.layout().cycles())
        cycles += count;
    std::cout << all.constructors().size() << " constructors, " << all.functions().size() << " functions, "
              << all.types().size() << " types; " << boxed << " fields boxed, " << cycles << " of them in cycles";
    for (auto const& [type, count] : from.layout().cycles())
        std::cout << ' ' << type << ' ' << count;
    std::cout << '\n';
}

} // namespace

int main(int argc, char** argv)
{
    CLI::App app("Turns a TL schema into C++20 headers.", "tlc");
    std::string schema_path, out, list_path;
    gen::options opts;
    bool check = false, verbose = false;
    app.add_option("--schema", schema_path, "the schema, a .tl file")->required()->check(CLI::ExistingFile);
    app.add_option("--namespace", opts.root, "C++ namespace of what is generated, as in mtproto::api")->required();
    app.add_option("--out", out, "folder for the headers");
    app.add_option("--layer", opts.layer, "the layer, if the schema has no '// LAYER n' line");
    app.add_option("--include-prefix", opts.include_prefix, "folder of the headers in #include lines (default: relative)");
    app.add_option("--links", opts.links, "site that documents the schema, for doc comments");
    app.add_option("--emit-list", list_path, "write the C++ names of all constructors and methods to this file");
    app.add_flag("--check", check, "write nothing, tell whether --out is what the schema gives");
    app.add_flag("--verbose", verbose, "say what was generated");
    CLI11_PARSE(app, argc, argv);

    try {
        check_namespace(opts.root);
        auto parsed = mtproto::tl::schema::parse_file(schema_path);
        if (!parsed)
            throw failure(parsed.error().text());
        for (auto const* line : mtproto::tl::schema::mismatched_ids(*parsed))
            if (verbose)
                std::cerr << parsed->location(line->offset) << ": note: the id of " << line->name
                          << " is not the CRC32 of its line\n";
        if (opts.layer == 0)
            opts.layer = parsed->layer();
        gen::program from(*parsed, opts);
        auto const generated = gen::emit_all(from);
        if (verbose)
            print_report(from);
        if (!list_path.empty())
            write(list_path, gen::emit_list(from));
        if (out.empty())
            return 0;
        if (check) {
            if (same_tree(out, generated))
                return 0;
            std::cerr << "run: tlc --schema " << schema_path << " --namespace " << opts.root << " --out " << out << '\n';
            return 1;
        }
        remove_stale(out, generated);
        for (auto const& [path, text] : generated)
            write(fs::path(out) / path, text);
        return 0;
    } catch (const std::exception& problem) {
        std::cerr << "tlc: " << problem.what() << '\n';
        return 1;
    }
}
