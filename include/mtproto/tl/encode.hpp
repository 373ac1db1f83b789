// Values to TL bytes: exact size, and one pass of writing.
#pragma once

#include "mtproto/error.hpp"
#include "mtproto/tl/nodes.hpp"
#include "mtproto/tl/traits.hpp"
#include "mtproto/tl/variant.hpp"
#include "mtproto/tl/writer.hpp"

#include <span>
#include <type_traits>
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
        if constexpr (!is_bare_vector<Wire>)
            to.id(vector_id);
        to.number(static_cast<std::uint32_t>(value.size()));
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

template <aggregate T>
void write_fields(writer& to, const T& value)
{
    [[maybe_unused]] std::uint32_t words[max_flag_words] = {};
    for_each_field(typename T::tl_fields{}, [&]<class Entry>(Entry) {
        if constexpr (is_flags<Entry>) {
            words[Entry::word] = flag_word<Entry::word>(value);
            to.number(words[Entry::word]);
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

template <class T>
void write_boxed(writer& to, const T& value)
{
    tl::visit(
        [&]<class A>(const A& constructor) {
            to.id(A::tl_id);
            write_fields(to, constructor);
        },
        value);
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
    return std::vector<std::byte>(written.begin(), written.end());
}

} // namespace mtproto::tl
