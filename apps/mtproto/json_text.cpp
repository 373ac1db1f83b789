#include "json_text.hpp"

#include "console.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace mtproto::apps {
namespace {

namespace json = boost::json;

constexpr std::size_t line_width = 100;

void put_key(std::string& out, std::string_view key)
{
    out += paint(stdout, colour::blue, json::serialize(json::value(key)));
    out += ": ";
}

// The whole value on one line, as short as people write it.
void put_flat(std::string& out, const json::value& value)
{
    char const* separator = "";
    if (auto const* const object = value.if_object()) {
        out += '{';
        for (auto const& [key, one] : *object) {
            out += separator;
            put_key(out, key);
            put_flat(out, one);
            separator = ", ";
        }
        out += '}';
    } else if (auto const* const list = value.if_array()) {
        out += '[';
        for (auto const& one : *list) {
            out += separator;
            put_flat(out, one);
            separator = ", ";
        }
        out += ']';
    } else {
        auto const how = value.is_string()   ? colour::green
                         : value.is_number() ? colour::yellow
                                             : colour::magenta;
        out += paint(stdout, how, json::serialize(value));
    }
}

void put(std::string& out, const json::value& value, std::size_t indent, std::size_t taken)
{
    bool const is_list = value.is_array();
    if ((!is_list && !value.is_object()) || json::serialize(value).size() + indent + taken <= line_width) {
        put_flat(out, value);
        return;
    }
    std::string const inner(indent + 2, ' ');
    char const* separator = "\n";
    out += is_list ? '[' : '{';
    auto const begin = [&] {
        out += separator;
        out += inner;
        separator = ",\n";
    };
    if (is_list)
        for (auto const& one : value.get_array()) {
            begin();
            put(out, one, indent + 2, 0);
        }
    else
        for (auto const& [key, one] : value.get_object()) {
            begin();
            put_key(out, key);
            put(out, one, indent + 2, key.size() + 4);
        }
    out += '\n' + std::string(indent, ' ') + (is_list ? ']' : '}');
}

} // namespace

std::string pretty_json(const json::value& value)
{
    std::string out;
    put(out, value, 0, 0);
    return out;
}

} // namespace mtproto::apps
