// The compile-time description of a constructor: its list of fields, and the concepts built on it.
#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace mtproto::tl {

/// How a field stands on the wire, where its C++ type does not say it.
namespace wire {

/// As the C++ type implies: numbers and strings bare, constructors and boxed types with their id,
/// vectors with the id of `Vector` and elements likewise.
struct natural
{
};
/// A constructor without its id: `%Message`, `future_salt`.
struct bare
{
};
/// A vector whose elements stand as `Element`, with the id of `Vector`.
template <class Element = natural>
struct vector
{
    using element = Element;
};
/// A vector without an id: `vector<...>`.
template <class Element = natural>
struct bare_vector
{
    using element = Element;
};

} // namespace wire

/// Entries of a field list, in the order of the declaration.
/// `#`: the place of flag word `Word`; computed, not stored.
template <int Word = 0>
struct flags
{
    static constexpr int word = Word;
};

/// An unconditional field.
template <auto Member, class Wire = wire::natural>
struct field
{
    static constexpr auto member = Member;
    using wire = Wire;
};

/// `flags.N?T`: present if the member (a std::optional or an optional_box) has a value.
template <auto Member, int Bit, int Word = 0, class Wire = wire::natural>
struct optional_field
{
    static constexpr auto member = Member;
    static constexpr int bit = Bit;
    static constexpr int word = Word;
    using wire = Wire;
};

/// `flags.N?true`: a bool that is nothing but its flag.
template <auto Member, int Bit, int Word = 0>
struct flag
{
    static constexpr auto member = Member;
    static constexpr int bit = Bit;
    static constexpr int word = Word;
};

/// The fields of one constructor.
template <class... Fields>
struct field_list
{
    static constexpr std::size_t size = sizeof...(Fields);
};

/// A constructor or a method: an aggregate with an id, its declaration, and its field list.
template <class T>
concept aggregate = requires {
    typename T::tl_fields;
    { T::tl_id } -> std::convertible_to<std::uint32_t>;
    { T::tl_line } -> std::convertible_to<std::string_view>;
};

/// A boxed type with several constructors.
template <class T>
concept variant_type = requires { typename T::tl_variant; };

/// A method: a constructor that has a result.
template <class T>
concept method = aggregate<T> && requires { typename T::result; };

/// Calls `f(entry, ...)` for each entry of the field list, in order, while it returns true.
/// Entries are passed as empty objects of their own types.
template <class... Fields, class F>
[[gnu::always_inline]] constexpr bool all_fields(field_list<Fields...>, F&& f)
{
    return (f(Fields{}) && ...);
}

/// Likewise for functions that return nothing.
template <class... Fields, class F>
[[gnu::always_inline]] constexpr void for_each_field(field_list<Fields...>, F&& f)
{
    (f(Fields{}), ...);
}

/// Likewise for functions that want to know the entry's number, as a std::integral_constant.
template <class... Fields, std::size_t... I, class F>
[[gnu::always_inline]] constexpr void for_each_field_at(field_list<Fields...>, std::index_sequence<I...>, F&& f)
{
    (f(Fields{}, std::integral_constant<std::size_t, I>()), ...);
}
template <class... Fields, class F>
[[gnu::always_inline]] constexpr void for_each_field_at(field_list<Fields...> all, F&& f)
{
    for_each_field_at(all, std::index_sequence_for<Fields...>(), std::forward<F>(f));
}

template <class Entry>
inline constexpr bool is_flags = false;
template <int Word>
inline constexpr bool is_flags<flags<Word>> = true;

template <class Entry>
inline constexpr bool is_flag = false;
template <auto Member, int Bit, int Word>
inline constexpr bool is_flag<flag<Member, Bit, Word>> = true;

template <class Entry>
inline constexpr bool is_optional = false;
template <auto Member, int Bit, int Word, class Wire>
inline constexpr bool is_optional<optional_field<Member, Bit, Word, Wire>> = true;

template <class Entry>
inline constexpr bool is_field = false;
template <auto Member, class Wire>
inline constexpr bool is_field<field<Member, Wire>> = true;

/// The most flag words a constructor may have.
inline constexpr int max_flag_words = 4;

/// The value of flag word `Word` of `value`: a bit is set if any of its fields is present.
template <int Word, aggregate T>
[[gnu::always_inline]] constexpr std::uint32_t flag_word(const T& value)
{
    std::uint32_t bits = 0;
    for_each_field(typename T::tl_fields{}, [&]<class Entry>(Entry) {
        if constexpr (is_flag<Entry>) {
            if constexpr (Entry::word == Word)
                bits |= value.*Entry::member ? 1u << Entry::bit : 0u;
        } else if constexpr (is_optional<Entry>) {
            if constexpr (Entry::word == Word)
                bits |= (value.*Entry::member).has_value() ? 1u << Entry::bit : 0u;
        }
    });
    return bits;
}

} // namespace mtproto::tl
