#include "tree.hpp"

#include "failure.hpp"
#include "text.hpp"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <optional>

namespace gen {

namespace {

namespace fs = std::filesystem;

std::optional<std::string> read(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(file), {});
}

std::vector<std::string> paths_in(const fs::path& folder)
{
    std::vector<std::string> paths;
    if (fs::exists(folder))
        for (auto const& entry : fs::recursive_directory_iterator(folder))
            if (entry.is_regular_file())
                paths.push_back(fs::relative(entry.path(), folder).generic_string());
    std::sort(paths.begin(), paths.end());
    return paths;
}

// "12: have '...', want '...'" for the first line that differs.
std::string first_difference(const std::string& have, const std::string& want)
{
    auto const at = static_cast<std::size_t>(
        std::mismatch(have.begin(), have.end(), want.begin(), want.end()).first - have.begin());
    auto const line = std::count(have.begin(), have.begin() + static_cast<std::ptrdiff_t>(at), '\n') + 1;
    auto const shown = [&](const std::string& text) {
        auto const newline = at == 0 ? std::string::npos : text.rfind('\n', at - 1);
        auto const start = newline == std::string::npos ? 0 : newline + 1;
        return '\'' + text.substr(start, text.find('\n', start) - start) + '\'';
    };
    return std::to_string(line) + ": have " + shown(have) + ", want " + shown(want);
}

} // namespace

void write_file(const fs::path& path, const std::string& text)
{
    if (read(path) == text)
        return;
    if (path.has_parent_path())
        fs::create_directories(path.parent_path());
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (!file)
        throw failure(path.string() + ": cannot be written");
}

void write_tree(const fs::path& folder, const files& fresh)
{
    for (auto const& path : paths_in(folder))
        if (!fresh.contains(path))
            if (auto const text = read(folder / path); text && text->starts_with(marker))
                fs::remove(folder / path);
    for (auto const& [path, text] : fresh)
        write_file(folder / path, text);
}

std::vector<std::string> compare_tree(const fs::path& folder, const files& fresh)
{
    std::vector<std::string> complaints;
    auto const complain = [&](const std::string& path, const std::string& what) {
        complaints.push_back((folder / path).generic_string() + what);
    };
    for (auto const& path : paths_in(folder))
        if (!fresh.contains(path))
            complain(path, ": does not come from the schema, remove it");
    for (auto const& [path, text] : fresh) {
        auto const have = read(folder / path);
        if (!have)
            complain(path, ": is missing");
        else if (*have != text)
            complain(path, ":" + first_difference(*have, text));
    }
    return complaints;
}

} // namespace gen
