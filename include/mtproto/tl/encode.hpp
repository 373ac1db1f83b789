// Values to TL bytes: exact size, and one pass of writing.
#pragma once

#include "mtproto/error.hpp"
#include "mtproto/tl/nodes.hpp"
#include "mtproto/tl/traits.hpp"
#include "mtproto/tl/variant.hpp"
#include "mtproto/tl/writer.hpp"

#include <array>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace mtproto::tl {

// Nodes like those of nodes.hpp.
template <aggregate T>
void write_fields(writer& to, const T& value);
template <aggregate T>
std::size_t size_of_fields(const T& value);

namespace detail {

template <class T>
bytes_view view_of(const T& value) noexcept
{
    return std::as_bytes(std::span(value.data(), value.size()));
}

} // namespace detail

/// Writes a value as `Wire` says.
template <class Wire = wire::natural, class T>
[[gnu::always_inline]] inline void write_value(writer& to, const T& value)
{
    if constexpr (number<T>) {
        to.number(value);
    } else if constexpr (opaque_number<T>) {
        to.raw(value);
    } else if constexpr (std::same_as<T, bool>) {
        to.id(value ? bool_true_id : bool_false_id);
    } else if constexpr (string_type<T> || bytes_type<T>) {
        to.string(detail::view_of(value));
    } else if constexpr (vector_type<T>) {
        auto const count = static_cast<std::uint32_t>(value.size());
        if constexpr (is_bare_vector<Wire>)
            to.number(count);
        else
            to.number(std::int64_t{count} << 32 | vector_id);
        for (auto&& element : value)
            write_value<element_wire_t<Wire>, typename T::value_type>(to, element);
    } else if constexpr (box_type<T>) {
        write_value<Wire>(to, *value);
    } else if constexpr (std::same_as<T, object>) {
        to.raw(value.data);
    } else if constexpr (aggregate<T> && std::same_as<Wire, wire::bare>) {
        write_fields(to, value);
    } else if constexpr (aggregate<T> || variant_type<T>) {
        write_boxed(to, value);
    } else {
        static_assert(always_false<T>, "this type is not a value of TL: include the header that defines it");
    }
}

namespace detail {

/// How many bytes a value of this type always takes; 0: that depends on the value.
template <class T>
inline constexpr std::size_t fixed_size = number<T> || opaque_number<T> ? sizeof(T) : std::same_as<T, bool> ? 4
                                                                                                            : 0;

template <class Entry>
inline constexpr std::size_t fixed_size_of = is_flags<Entry> ? 4 : 0;
template <class T, class V, V T::* Member, class Wire>
inline constexpr std::size_t fixed_size_of<field<Member, Wire>> = fixed_size<V>;

/// Neighbours of fixed size make a run, for which room is taken once: `offset` of one in its run, and at the first of a run the
/// size of all.
struct run_place
{
    std::uint16_t offset = 0;
    std::uint16_t size = 0;
};

/// Places of the id, where `WithId` is set, and of all fields behind it; one more says how large a constructor is that is
/// a single run, else 0.
template <bool WithId, class... Entries>
consteval auto make_runs(field_list<Entries...>)
{
    constexpr std::size_t count = sizeof...(Entries) + 1;
    constexpr std::size_t sizes[] = {WithId ? 4 : 0, fixed_size_of<Entries>...};
    constexpr bool absent[] = {!WithId, is_flag<Entries>...};
    std::array<run_place, count + 1> places{};
    std::size_t first = count;
    std::size_t size = 0;
    bool one = true;
    for (std::size_t i = 0; i != count; ++i) {
        if (absent[i])
            continue;
        if (sizes[i] == 0) {
            first = count;
            one = false;
            continue;
        }
        if (first == count) {
            first = i;
            size = 0;
        }
        places[i].offset = static_cast<std::uint16_t>(size);
        size += sizes[i];
        places[first].size = static_cast<std::uint16_t>(size);
    }
    if (one)
        places[count].size = static_cast<std::uint16_t>(size);
    return places;
}
template <class T, bool WithId>
inline constexpr auto runs_of = make_runs<WithId>(typename T::tl_fields{});

template <class T>
[[gnu::always_inline]] inline void store_fixed(std::byte* at, const T& value)
{
    if constexpr (number<T>)
        store(at, value);
    else if constexpr (opaque_number<T>)
        std::memcpy(at, value.data(), value.size());
    else
        store(at, value ? bool_true_id : bool_false_id);
}

template <bool WithId, aggregate T>
[[gnu::always_inline]] inline void write_members(writer& to, const T& value)
{
    constexpr auto& runs = runs_of<T, WithId>;
    [[maybe_unused]] std::uint32_t words[max_flag_words] = {};
    // Where the run is that is being written: a pointer of our own, since the writer's are read and written again with
    // each byte that is stored, which for all that the compiler knows may be theirs.
    [[maybe_unused]] std::byte* run = nullptr;
    if constexpr (WithId) {
        run = to.take(runs[0].size);
        if (run) [[likely]]
            store(run, T::tl_id);
    }
    for_each_field_at(typename T::tl_fields{}, [&]<class Entry, std::size_t I>(Entry, std::integral_constant<std::size_t, I>) {
        if constexpr (fixed_size_of<Entry> != 0) {
            if constexpr (runs[I + 1].size != 0)
                run = to.take(runs[I + 1].size);
            if constexpr (is_flags<Entry>) {
                words[Entry::word] = flag_word<Entry::word>(value);
                if (run) [[likely]]
                    store(run + runs[I + 1].offset, words[Entry::word]);
            } else if (run) [[likely]] {
                store_fixed(run + runs[I + 1].offset, value.*Entry::member);
            }
        } else if constexpr (is_optional<Entry>) {
            // Most fields are absent: their bits are in a register, their members would have to be looked at.
            if ((words[Entry::word] >> Entry::bit & 1u) == 0)
                return;
            auto const& member = value.*Entry::member;
            if (member.has_value()) [[likely]]
                write_value<typename Entry::wire>(to, *member);
            else
                to.fail(errc::bad_argument, T::tl_line);
        } else if constexpr (is_field<Entry>) {
            write_value<typename Entry::wire>(to, value.*Entry::member);
        }
    });
}

/// A constructor of several fields with its id: a function of its own, as it was before its boxed type's.
template <class T>
void write_identified(writer& to, const T& value)
{
    write_members<true>(to, value);
}

} // namespace detail

template <aggregate T>
void write_fields(writer& to, const T& value)
{
    detail::write_members<false>(to, value);
}

namespace detail {

struct boxed_writer
{
    writer& to;

    template <class A>
    [[gnu::always_inline]] void operator()(const A& constructor) const
    {
        // Where all is stored at once, a call would take longer.
        if constexpr (runs_of<A, true>.back().size != 0)
            write_members<true>(to, constructor);
        else
            write_identified(to, constructor);
    }
};

} // namespace detail

template <class T>
void write_boxed(writer& to, const T& value)
{
    tl::visit(detail::boxed_writer{to}, value);
}

/// The exact number of bytes that write_value will write.
template <class Wire = wire::natural, class T>
[[gnu::always_inline]] inline std::size_t size_of_value(const T& value)
{
    if constexpr (number<T> || opaque_number<T>) {
        return sizeof value;
    } else if constexpr (std::same_as<T, bool>) {
        return 4;
    } else if constexpr (string_type<T> || bytes_type<T>) {
        return string_size(value.size());
    } else if constexpr (vector_type<T>) {
        std::size_t sum = is_bare_vector<Wire> ? 4 : 8;
        if constexpr (number<typename T::value_type> || opaque_number<typename T::value_type>)
            sum += value.size() * sizeof(typename T::value_type);
        else
            for (auto&& element : value)
                sum += size_of_value<element_wire_t<Wire>, typename T::value_type>(element);
        return sum;
    } else if constexpr (box_type<T>) {
        return size_of_value<Wire>(*value);
    } else if constexpr (std::same_as<T, object>) {
        return value.data.size();
    } else if constexpr (aggregate<T> && std::same_as<Wire, wire::bare>) {
        return size_of_fields(value);
    } else {
        return size_of_boxed(value);
    }
}

template <aggregate T>
std::size_t size_of_fields(const T& value)
{
    std::size_t sum = 0;
    for_each_field(typename T::tl_fields{}, [&]<class Entry>(Entry) {
        if constexpr (is_flags<Entry>) {
            sum += 4;
        } else if constexpr (is_optional<Entry>) {
            auto const& member = value.*Entry::member;
            if (member.has_value())
                sum += size_of_value<typename Entry::wire>(*member);
        } else if constexpr (is_field<Entry>) {
            sum += size_of_value<typename Entry::wire>(value.*Entry::member);
        }
    });
    return sum;
}

template <class T>
std::size_t size_of_boxed(const T& value)
{
    return 4 + tl::visit([](const auto& constructor) { return size_of_fields(constructor); }, value);
}

/// The exact size of `encode(value)`, in bytes.
template <value T>
[[nodiscard]] std::size_t size(const T& value)
{
    return size_of_value(value);
}

/// Serializes a boxed value, a method's call, or the result of one.
///
/// Fails with too_large for a string over 16 MiB, and with bad_argument if fields that share a flag are not
/// all present or all absent (the text is the declaration).
template <value T>
result<std::vector<std::byte>> encode(const T& value)
{
    // In one pass: most calls fit into the scratch; a size pass costs as much as writing does, and as much to compile.
    std::byte scratch[1024];
    auto to = writer::with_scratch(scratch);
    write_value(to, value);
    if (!to.ok())
        return to.error();
    auto const written = to.view();
    return result<std::vector<std::byte>>(boost::system::in_place_value, written.begin(), written.end());
}

/// Makes a string of `length` bytes of the empty one that `encoded` ends with, and gives the room to be filled: what is large need
/// not be in a value first. At most max_string_length.
inline std::span<std::byte> widen_last_string(std::vector<std::byte>& encoded, std::size_t length)
{
    auto const at = encoded.size() - string_size(0);
    encoded.resize(at + string_size(length));
    auto const room = std::span(encoded).subspan(at);
    if (length < 254) {
        room[0] = static_cast<std::byte>(length);
        return room.subspan(1, length);
    }
    store(room.data(), static_cast<std::uint32_t>(length << 8 | 254));
    return room.subspan(4, length);
}

} // namespace mtproto::tl
