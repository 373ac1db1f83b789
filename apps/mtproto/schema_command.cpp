// `mtproto schema`: declarations, for people and for scripts.

#include "commands.hpp"
#include "console.hpp"
#include "exit_codes.hpp"
#include "schema_source.hpp"
#include "suggest.hpp"

#include <mtproto/tl/schema/canonical.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstdio>

namespace mtproto::apps {
namespace {

using tl::schema::combinator;
using tl::schema::schema;
namespace json = boost::json;

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

std::string hex_id(std::uint32_t id)
{
    char text[9];
    std::snprintf(text, sizeof text, "%08x", static_cast<unsigned>(id));
    return text;
}

result<schema> chosen(const schema_options& options)
{
    if (!options.file.empty())
        return schema_from(options.file);
    return options.protocol ? protocol_schema() : api_schema();
}

// One parameter a line, so that a method of thirty is still readable.
void print_declaration(const combinator& line)
{
    bool const bare = line.builtin && !line.id_given;
    print(paint(stdout, line.is_function ? colour::cyan : colour::green, line.name));
    if (!bare)
        print(paint(stdout, colour::dim, '#' + hex_id(line.id)));
    for (auto const variable : line.variables)
        print(" {" + std::string(variable) + ":Type}");
    std::size_t widest = 0;
    for (auto const& p : line.params)
        widest = std::max(widest, p.name.size());
    for (auto const& p : line.params) {
        print("\n    " + std::string(p.name) + ':' + std::string(widest - p.name.size() + 1, ' '));
        if (p.when)
            print(paint(stdout, colour::dim,
                        std::string(line.params[p.when->field].name) + '.' + std::to_string(p.when->bit) +
                            '?'));
        print(paint(stdout, colour::yellow, to_text(p.type)));
    }
    print(std::string(line.params.empty() ? " " : "\n  ") + "= " +
          paint(stdout, colour::yellow, to_text(line.result)) + ";\n");
}

json::object describe(const combinator& line)
{
    json::object out;
    out["name"] = line.name;
    out["kind"] = line.is_function ? "method" : "constructor";
    out["id"] = hex_id(line.id);
    json::array params;
    for (auto const& p : line.params) {
        json::object one;
        one["name"] = p.name;
        one["type"] = to_text(p.type);
        if (p.when)
            one["when"] = std::string(line.params[p.when->field].name) + '.' + std::to_string(p.when->bit);
        params.emplace_back(std::move(one));
    }
    out["params"] = std::move(params);
    out["type"] = to_text(line.result);
    out["line"] = to_line(line);
    return out;
}

// A constructor, a method, a type (all that it can be), or an id in hexadecimal.
std::vector<const combinator*> find(const schema& in, std::string_view name)
{
    std::vector<const combinator*> found;
    if (auto const* line = in.find_constructor(name))
        found.push_back(line);
    if (auto const* line = in.find_function(name))
        found.push_back(line);
    if (auto const* type = in.find_type(name); type && found.empty())
        for (auto const index : type->constructors)
            found.push_back(&in.combinators()[index]);
    if (found.empty()) {
        auto const digits = name.substr(name.starts_with("0x") ? 2 : name.starts_with('#') ? 1
                                                                                           : 0);
        if (!digits.empty() && digits.size() <= 8 &&
            digits.find_first_not_of("0123456789abcdefABCDEF") == digits.npos)
            if (auto const* line =
                    in.find(static_cast<std::uint32_t>(std::stoul(std::string(digits), nullptr, 16))))
                found.push_back(line);
    }
    return found;
}

} // namespace

int run_schema_show(const schema_options& options)
{
    auto const in = chosen(options);
    if (!in)
        return fail(in.error());
    std::vector<std::string_view> names;
    for (auto const& line : in->combinators())
        names.push_back(line.name);
    for (auto const& type : in->types())
        names.push_back(type.name);
    json::array all;
    bool first = true;
    int code = exit_ok;
    for (auto const& name : options.names) {
        auto const found = find(*in, name);
        if (found.empty()) {
            complain("no constructor, method or type is called '" + printable(name) + "'" +
                     did_you_mean(nearest(name, names)));
            code = exit_usage;
            continue;
        }
        if (options.json) {
            for (auto const* line : found)
                all.emplace_back(describe(*line));
            continue;
        }
        if (!first)
            print("\n");
        first = false;
        for (auto const* line : found)
            print_declaration(*line);
        // Who takes and who gives it, where a type was asked for.
        auto const* const type = in->find_type(name);
        if (type && (found.empty() || found.front()->name != name)) {
            std::string givers;
            for (auto const& line : in->functions())
                if (to_text(line.result) == type->name)
                    givers += "\n    " + std::string(line.name);
            if (!givers.empty())
                print(paint(stdout, colour::dim, "  the result of:" + givers) + "\n");
        }
    }
    if (options.json && !all.empty())
        print(json::serialize(all) + "\n");
    return code;
}

int run_schema_list(const schema_options& options)
{
    auto const in = chosen(options);
    if (!in)
        return fail(in.error());
    auto const lower = [](std::string_view text) {
        std::string out(text);
        std::transform(out.begin(), out.end(), out.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        return out;
    };
    // A plain word matches anywhere; with a `*` the whole name must match.
    auto const wanted = lower(options.pattern);
    auto const matches = [&](std::string_view name) {
        auto const text = lower(name);
        if (wanted.find('*') == wanted.npos)
            return text.find(wanted) != text.npos;
        std::size_t at = 0;
        std::size_t begin = 0;
        for (bool head = true;; head = false) {
            auto const end = wanted.find('*', begin);
            auto const piece = wanted.substr(begin, end == wanted.npos ? end : end - begin);
            if (end == wanted.npos)
                return text.size() >= at + piece.size() && text.ends_with(piece) && (!head || text == piece);
            auto const found = head ? (text.starts_with(piece) ? 0 : text.npos) : text.find(piece, at);
            if (found == text.npos)
                return false;
            at = found + piece.size();
            begin = end + 1;
        }
    };
    json::array all;
    std::size_t count = 0;
    for (auto const& line : in->combinators()) {
        if (!matches(line.name))
            continue;
        ++count;
        if (options.json)
            all.emplace_back(describe(line));
        else
            print(paint(stdout, colour::dim, line.is_function ? "method       " : "constructor  ") +
                  paint(stdout, line.is_function ? colour::cyan : colour::green, line.name) +
                  paint(stdout, colour::dim, " = " + to_text(line.result)) + "\n");
    }
    if (options.json)
        print(json::serialize(all) + "\n");
    if (count == 0) {
        complain("no name matches '" + printable(options.pattern) +
                 "'; a part of a name or a pattern like "
                 "'messages.send*' does");
        return exit_usage;
    }
    return exit_ok;
}

int run_schema_layer(const schema_options& options)
{
    auto const in = chosen(options);
    if (!in)
        return fail(in.error());
    if (in->layer() == 0) {
        complain((options.file.empty() ? std::string("the protocol's schema") : options.file) +
                 " does not say its layer ('// LAYER n')");
        return exit_usage;
    }
    print(std::to_string(in->layer()) + "\n");
    return exit_ok;
}

} // namespace mtproto::apps
