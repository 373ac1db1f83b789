// TL bytes to values: one algorithm over the field lists.
#pragma once

#include "mtproto/error.hpp"
#include "mtproto/tl/reader.hpp"
#include "mtproto/tl/traits.hpp"
#include "mtproto/tl/variant.hpp"

#include <algorithm>
#include <type_traits>

namespace mtproto::tl {

// The nodes of the decoder are ordinary function templates, not inline ones, so that a program that decodes
// the same types in many places can declare them `extern`.
template <aggregate T>
bool read_fields(reader& from, T& value);
template <class T>
bool read_boxed(reader& from, T& value);
template <class Wire, class T>
bool read_vector(reader& from, T& value);

/// The fewest bytes a T can take on the wire, for checking counts; never 0.
template <class T, class Wire>
consteval std::size_t smallest_size()
{
    if constexpr (number<T>)
        return sizeof(T);
    else if constexpr (opaque_number<T>)
        return sizeof(T);
    else if constexpr (vector_type<T>)
        return is_bare_vector<Wire> ? 4 : 8;
    else
        return 4;
}

/// Reads a value that stands on the wire as `Wire`.
template <class Wire = wire::natural, class T>
[[gnu::always_inline]] inline bool read_value(reader& from, T& value)
{
    if constexpr (number<T>) {
        return from.number(value);
    } else if constexpr (opaque_number<T>) {
        return from.raw(value);
    } else if constexpr (std::same_as<T, bool>) {
        auto const id = from.peek_id();
        if (id != bool_true_id && id != bool_false_id) [[unlikely]]
            return from.fail(from.left() < 4 ? errc::truncated : errc::unknown_constructor, id);
        value = from.id() == bool_true_id;
        return true;
    } else if constexpr (string_type<T>) {
        bytes_view view;
        if (!from.string(view)) [[unlikely]]
            return false;
        auto const* text = reinterpret_cast<const char*>(view.data());
        if constexpr (std::same_as<T, std::string>)
            value.assign(text, view.size());
        else
            value = {text, view.size()};
        return true;
    } else if constexpr (bytes_type<T>) {
        bytes_view view;
        if (!from.string(view)) [[unlikely]]
            return false;
        if constexpr (std::same_as<T, bytes_view>)
            value = view;
        else
            value.assign(view.begin(), view.end());
        return true;
    } else if constexpr (vector_type<T>) {
        return read_vector<Wire>(from, value);
    } else if constexpr (box_type<T>) {
        return read_value<Wire>(from, *value);
    } else if constexpr (std::same_as<T, object>) {
        auto const rest = from.rest();
        value.data.assign(rest.begin(), rest.end());
        bytes_view all;
        return from.raw(rest.size(), all);
    } else if constexpr (aggregate<T> && std::same_as<Wire, wire::bare>) {
        return read_fields(from, value);
    } else if constexpr (aggregate<T> || variant_type<T>) {
        return read_boxed(from, value);
    } else {
        static_assert(always_false<T>, "this type is not a value of TL: include the header that defines it");
    }
}

template <class Wire, class T>
bool read_vector(reader& from, T& value)
{
    using element = typename T::value_type;
    using element_wire = element_wire_t<Wire>;
    if constexpr (!is_bare_vector<Wire>)
        if (!from.expect(vector_id)) [[unlikely]]
            return false;
    std::uint32_t count{};
    if (!from.count(count, smallest_size<element, element_wire>())) [[unlikely]]
        return false;
    value.clear();
    // A hostile count may be as large as the input: reserve at most eight times the bytes that are there.
    value.reserve(std::min<std::size_t>(count, 16 + from.left() * 8 / sizeof(element)));
    for (std::uint32_t i = 0; i < count; ++i) {
        if constexpr (std::same_as<element, bool>) {
            bool item{};
            if (!read_value<element_wire>(from, item)) [[unlikely]]
                return false;
            value.push_back(item);
        } else {
            if (!read_value<element_wire>(from, value.emplace_back())) [[unlikely]]
                return false;
        }
    }
    return true;
}

template <aggregate T>
bool read_fields(reader& from, T& value)
{
    if (!from.enter()) [[unlikely]]
        return false;
    [[maybe_unused]] std::uint32_t words[max_flag_words] = {};
    bool const ok = all_fields(typename T::tl_fields{}, [&]<class Entry>(Entry) {
        if constexpr (is_flags<Entry>) {
            return from.number(words[Entry::word]);
        } else if constexpr (is_flag<Entry>) {
            value.*Entry::member = (words[Entry::word] >> Entry::bit & 1u) != 0;
            return true;
        } else if constexpr (is_optional<Entry>) {
            auto& member = value.*Entry::member;
            if ((words[Entry::word] >> Entry::bit & 1u) == 0) {
                member.reset();
                return true;
            }
            return read_value<typename Entry::wire>(from, member.emplace());
        } else {
            return read_value<typename Entry::wire>(from, value.*Entry::member);
        }
    });
    from.leave();
    return ok;
}

template <class T>
bool read_boxed(reader& from, T& value)
{
    if constexpr (variant_type<T>) {
        std::uint32_t const id = from.peek_id();
        bool known = false;
        bool const ok = T::tl_select(id, [&]<class A>(std::type_identity<A>) {
            known = true;
            from.id();
            return read_fields(from, emplace<A>(value));
        });
        if (!known) [[unlikely]]
            return from.fail(from.left() < 4 ? errc::truncated : errc::unknown_constructor, id);
        return ok;
    } else {
        return from.expect(T::tl_id) && read_fields(from, value);
    }
}

/// Decodes one boxed value (or a vector, Bool, number, string as results of methods are) that fills `input`.
///
/// Fails with truncated, unknown_constructor, bad_count, too_deep, and, unless `allow_trailing`, with
/// trailing_bytes. The value owns what it holds unless its storage policy says otherwise.
template <value T>
result<T> decode(bytes_view input, bool allow_trailing = false)
{
    reader from(input);
    result<T> decoded{T{}};
    if (!read_value(from, *decoded))
        return from.error();
    if (from.left() != 0 && !allow_trailing) {
        from.fail(errc::trailing_bytes);
        return from.error();
    }
    return decoded;
}

} // namespace mtproto::tl
