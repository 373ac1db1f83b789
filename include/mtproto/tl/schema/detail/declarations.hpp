// The grammar: tokens to declarations, names not yet looked up.
#pragma once

#include "mtproto/tl/schema/lexer.hpp"
#include "mtproto/tl/schema/model.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace mtproto::tl::schema::detail {

inline constexpr std::size_t max_text = std::size_t(64) << 20;

struct problem
{
    std::size_t offset = 0;
    std::string sentence;
};

// Recursive descent with one token of look-ahead (two for `name:`). Every function returns false after it has
// said what is wrong.
class declarations
{
public:
    declarations(storage& data, problem& problem) : data_(data), problem_(problem), lexer_(data.text)
    {
        token_ = lexer_.next();
        following_ = lexer_.next();
    }

    bool read()
    {
        std::vector<combinator> functions;
        bool in_functions = false;
        while (token_.kind != token_kind::end) {
            if (token_.kind == token_kind::section) {
                if (token_.text != "types" && token_.text != "functions")
                    return fail("unknown section '" + std::string(token_.text) +
                                "', expected types or functions");
                in_functions = token_.text == "functions";
                advance();
                continue;
            }
            if (token_.is(';')) { // an empty declaration
                advance();
                continue;
            }
            combinator line;
            line.is_function = in_functions;
            if (!declaration(line))
                return false;
            (in_functions ? functions : data_.combinators).push_back(line);
        }
        data_.constructor_count = data_.combinators.size();
        data_.combinators.insert(data_.combinators.end(), functions.begin(), functions.end());
        data_.layer = lexer_.layer();
        return true;
    }

private:
    static constexpr int max_depth = 32; // of brackets in brackets

    void advance()
    {
        token_ = following_;
        following_ = lexer_.next();
    }
    bool fail(std::string sentence) { return fail(token_.offset, std::move(sentence)); }
    bool fail(std::size_t offset, std::string sentence)
    {
        if (token_.kind == token_kind::bad) // the lexer knows better
            problem_ = {token_.offset, std::string(token_.text)};
        else
            problem_ = {offset, std::move(sentence)};
        return false;
    }
    std::string shown() const
    {
        switch (token_.kind) {
        case token_kind::end:
            return "the end of the text";
        case token_kind::section:
            return "a section";
        case token_kind::id:
            return "'#" + std::string(token_.text) + '\'';
        default:
            return '\'' + std::string(token_.text) + '\'';
        }
    }
    bool expect(char symbol, std::string_view why)
    {
        if (!token_.is(symbol))
            return fail("expected '" + std::string(1, symbol) + "' " + std::string(why) + ", not " + shown());
        advance();
        return true;
    }

    // Moves a finished list to where it stays.
    template <class T>
    std::span<const T> keep(const std::vector<T>& items)
    {
        static_assert(std::is_trivially_destructible_v<T>);
        if (items.empty())
            return {};
        auto* const memory = static_cast<T*>(data_.memory.allocate(items.size() * sizeof(T), alignof(T)));
        std::uninitialized_copy(items.begin(), items.end(), memory);
        return {memory, items.size()};
    }

    bool declaration(combinator& line)
    {
        if (token_.kind != token_kind::identifier)
            return fail("expected a declaration, not " + shown());
        line.name = token_.text;
        line.offset = static_cast<std::uint32_t>(token_.offset);
        advance();
        if (token_.kind == token_kind::id && !id(line))
            return false;
        std::vector<std::string_view> variables;
        while (token_.is('{'))
            if (!type_variables(variables))
                return false;
        line.variables = keep(variables);
        std::vector<param> params;
        if (token_.is('?')) { // int ? = Int
            line.builtin = true;
            advance();
        }
        while (!token_.is('=')) {
            if (token_.is(';') || token_.kind == token_kind::end || token_.kind == token_kind::section)
                return fail("expected '=' and the result type of " + std::string(line.name) + ", not " +
                            shown());
            if (!parameter(params))
                return false;
        }
        line.params = keep(params);
        advance(); // =
        if (!application(line.result))
            return false;
        auto const end = token_.offset;
        if (!expect(';', "at the end of " + std::string(line.name)))
            return false;
        line.source = std::string_view(data_.text).substr(line.offset, end - line.offset);
        while (!line.source.empty() && (line.source.back() == ' ' || line.source.back() == '\n'))
            line.source.remove_suffix(1);
        return true;
    }

    bool id(combinator& line)
    {
        auto const digits = token_.text;
        if (digits.size() > 8)
            return fail("an id has at most 8 hexadecimal digits, this one has " +
                        std::to_string(digits.size()));
        auto const [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), line.id, 16);
        if (ec != std::errc() || end != digits.data() + digits.size())
            return fail("an id consists of hexadecimal digits, not '" + std::string(digits) + '\'');
        line.id_given = true;
        advance();
        return true;
    }

    // {X:Type}, {X Y:Type}
    bool type_variables(std::vector<std::string_view>& variables)
    {
        advance(); // {
        do {
            if (token_.kind != token_kind::identifier)
                return fail("expected the name of a type variable, as in {X:Type}, not " + shown());
            if (std::find(variables.begin(), variables.end(), token_.text) != variables.end())
                return fail("the type variable " + std::string(token_.text) + " is declared twice");
            variables.push_back(token_.text);
            advance();
        } while (token_.kind == token_kind::identifier);
        if (!expect(':', "after a type variable, as in {X:Type}"))
            return false;
        if (token_.text != "Type")
            return fail("a type variable is a Type, as in {X:Type}, not " + shown());
        advance();
        return expect('}', "after {X:Type");
    }

    // name:type, name:flags.0?type, or a type alone
    bool parameter(std::vector<param>& params)
    {
        param p;
        p.offset = static_cast<std::uint32_t>(token_.offset);
        if (token_.kind == token_kind::identifier && following_.is(':')) {
            p.name = token_.text;
            if (p.name.find('.') != std::string_view::npos)
                return fail("a parameter's name has no dots");
            auto const same = [&](const param& other) { return other.name == p.name; };
            if (std::any_of(params.begin(), params.end(), same))
                return fail("the parameter " + std::string(p.name) + " is declared twice");
            advance();
            advance();
            if (token_.kind == token_kind::identifier && (following_.is('.') || following_.is('?')) &&
                !condition_of(p, params))
                return false;
        }
        if (!term(p.type))
            return false;
        params.push_back(p);
        return true;
    }

    bool condition_of(param& p, std::vector<param>& params)
    {
        auto const field = std::find_if(params.begin(), params.end(),
                                        [&](const param& other) { return other.name == token_.text; });
        if (field == params.end())
            return fail("the condition of " + std::string(p.name) + " refers to " + std::string(token_.text) +
                        ", which is no parameter before it");
        if (field->type.kind != type_kind::nat)
            return fail("the condition of " + std::string(p.name) + " refers to " + std::string(token_.text) +
                        ", which is not a '#'");
        field->flag_word = true;
        condition when;
        when.field = static_cast<std::uint32_t>(field - params.begin());
        advance();
        if (token_.is('?'))
            return fail("a condition names a bit, as in flags.0?");
        advance(); // .
        if (token_.kind != token_kind::number)
            return fail("expected the number of a bit, as in flags.0?, not " + shown());
        auto const digits = token_.text;
        auto const ec = std::from_chars(digits.data(), digits.data() + digits.size(), when.bit).ec;
        if (ec != std::errc() || when.bit > 31)
            return fail("there is no bit " + std::string(digits) + ", bits are 0 to 31");
        advance();
        p.when = when;
        return expect('?', "after the bit of a condition");
    }

    struct depth_guard
    {
        int& depth;
        explicit depth_guard(int& d) : depth(++d) {}
        ~depth_guard() { --depth; }
    };

    // One type: `%foo`, `!X`, `#`, `Vector<int>`, `(vector int)`, `4*[ int ]`, `[ t ]`
    bool term(type_expr& type)
    {
        depth_guard const guard(depth_);
        if (depth_ > max_depth)
            return fail("types are nested more than " + std::to_string(max_depth) + " deep");
        type.offset = static_cast<std::uint32_t>(token_.offset);
        if (token_.is('#')) {
            type.kind = type_kind::nat;
            type.name = token_.text;
            advance();
            return true;
        }
        if (token_.is('(')) {
            advance();
            return application(type) && expect(')', "after a type in parentheses");
        }
        if (token_.is('['))
            return repeat(type);
        if (token_.is('%')) {
            auto const start = type.offset;
            advance();
            if (!term(type))
                return false;
            type.percent = true;
            type.offset = start;
            return true;
        }
        if (token_.is('!')) {
            type.bang = true;
            advance();
            if (token_.kind != token_kind::identifier)
                return fail("expected a type variable after '!', not " + shown());
        }
        if (token_.kind != token_kind::identifier && token_.kind != token_kind::number)
            return fail("expected a type, not " + shown());
        type.name = token_.text;
        if (token_.kind == token_kind::number)
            type.kind = type_kind::number;
        advance();
        if (token_.is('*')) {
            advance();
            if (!token_.is('['))
                return fail("expected '[' after the '*' of a repetition, not " + shown());
            return repeat(type);
        }
        return !token_.is('<') || arguments(type);
    }

    // <int>, <int, string>, <vector int>
    bool arguments(type_expr& type)
    {
        std::vector<type_expr> args;
        type.angled = true;
        do {
            advance(); // < or ,
            if (!application(args.emplace_back()))
                return false;
        } while (token_.is(','));
        if (!expect('>', "after the arguments of " + std::string(type.name)))
            return false;
        type.args = keep(args);
        return true;
    }

    // A type and its arguments behind it: `Vector t`
    bool application(type_expr& type)
    {
        if (!term(type))
            return false;
        if (!starts_term())
            return true;
        if (!type.args.empty())
            return fail("expected the end of a type, not " + shown());
        std::vector<type_expr> args;
        while (starts_term())
            if (!term(args.emplace_back()))
                return false;
        type.args = keep(args);
        return true;
    }
    bool starts_term() const
    {
        return token_.kind == token_kind::identifier || token_.kind == token_kind::number || token_.is('%') ||
               token_.is('(') || token_.is('!') || token_.is('#');
    }

    // [ int string ], [ a:int b:string ]
    bool repeat(type_expr& type)
    {
        type.kind = type_kind::repeat;
        advance(); // [
        std::vector<param> items;
        while (!token_.is(']')) {
            if (token_.kind == token_kind::end || token_.is(';'))
                return fail("expected ']' at the end of a repetition, not " + shown());
            if (!parameter(items))
                return false;
        }
        advance();
        std::vector<type_expr> args;
        for (auto const& item : items) {
            if (!item.name.empty())
                return fail(item.offset, "named parameters inside a repetition are not supported");
            args.push_back(item.type);
        }
        type.args = keep(args);
        return true;
    }

    storage& data_;
    problem& problem_;
    lexer lexer_;
    token token_;
    token following_;
    int depth_ = 0;
};

} // namespace mtproto::tl::schema::detail
