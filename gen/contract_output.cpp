#include "contract_output.hpp"

#include "contract.hpp"
#include "failure.hpp"
#include "field_numbers.hpp"
#include "tree.hpp"

#include <fstream>
#include <iterator>

namespace gen {

namespace fs = std::filesystem;

namespace {

std::string read_lock(const std::string& path)
{
    if (path.empty() || !fs::exists(path))
        return {};
    std::ifstream file(path, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(file), {});
    if (!file)
        throw failure(path + ": cannot be read");
    return text;
}

} // namespace

void put(const fs::path& folder, const files& fresh, bool check, std::vector<std::string>& complaints)
{
    if (!check)
        return write_tree(folder, fresh);
    for (auto& complaint : compare_tree(folder, fresh))
        complaints.push_back(std::move(complaint));
}

void put_contract(const program& from, const contract_paths& paths, bool check,
                  std::vector<std::string>& complaints)
{
    auto const locked = read_lock(paths.numbers);
    auto numbers = field_numbers::parse(locked, paths.numbers);
    auto what = make_contract(from);
    numbers.assign(what);
    if (!paths.numbers.empty()) {
        if (!check)
            write_file(paths.numbers, numbers.text());
        else if (numbers.text() != locked)
            complaints.push_back(paths.numbers + ": lacks numbers that the schema needs");
    }
    files proto, headers;
    if (!paths.proto.empty()) {
        emit_proto(from, what, proto);
        put(paths.proto, proto, check, complaints);
    }
    if (!paths.headers.empty()) {
        emit_contract_headers(from, what, headers);
        put(paths.headers, headers, check, complaints);
    }
    if (!paths.descriptors.empty())
        write_file(paths.descriptors, emit_descriptor_set(what));
    if (!paths.source.empty())
        write_file(paths.source, emit_descriptor_source(what));
}

} // namespace gen
