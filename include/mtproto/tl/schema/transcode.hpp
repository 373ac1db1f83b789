// A value of one layer, rewritten for another.
//
// Programs of different layers give the same constructors other fields. What a value says is carried over by
// name:
//
// - A constructor, and a function, becomes the one of the same name (failing that, of the same id).
// - Fields that the target lacks are dropped. Fields that the source lacks are absent if they may be, else 0,
//   "", false, an empty vector, or the default of their type: its ...Empty constructor or the first.
// - Numbers are converted where they fit, `flags.N?true` and `Bool` into each other, strings and bytes
//   likewise.
// - A constructor that the target does not know becomes the ...Unsupported or ...Empty one of the type at
//   that place, taking over fields of the same name (a user becomes userEmpty with its id). If there is none,
//   it is dropped from the vector or the optional field that holds it; a required field makes its holder fail
//   in the same way.
#pragma once

#include "mtproto/error.hpp"
#include "mtproto/tl/reader.hpp"
#include "mtproto/tl/schema/detail/source_reader.hpp"
#include "mtproto/tl/schema/detail/target_writer.hpp"
#include "mtproto/tl/schema/model.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

namespace mtproto::tl::schema {

namespace detail {

/// The type of the same name in another schema, `Object` if it has none.
inline type_expr translated(const schema& from, const schema& to, type_expr type,
                            std::deque<type_expr>& memory)
{
    if (type.kind == type_kind::vector || type.kind == type_kind::bare_vector) {
        type_expr const element = translated(from, to, type.args.front(), memory);
        type.args = std::span<const type_expr>(&memory.emplace_back(element), 1);
    } else if (type.kind == type_kind::bare) {
        auto const* line = to.find_constructor(from.combinators()[type.index].name);
        type.index = line ? static_cast<std::uint32_t>(line - to.combinators().data()) : 0;
        type.kind = line ? type_kind::bare : type_kind::true_;
    } else if (type.kind == type_kind::boxed) {
        auto const* info = to.find_type(type.name);
        type.index = info ? static_cast<std::uint32_t>(info - to.types().data()) : 0;
        type.kind = info ? type_kind::boxed : type_kind::object;
    }
    return type;
}

} // namespace detail

/// Rewrites a serialized value of `type`, a type of the schema `from` such as a function's result, for
/// programs that have the schema `to`, as described above.
///
/// Fails as tl::decode does if `input` is not such a value, and with unknown_constructor if the target has
/// nothing for it; the text names the constructor.
inline result<std::vector<std::byte>> transcode(const schema& from, const schema& to, const type_expr& type,
                                                bytes_view input)
{
    reader in(input);
    detail::source_value value;
    if (detail::source_reader(from, in).value(type, value) && in.left() != 0)
        (void)in.fail(errc::trailing_bytes);
    if (!in.ok())
        return in.error();

    std::vector<std::byte> out;
    detail::target_writer writer(to, out);
    std::deque<type_expr> memory;
    if (!writer.value(detail::translated(from, to, type, memory), value))
        return error(errc::unknown_constructor,
                     value.line ? std::string(value.line->name) + " cannot be expressed in the other layer"
                                : "the value cannot be expressed in the other layer");
    return out;
}

/// Rewrites a serialized call or a boxed value of any type.
inline result<std::vector<std::byte>> transcode(const schema& from, const schema& to, bytes_view input)
{
    auto const id = reader(input).peek_id();
    if (input.size() < 4 || !from.find(id)) {
        reader in(input);
        (void)in.fail(input.size() < 4 ? errc::truncated : errc::unknown_constructor, id);
        return in.error();
    }
    type_expr any;
    any.kind = type_kind::object;
    return transcode(from, to, any, input);
}

} // namespace mtproto::tl::schema
