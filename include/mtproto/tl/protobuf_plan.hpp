// How the fields of a constructor stand in its protobuf message: numbers and kinds, as plain data.
#pragma once

#include "mtproto/tl/field_number.hpp"
#include "mtproto/tl/shape.hpp"
#include "mtproto/tl/traits.hpp"

#include <cstdint>
#include <optional>
#include <utility>

namespace mtproto::tl {

/// What a field is to protobuf. The kinds up to the last vector of plain ones are read and written by code
/// that is shared by all types.
enum class protobuf_kind : std::uint8_t
{
    flags,   ///< a flag word: no field of the message
    flag,    ///< `true`: bool
    int32,   ///< int32, a negative one as ten bytes
    uint32,
    int64,
    real,    ///< double
    boolean, ///< bool
    text,    ///< string
    blob,    ///< bytes
    opaque,  ///< bytes of a fixed size: int128, int256
    rest,    ///< bytes: a TL value of unknown type
    int32s,
    int64s,
    reals,
    booleans,
    texts,
    blobs,
    message,  ///< a nested message
    messages, ///< repeated messages
};

constexpr bool is_plain(protobuf_kind kind) noexcept
{
    return kind < protobuf_kind::message;
}
constexpr bool is_repeated(protobuf_kind kind) noexcept
{
    return (kind >= protobuf_kind::int32s && kind <= protobuf_kind::blobs) || kind == protobuf_kind::messages;
}

/// One entry of a field list.
struct protobuf_entry
{
    static constexpr std::uint8_t unconditional = 0xff;

    protobuf_kind kind{};
    std::uint8_t flag = unconditional; ///< word * 32 + bit of a conditional field; of a flag word: the word
    std::uint8_t size = 0;             ///< bytes of an opaque number
    bool bare = false;                 ///< a vector without its id
    std::uint32_t number = 0;          ///< the field's number

    constexpr bool conditional() const noexcept { return flag != unconditional; }
};

/// Fields of their own at the end of messages: conditional vectors that are present and empty, by number, and
/// strings that are not UTF-8, as RawString { field = 1; index = 2; value = 3 }.
inline constexpr std::uint32_t empty_vectors_number = 536870910;
inline constexpr std::uint32_t raw_strings_number = 536870911;

/// A type that brings functions of its own for its message, for methods inside of methods.
template <class T>
concept protobuf_custom = requires { typename T::tl_custom_protobuf; };

namespace detail {

// What a member is, without the optional or the box around it.
template <class M>
struct content
{
    using type = M;
};
template <class M>
struct content<std::optional<M>> : content<M>
{
};
template <class M>
struct content<shape::box<M>> : content<M>
{
};
template <class M>
struct content<shape::optional_box<M>> : content<M>
{
};
template <class C, class M>
content<M> content_of(M C::*);

template <class M>
inline constexpr bool is_list = false;
template <class M>
inline constexpr bool is_list<shape::vector<M>> = true;

template <class M>
consteval protobuf_kind kind_of()
{
    if constexpr (std::same_as<M, std::int32_t>)
        return protobuf_kind::int32;
    else if constexpr (std::same_as<M, std::uint32_t>)
        return protobuf_kind::uint32;
    else if constexpr (std::same_as<M, std::int64_t>)
        return protobuf_kind::int64;
    else if constexpr (std::same_as<M, double>)
        return protobuf_kind::real;
    else if constexpr (std::same_as<M, bool>)
        return protobuf_kind::boolean;
    else if constexpr (std::same_as<M, shape::string>)
        return protobuf_kind::text;
    else if constexpr (std::same_as<M, shape::bytes>)
        return protobuf_kind::blob;
    else if constexpr (opaque_number<M>)
        return protobuf_kind::opaque;
    else if constexpr (std::same_as<M, object>)
        return protobuf_kind::rest;
    else if constexpr (is_list<M>)
        switch (constexpr auto element = kind_of<typename content<typename M::element>::type>(); element) {
        case protobuf_kind::int32: return protobuf_kind::int32s;
        case protobuf_kind::int64: return protobuf_kind::int64s;
        case protobuf_kind::real: return protobuf_kind::reals;
        case protobuf_kind::boolean: return protobuf_kind::booleans;
        case protobuf_kind::text: return protobuf_kind::texts;
        case protobuf_kind::blob: return protobuf_kind::blobs;
        default: return protobuf_kind::messages;
        }
    else
        return protobuf_kind::message;
}
template <class M>
inline constexpr protobuf_kind kind = kind_of<M>();

template <class M, class Wire>
consteval protobuf_entry entry_of_member(std::uint8_t flag)
{
    protobuf_entry entry{.kind = kind<M>, .flag = flag, .bare = is_bare_vector<Wire>};
    if constexpr (opaque_number<M>)
        entry.size = static_cast<std::uint8_t>(sizeof(M));
    return entry;
}

template <class Entry>
struct entry_traits;
template <int Word>
struct entry_traits<flags<Word>>
{
    using member = void;
    static constexpr bool plain = true;
    static constexpr protobuf_entry entry{.kind = protobuf_kind::flags, .flag = Word};
};
template <auto Member, int Bit, int Word>
struct entry_traits<flag<Member, Bit, Word>>
{
    using member = bool;
    static constexpr bool plain = true;
    static constexpr protobuf_entry entry{.kind = protobuf_kind::flag, .flag = Word * 32 + Bit};
};
template <auto Member, int Bit, int Word, class Wire>
struct entry_traits<optional_field<Member, Bit, Word, Wire>>
{
    using member = typename decltype(content_of(Member))::type;
    using wire = Wire;
    static constexpr protobuf_entry entry = entry_of_member<member, Wire>(Word * 32 + Bit);
    static constexpr bool plain = is_plain(entry.kind);
};
template <auto Member, class Wire>
struct entry_traits<field<Member, Wire>>
{
    using member = typename decltype(content_of(Member))::type;
    using wire = Wire;
    static constexpr protobuf_entry entry = entry_of_member<member, Wire>(protobuf_entry::unconditional);
    static constexpr bool plain = is_plain(entry.kind);
};

template <std::size_t N>
struct entry_array
{
    protobuf_entry entries[N == 0 ? 1 : N]{};
};

template <class T, class... Entries, std::size_t... I>
consteval entry_array<sizeof...(Entries)> plan_of(field_list<Entries...>, std::index_sequence<I...>)
{
    entry_array<sizeof...(Entries)> all{{entry_traits<Entries>::entry...}};
    constexpr std::uint32_t numbers[] = {field_number<T, I>..., 0};
    std::size_t index = 0;
    for (std::size_t i = 0; i < sizeof...(Entries); ++i)
        if (all.entries[i].kind != protobuf_kind::flags)
            all.entries[i].number = numbers[index++];
    return all;
}

template <class T>
inline constexpr auto plan = plan_of<T>(typename T::tl_fields{}, std::make_index_sequence<T::tl_fields::size>());

} // namespace detail

/// A constructor's entries and its declaration: what shared code needs to know of a type.
struct protobuf_plan
{
    const protobuf_entry* entries;
    std::uint32_t count;
    const char* line; ///< the declaration, nullptr for a value by itself
};

template <class T>
inline constexpr protobuf_plan protobuf_plan_of{detail::plan<T>.entries, T::tl_fields::size, T::tl_line};

namespace detail {

template <class List>
inline constexpr bool all_plain = false;
template <class... Entries>
inline constexpr bool all_plain<field_list<Entries...>> = (entry_traits<Entries>::plain && ...);

/// A value by itself, as the result of a method: the field `value` or `values`, number 1.
template <class M, class Wire>
consteval protobuf_entry only_entry()
{
    auto entry = entry_of_member<M, Wire>(protobuf_entry::unconditional);
    entry.number = 1;
    return entry;
}
template <class M, class Wire>
inline constexpr protobuf_entry value_entry = only_entry<M, Wire>();
template <class M, class Wire>
inline constexpr protobuf_plan value_plan{&value_entry<M, Wire>, 1, nullptr};

template <class Node>
struct constructors;
template <class... Nodes>
struct constructors<std::variant<Nodes...>>
{
    static constexpr std::size_t count = (constructors<Nodes>::count + ...);
    static consteval void collect(const char**& lines, std::uint32_t*& ids)
    {
        (constructors<Nodes>::collect(lines, ids), ...);
    }
};
template <aggregate A>
struct constructors<A>
{
    static constexpr std::size_t count = 1;
    static consteval void collect(const char**& lines, std::uint32_t*& ids)
    {
        *lines++ = A::tl_line;
        *ids++ = A::tl_id;
    }
};

template <class T>
struct content_of_boxed
{
    using type = T;
};
template <variant_type T>
struct content_of_boxed<T>
{
    using type = typename T::tl_variant::tl_base;
};

template <std::size_t N>
struct choice_array
{
    std::uint32_t ids[N]{};
    std::uint32_t numbers[N]{};
    const char* lines[N]{};

    consteval std::uint32_t number_of(std::uint32_t id) const
    {
        std::size_t i = 0;
        while (ids[i] != id)
            ++i;
        return numbers[i];
    }
};

template <class T>
struct choices_of
{
    using all = constructors<typename content_of_boxed<T>::type>;

    template <std::size_t... I>
    static consteval auto make(std::index_sequence<I...>)
    {
        choice_array<all::count> made{.numbers = {alternative_number<T, I>...}};
        auto* ids = made.ids;
        auto* lines = made.lines;
        all::collect(lines, ids);
        return made;
    }
};
template <class T>
inline constexpr auto choices = choices_of<T>::make(std::make_index_sequence<choices_of<T>::all::count>());
} // namespace detail

/// The constructors of a boxed type: what stands in its `oneof value`.
struct protobuf_choices
{
    const std::uint32_t* ids;
    const std::uint32_t* numbers;
    std::uint32_t count;
    const char* line; ///< the declaration of the first one
};

template <class T>
inline constexpr protobuf_choices protobuf_choices_of{detail::choices<T>.ids, detail::choices<T>.numbers,
                                                      sizeof(detail::choices<T>.ids) / 4, detail::choices<T>.lines[0]};

} // namespace mtproto::tl
