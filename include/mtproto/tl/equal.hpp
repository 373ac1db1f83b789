// Structural equality of generated types.
#pragma once

#include "mtproto/tl/traits.hpp"
#include "mtproto/tl/variant.hpp"

#include <algorithm>
#include <bit>
#include <type_traits>

namespace mtproto::tl {

namespace detail {

template <class T>
bool equal_values(const T& a, const T& b)
{
    if constexpr (std::same_as<T, double>) {
        // By bits, so that a value equals itself and -0 stays -0.
        return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
    } else if constexpr (vector_type<T>) {
        if (a.size() != b.size())
            return false;
        auto other = b.begin();
        for (auto&& element : a) {
            if (!equal_values<typename T::value_type>(element, *other))
                return false;
            ++other;
        }
        return true;
    } else if constexpr (std::same_as<T, bytes_view>) {
        return std::ranges::equal(a, b);
    } else if constexpr (requires { a.has_value(); }) {
        return a.has_value() == b.has_value() && (!a.has_value() || equal_values(*a, *b));
    } else if constexpr (box_type<T>) {
        return equal_values(*a, *b);
    } else if constexpr (aggregate<T> || variant_type<T>) {
        return equal_boxed(a, b);
    } else {
        return a == b;
    }
}

} // namespace detail

template <class T>
bool equal_boxed(const T& a, const T& b)
{
    if constexpr (variant_type<T>)
        return tl::visit(
            [&]<class A>(const A& constructor) {
                auto const* other = tl::get_if<A>(b);
                return other && equal_boxed(constructor, *other);
            },
            a);
    else
        return all_fields(typename T::tl_fields{}, [&]<class Entry>(Entry) {
            if constexpr (is_flags<Entry>)
                return true;
            else
                return detail::equal_values(a.*Entry::member, b.*Entry::member);
        });
}

/// Two constructors are equal if all their fields are.
template <aggregate T>
bool operator==(const T& a, const T& b)
{
    return equal_boxed(a, b);
}

/// Two values of a boxed type are equal if they hold equal values of the same constructor.
template <variant_type T>
bool operator==(const T& a, const T& b)
{
    return equal_boxed(a, b);
}

} // namespace mtproto::tl
