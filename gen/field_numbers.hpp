// The lock: which number of which message stands for what, for ever.
#pragma once

#include "contract.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace gen {

/// Numbers that were given, by message, name of the field and its meaning. What left the schema stays here,
/// so that its number is never given again, and returns to it if it comes back.
class field_numbers
{
public:
    /// Reads a lock; `name` is for complaints. Throws failure.
    static field_numbers parse(std::string_view text, const std::string& name);
    std::string text() const;

    /// Gives each field of the contract its number, old or new, and says what is reserved. Numbers of new
    /// fields follow the largest that the message ever had, in the order of the contract's fields.
    void assign(contract& what);

    bool operator==(const field_numbers&) const = default;

private:
    struct entry
    {
        std::string name;
        std::string meaning;
        bool operator==(const entry&) const = default;
    };
    using message = std::map<std::uint32_t, entry>;

    static std::uint32_t next(const message& given);
    void assign(proto_message& into);

    std::map<std::string, message, std::less<>> messages_;
};

} // namespace gen
