// tlc: from a TL schema to C++ headers and to a gRPC contract.
#include "contract_output.hpp"
#include "failure.hpp"
#include "program.hpp"
#include "tree.hpp"

#include "mtproto/tl/schema/canonical.hpp"
#include "mtproto/tl/schema/parser.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

namespace {

using gen::failure;

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
              << all.types().size() << " types; " << boxed << " fields boxed, " << cycles
              << " of them in cycles";
    for (auto const& [type, count] : from.layout().cycles())
        std::cout << ' ' << type << ' ' << count;
    std::cout << '\n';
}

} // namespace

int main(int argc, char** argv)
{
    CLI::App app("Turns a TL schema into C++20 headers and into .proto files.", "tlc");
    std::string schema_path, out, list_path;
    gen::options opts;
    gen::contract_paths contract;
    bool check = false, verbose = false;
    app.add_option("--schema", schema_path, "the schema, a .tl file")->required()->check(CLI::ExistingFile);
    app.add_option("--namespace", opts.root, "C++ namespace of what is generated, as in mtproto::api")
        ->required();
    app.add_option("--out", out, "folder for the headers");
    app.add_option("--layer", opts.layer, "the layer, if the schema has no '// LAYER n' line");
    app.add_option("--include-prefix", opts.include_prefix,
                   "folder of the headers in #include lines (default: relative)");
    app.add_option("--links", opts.links, "site that documents the schema, for doc comments");
    app.add_flag("--instantiations", opts.instantiations,
                 "also write what a library of ready instantiations holds, and let fwd.hpp choose it");
    app.add_option("--emit-list", list_path,
                   "write the C++ names of all constructors and methods to this file");
    app.add_option("--proto", contract.proto, "folder for the gRPC contract, .proto files");
    app.add_option("--numbers", contract.numbers, "the lock that keeps the contract's field numbers");
    app.add_option("--contract-headers", contract.headers,
                   "folder for what C++ needs to know of the contract");
    app.add_option("--descriptors", contract.descriptors, "write the contract as a FileDescriptorSet");
    app.add_option("--descriptor-source", contract.source,
                   "write the contract's descriptors as a C++ source");
    app.add_flag("--check", check,
                 "write nothing, tell whether the folders and the lock are what the schema gives");
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
        if (verbose)
            print_report(from);
        if (!list_path.empty())
            gen::write_file(list_path, gen::emit_list(from));
        std::vector<std::string> complaints;
        if (!out.empty())
            gen::put(out, gen::emit_all(from), check, complaints);
        if (contract.any())
            gen::put_contract(from, contract, check, complaints);
        for (auto const& complaint : complaints)
            std::cerr << complaint << '\n';
        return complaints.empty() ? 0 : 1;
    } catch (const std::exception& problem) {
        std::cerr << "tlc: " << problem.what() << '\n';
        return 1;
    }
}
