// TL bytes to values: one algorithm over the field lists.
#pragma once

#include "mtproto/error.hpp"
#include "mtproto/tl/reader.hpp"
#include "mtproto/tl/traits.hpp"
#include "mtproto/tl/variant.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace mtproto::tl
{

// The nodes of the decoder are ordinary function templates, not inline ones, so that a program that decodes
// the same types in many places can declare them `extern`. The value they read into must be a default one:
// what is absent on the wire is left as it is.
template <aggregate T>
bool read_fields(reader& from, T& value);
template <class T>
bool read_boxed(reader& from, T& value);
template <class Wire, class T>
bool read_vector(reader& from, T& value);

/// The memory that a vector's count may claim beyond sixteen times the bytes that are left, in bytes.
inline constexpr std::size_t max_unproven_bytes = std::size_t{4} << 20;

namespace detail {

// What a field takes at least, not looking into the types it refers to.
template <class T>
consteval std::size_t smallest_field()
{
    if constexpr (number<T> || opaque_number<T>)
        return sizeof(T);
    else
        return 4;
}

template <class T>
consteval std::size_t smallest_fields()
{
    std::size_t sum = 0;
    for_each_field(typename T::tl_fields{}, [&]<class Entry>(Entry) {
        if constexpr (is_flags<Entry>)
            sum += 4;
        else if constexpr (is_field<Entry>)
            sum += smallest_field<std::remove_cvref_t<decltype(std::declval<T&>().*Entry::member)>>();
    });
    return sum;
}

} // namespace detail

/// The fewest bytes an element can take on the wire, for checking counts; never 0.
template <class T, class Wire>
consteval std::size_t smallest_size()
{
    if constexpr (aggregate<T> && std::same_as<Wire, wire::bare>)
        return std::max<std::size_t>(4, detail::smallest_fields<T>());
    else if constexpr (aggregate<T>)
        return 4 + detail::smallest_fields<T>();
    else if constexpr (vector_type<T>)
        return is_bare_vector<Wire> ? 4 : 8;
    else
        return detail::smallest_field<T>();
}

// Shared by all fields of their type: inlined into each, they were most of the code of a decoder.
[[gnu::noinline]] inline bool read_bool(reader& from, bool& value)
{
    auto const id = from.peek_id();
    if (id != bool_true_id && id != bool_false_id) [[unlikely]]
        return from.fail(from.left() < 4 ? errc::truncated : errc::unknown_constructor, id);
    value = from.id() == bool_true_id;
    return true;
}

template <class T>
[[gnu::noinline]] bool read_string(reader& from, T& value)
{
    bytes_view view;
    if (!from.string(view)) [[unlikely]]
        return false;
    auto const* first = reinterpret_cast<typename T::const_pointer>(view.data());
    value = T(first, first + view.size());
    return true;
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
        return read_bool(from, value);
    } else if constexpr (string_type<T> || bytes_type<T>) {
        return read_string(from, value);
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

namespace detail
{

template <int Word, class T>
[[gnu::always_inline]] inline bool read_entry(flags<Word>, reader& from, T&, std::uint32_t* words)
{
    return from.number(words[Word]);
}

template <auto Member, int Bit, int Word, class T>
[[gnu::always_inline]] inline bool read_entry(flag<Member, Bit, Word>, reader&, T& value,
                                              std::uint32_t* words)
{
    value.*Member = (words[Word] >> Bit & 1u) != 0;
    return true;
}

template <auto Member, int Bit, int Word, class Wire, class T>
[[gnu::always_inline]] inline bool read_entry(optional_field<Member, Bit, Word, Wire>, reader& from, T& value,
                                              std::uint32_t* words)
{
    return (words[Word] >> Bit & 1u) == 0 || read_value<Wire>(from, (value.*Member).emplace());
}

template <auto Member, class Wire, class T>
[[gnu::always_inline]] inline bool read_entry(field<Member, Wire>, reader& from, T& value, std::uint32_t*)
{
    return read_value<Wire>(from, value.*Member);
}

template <class... Entries, class T>
[[gnu::always_inline]] inline bool read_list(field_list<Entries...>, [[maybe_unused]] reader& from,
                                             [[maybe_unused]] T& value, [[maybe_unused]] std::uint32_t* words)
{
    return (read_entry(Entries{}, from, value, words) && ...);
}

} // namespace detail

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
    // Elements can be large in memory and small on the wire: a count that could be true must not cost gigabytes
    // before the first element is looked at.
    if (count * sizeof(element) > max_unproven_bytes + 16 * from.left()) [[unlikely]]
        return from.fail(errc::too_large);
    // Made at its full size at once: growing would instantiate the move of every element.
    value = T(count);
    for (std::size_t i = 0; i < count; ++i) {
        if constexpr (std::same_as<element, bool>) {
            bool item{};
            if (!read_bool(from, item)) [[unlikely]]
                return false;
            value[i] = item;
        } else {
            if (!read_value<element_wire>(from, value[i])) [[unlikely]]
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
    bool const ok = detail::read_list(typename T::tl_fields{}, from, value, words);
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
