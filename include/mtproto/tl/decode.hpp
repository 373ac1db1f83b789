// TL bytes to values: one algorithm over the field lists.
#pragma once

#include "mtproto/error.hpp"
#include "mtproto/tl/arena.hpp"
#include "mtproto/tl/nodes.hpp"
#include "mtproto/tl/reader.hpp"
#include "mtproto/tl/traits.hpp"
#include "mtproto/tl/variant.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace mtproto::tl {

// A node like those of nodes.hpp.
template <aggregate T>
bool read_fields(reader& from, T& value);

/// Whether reading a T makes it, or parts of it, in an arena.
template <class T>
inline constexpr bool needs_arena = false;
template <template <class> class T>
inline constexpr bool needs_arena<T<arena>> = true;
template <template <class, class> class T, class X>
inline constexpr bool needs_arena<T<arena, X>> = true;
template <class T>
inline constexpr bool needs_arena<arena_vector<T>> = true;

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
        return (std::max<std::size_t>)(4, detail::smallest_fields<T>());
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

namespace detail {

// What is in the box, or in the optional, to be read into.
template <class T>
[[gnu::always_inline]] inline auto& make_room(reader& from, T& value)
{
    if constexpr (requires { value.emplace(from.memory()); })
        return value.emplace(from.memory());
    else if constexpr (requires { value.emplace(); })
        return value.emplace();
    else
        return *value;
}

} // namespace detail

template <class T>
[[gnu::noinline]] bool read_string(reader& from, T& value)
{
    bytes_view view;
    if (!from.string(view)) [[unlikely]]
        return false;
    auto const* first = reinterpret_cast<typename T::const_pointer>(view.data());
    if constexpr (requires { value.assign(first, first + view.size()); })
        value.assign(first, first + view.size());
    else
        value = T(first, view.size());
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
        return read_value<Wire>(from, detail::make_room(from, value));
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

namespace detail {

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
    return (words[Word] >> Bit & 1u) == 0 || read_value<Wire>(from, make_room(from, value.*Member));
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

namespace detail {

template <class Wire, class T>
[[gnu::always_inline]] inline bool read_elements(reader& from, arena_vector<T>& value, std::uint32_t count)
{
    if (count == 0) {
        value = {};
        return true;
    }
    auto* const first = from.memory().room<T>(count);
    // Not T{}, which would fill an element with zeros before its constructor does: all members have initializers.
    for (std::uint32_t i = 0; i < count; ++i)
        if (!read_value<Wire>(from, *new (first + i) T)) [[unlikely]]
            return false;
    value = {first, count};
    return true;
}

template <class Wire, class T>
[[gnu::always_inline]] inline bool read_elements(reader& from, T& value, std::uint32_t count)
{
    // Made at its full size at once: growing would instantiate the move of every element.
    value = T(count);
    for (std::size_t i = 0; i < count; ++i) {
        if constexpr (std::same_as<typename T::value_type, bool>) {
            bool item{};
            if (!read_bool(from, item)) [[unlikely]]
                return false;
            value[i] = item;
        } else {
            if (!read_value<Wire>(from, value[i])) [[unlikely]]
                return false;
        }
    }
    return true;
}

} // namespace detail

template <class Wire, class T>
bool read_vector(reader& from, T& value)
{
    using element = typename T::value_type;
    using element_wire = element_wire_t<Wire>;
    std::uint32_t count{};
    if (!from.vector(count, smallest_size<element, element_wire>(), is_bare_vector<Wire>)) [[unlikely]]
        return false;
    // Elements can be large in memory and small on the wire: a count that could be true must not cost gigabytes
    // before the first element is looked at.
    if (count * sizeof(element) > max_unproven_bytes + 16 * from.left()) [[unlikely]]
        return from.fail(errc::too_large);
    return detail::read_elements<element_wire>(from, value, count);
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
            from.skip_id();
            return read_fields(from, emplace<A>(value));
        });
        if (!known) [[unlikely]]
            return from.fail(from.left() < 4 ? errc::truncated : errc::unknown_constructor, id);
        return ok;
    } else {
        return from.expect(T::tl_id) && read_fields(from, value);
    }
}

namespace detail {

template <class T>
[[gnu::always_inline]] inline result<T> read_all(reader& from, bool allow_trailing)
{
    result<T> decoded{T{}};
    if (!read_value(from, *decoded))
        return from.error();
    if (from.left() != 0 && !allow_trailing) {
        from.fail(errc::trailing_bytes);
        return from.error();
    }
    return decoded;
}

} // namespace detail

/// Decodes one boxed value (or a vector, Bool, number, string as results of methods are) that fills `input`.
///
/// Fails with truncated, unknown_constructor, bad_count, too_deep, and, unless `allow_trailing`, with
/// trailing_bytes. The value owns what it holds; one of the policy `views` points into `input`.
template <value T>
    requires(!needs_arena<T>)
result<T> decode(bytes_view input, bool allow_trailing = false)
{
    reader from(input);
    return detail::read_all<T>(from, allow_trailing);
}

/// Where the strings of values of the policy `arena` are.
enum class arena_text
{
    copied,  ///< in the arena: the input may go
    borrowed ///< in the input, which must outlive the values
};

/// Likewise for types of the policy `arena`: the value lives in `memory`, and is valid until its release.
/// After a failure the memory keeps what was read so far.
template <value T>
    requires(needs_arena<T>)
result<T> decode(bytes_view input, arena_memory& memory, arena_text text = arena_text::copied,
                 bool allow_trailing = false)
{
    reader from(text == arena_text::copied ? memory.copy(input) : input, memory);
    return detail::read_all<T>(from, allow_trailing);
}

} // namespace mtproto::tl
