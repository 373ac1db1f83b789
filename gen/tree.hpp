// Generated files on disk: writing them, and comparing with what is there.
#pragma once

#include "program.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace gen {

/// Writes a file unless it already holds the text, so that nothing is compiled in vain. Throws failure.
void write_file(const std::filesystem::path& path, const std::string& text);

/// Writes all files and removes those that an earlier run generated and this one did not; leaves others
/// alone.
void write_tree(const std::filesystem::path& folder, const files& fresh);

/// What differs between the folder and the files, a sentence each: changed, missing and foreign files.
std::vector<std::string> compare_tree(const std::filesystem::path& folder, const files& fresh);

} // namespace gen
