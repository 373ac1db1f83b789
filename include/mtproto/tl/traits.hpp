// Which kind of TL value a C++ type is.
#pragma once

#include "mtproto/tl/box.hpp"
#include "mtproto/tl/fields.hpp"
#include "mtproto/tl/types.hpp"

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mtproto::tl {

template <class T>
concept number = std::same_as<T, std::int32_t> || std::same_as<T, std::uint32_t> ||
                 std::same_as<T, std::int64_t> || std::same_as<T, double>;

template <class T>
inline constexpr bool is_byte_array = false;
template <std::size_t N>
inline constexpr bool is_byte_array<std::array<std::byte, N>> = true;

/// `int128`, `int256`, and any other number that is kept as its bytes.
template <class T>
concept opaque_number = is_byte_array<T>;

template <class T>
concept string_type = std::same_as<T, std::string> || std::same_as<T, std::string_view>;

template <class T>
concept bytes_type = std::same_as<T, std::vector<std::byte>> || std::same_as<T, bytes_view>;

template <class T>
concept vector_type = !bytes_type<T> && !string_type<T> && !opaque_number<T> && requires(T& v) {
    typename T::value_type;
    v.begin();
    v.end();
    v.size();
};

template <class T>
concept box_type = requires(T& b) {
    typename T::value_type;
    { *b } -> std::convertible_to<const typename T::value_type&>;
    b.operator->();
} && !requires(T& b) { b.has_value(); };

/// Anything a field can hold, except its being absent.
template <class T>
concept value = number<T> || opaque_number<T> || std::same_as<T, bool> || string_type<T> || bytes_type<T> ||
                vector_type<T> || box_type<T> || aggregate<T> || variant_type<T> || std::same_as<T, object>;

/// The element's wire form of a vector's wire form.
template <class Wire>
struct element_wire
{
    using type = wire::natural;
};
template <class Element>
struct element_wire<wire::vector<Element>>
{
    using type = Element;
};
template <class Element>
struct element_wire<wire::bare_vector<Element>>
{
    using type = Element;
};
template <class Wire>
using element_wire_t = typename element_wire<Wire>::type;

template <class Wire>
inline constexpr bool is_bare_vector = false;
template <class Element>
inline constexpr bool is_bare_vector<wire::bare_vector<Element>> = true;

template <class>
inline constexpr bool always_false = false;

} // namespace mtproto::tl
