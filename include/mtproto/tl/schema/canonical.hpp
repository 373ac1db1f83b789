// Declarations as text: as people read them, and in the form whose CRC32 is the id.
#pragma once

#include "mtproto/tl/crc32.hpp"
#include "mtproto/tl/schema/model.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace mtproto::tl::schema {

namespace detail {

struct text_style
{
    bool plain = false;           // no braces, no angle brackets, no conditional `true`
    bool result = false;          // the result of a declaration
    bool bytes_as_string = false; // of parameters; ids take vectors of bytes as they are written
};

inline void append_type(std::string& out, const type_expr& type, text_style style)
{
    if (type.bang)
        out += '!';
    if (type.kind == type_kind::nat) {
        out += '#';
        return;
    }
    if (type.kind == type_kind::repeat) {
        if (!type.name.empty())
            out.append(type.name) += '*';
        out += '[';
        for (auto const& arg : type.args) {
            out += ' ';
            append_type(out, arg, style);
        }
        out += " ]";
        return;
    }
    if (type.percent)
        out += '%';
    if (std::exchange(style.bytes_as_string, false) && type.kind == type_kind::bytes)
        out += "string";
    else
        out += type.name;
    if (type.args.empty())
        return;
    // The result of a declaration keeps its `Vector t`.
    bool const angled = !style.plain && (type.angled || !style.result);
    style.result = false;
    for (bool first = true; auto const& arg : type.args) {
        out += !angled ? ' ' : first ? '<'
                                     : ',';
        first = false;
        append_type(out, arg, style);
    }
    out += angled ? ">" : "";
}

inline void append_declaration(std::string& out, const combinator& line, text_style style)
{
    for (auto const variable : line.variables) {
        out += style.plain ? " " : " {";
        out.append(variable) += style.plain ? ":Type" : ":Type}";
    }
    for (auto const& p : line.params) {
        if (style.plain && p.when && p.type.kind == type_kind::true_)
            continue;
        out += ' ';
        if (!p.name.empty())
            out.append(p.name) += ':';
        if (p.when) {
            out.append(line.params[p.when->field].name) += '.';
            out.append(std::to_string(p.when->bit)) += '?';
        }
        append_type(out, p.type, style);
    }
    if (line.builtin && line.params.empty() && line.source.find('?') != std::string_view::npos)
        out += " ?";
    out += " = ";
    style.result = true;
    append_type(out, line.result, style);
}

} // namespace detail

/// The form of a declaration whose CRC32 is its id: without the id, braces, angle brackets and conditional
/// `true` parameters, with bytes as string (see combinator::own_bytes).
inline std::string canonical_line(const combinator& line)
{
    std::string out(line.name);
    detail::append_declaration(out, line, {.plain = true, .bytes_as_string = !line.own_bytes});
    return out;
}

/// The id that the declaration should have; some schemas assign another to a few.
inline std::uint32_t computed_id(const combinator& line) { return crc32(canonical_line(line)); }

/// The declaration on one line as schemas are published, id of eight digits, with a semicolon. Built-in
/// declarations such as `int ? = Int` have no id.
inline std::string to_line(const combinator& line)
{
    std::string out(line.name);
    if (!line.builtin || line.id_given) {
        out += '#';
        for (int shift = 28; shift >= 0; shift -= 4)
            out += "0123456789abcdef"[(line.id >> shift) & 15];
    }
    detail::append_declaration(out, line, {});
    return out += ';';
}

/// A type as people write it: `flags.1?Vector<int>` without the condition.
inline std::string to_text(const type_expr& type)
{
    std::string out;
    detail::append_type(out, type, {});
    return out;
}

/// The declarations whose given id is not the CRC32 of their line: a changed line, or an assigned id.
inline std::vector<const combinator*> mismatched_ids(const schema& from)
{
    std::vector<const combinator*> wrong;
    for (auto const& line : from.combinators())
        if (line.id_given && line.id != computed_id(line))
            wrong.push_back(&line);
    return wrong;
}

} // namespace mtproto::tl::schema
