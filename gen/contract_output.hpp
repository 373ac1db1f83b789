// Where the contract goes.
#pragma once

#include "program.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace gen {

/// Each may be empty.
struct contract_paths
{
    std::string proto;       ///< folder of .proto files
    std::string numbers;     ///< the lock; made if it is not there
    std::string headers;     ///< folder of C++ headers
    std::string descriptors; ///< a FileDescriptorSet
    std::string source;      ///< the same as C++

    bool any() const { return !(proto + numbers + headers + descriptors + source).empty(); }
};

/// Writes a folder, or adds to the complaints what is not as it should be there. Throws failure.
void put(const std::filesystem::path& folder, const files& fresh, bool check,
         std::vector<std::string>& complaints);

/// Makes the contract and writes what is asked for. When checking, writes the descriptors only.
void put_contract(const program& from, const contract_paths& paths, bool check,
                  std::vector<std::string>& complaints);

} // namespace gen
