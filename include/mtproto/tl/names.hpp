// Names of constructors and fields, read from the declaration that every generated type carries.
#pragma once

#include "mtproto/tl/fields.hpp"

#include <algorithm>
#include <string_view>

namespace mtproto::tl {

/// The TL name of a constructor or method with its namespace: "messages.sendMessage".
template <aggregate T>
constexpr std::string_view name_of() noexcept
{
    std::string_view const line = T::tl_line;
    return line.substr(0, line.find_first_of("# "));
}

/// The name of the boxed type that a constructor belongs to, or of a method's result: "InputPeer",
/// "Vector<User>".
template <aggregate T>
constexpr std::string_view type_name_of() noexcept
{
    std::string_view const line = T::tl_line;
    return line.substr(line.rfind("= ") + 2);
}

/// Walks along a declaration in step with its field list: next() names each field in turn, `#` fields
/// included.
class field_names
{
public:
    explicit constexpr field_names(std::string_view line) noexcept : rest_(line)
    {
        rest_.remove_prefix((std::min)(rest_.find(' '), rest_.size()));
    }

    constexpr std::string_view next() noexcept
    {
        for (;;) {
            auto const start = rest_.find_first_not_of(' ');
            if (start == std::string_view::npos)
                return {};
            rest_.remove_prefix(start);
            auto const token = rest_.substr(0, rest_.find(' '));
            rest_.remove_prefix(token.size());
            if (token == "=") {
                rest_ = {};
                return {};
            }
            if (!token.starts_with('{')) { // `{X:Type}` declares a type, not a field
                was_flags_ = token.ends_with(":#");
                return token.substr(0, token.find(':'));
            }
        }
    }

    /// Whether the last field named is a flag word, `flags:#`, which values do not hold.
    constexpr bool was_flags() const noexcept { return was_flags_; }

private:
    std::string_view rest_;
    bool was_flags_ = false;
};

} // namespace mtproto::tl
