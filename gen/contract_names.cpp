// Names of the contract: CamelCase for messages and calls, snake_case for fields.
#include "contract.hpp"

namespace gen {

namespace {

// ASCII only, whatever the locale says.
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
char to_upper(char c) { return is_lower(c) ? static_cast<char>(c & ~0x20) : c; }
char to_lower(char c) { return is_upper(c) ? static_cast<char>(c | 0x20) : c; }

} // namespace

std::string camel_case(std::string_view tl_name)
{
    std::string out;
    bool first = true;
    for (char const c : tl_name) {
        if (c != '.')
            out += first ? to_upper(c) : c;
        first = c == '.';
    }
    return out;
}

std::string snake_case(std::string_view tl_name)
{
    std::string out;
    for (std::size_t i = 0; i != tl_name.size(); ++i) {
        char const c = tl_name[i];
        if (c == '.') {
            out += '_';
            continue;
        }
        char const before = i == 0 ? '.' : tl_name[i - 1];
        bool const word_after = i + 1 != tl_name.size() && is_lower(tl_name[i + 1]);
        // sendMessage: before M; URLAuth: before the A only.
        if (is_upper(c) && before != '.' && before != '_' && (!is_upper(before) || word_after))
            out += '_';
        out += to_lower(c);
    }
    return out;
}

std::string json_name(std::string_view field)
{
    std::string out;
    bool raise = false;
    for (char const c : field) {
        if (c != '_')
            out += raise ? to_upper(c) : c;
        raise = c == '_';
    }
    return out;
}

} // namespace gen
