// Boxed types with several constructors, on std::variant.
//
// libstdc++ handles a std::variant of at most 11 alternatives with switches, a larger one with tables of
// function pointers and a compile time in the square of their number. Larger types are therefore nested in
// groups of at most 11; get_if, holds, emplace, visit and match make the grouping invisible.
#pragma once

#include "mtproto/tl/fields.hpp"

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <variant>

namespace mtproto::tl {

struct instantiated;

/// Up to 11 alternatives of a larger boxed type, or groups of them.
template <class... Alternatives>
using group = std::variant<Alternatives...>;

namespace detail {

template <class T, class Node>
inline constexpr bool contains = std::is_same_v<T, Node>;
template <class T, class... Nodes>
inline constexpr bool contains<T, std::variant<Nodes...>> = (contains<T, Nodes> || ...);

/// The index of the alternative that is T, or of the group that holds it.
template <class T, class... Nodes>
consteval std::size_t index_of()
{
    std::size_t index = 0;
    (void)((contains<T, Nodes> ? false : (++index, true)) && ...);
    return index;
}

template <class Node>
inline constexpr bool is_group = false;
template <class... Nodes>
inline constexpr bool is_group<std::variant<Nodes...>> = true;

template <class T, class... Nodes>
T& emplace(std::variant<Nodes...>& v)
{
    constexpr auto index = index_of<T, Nodes...>();
    static_assert(index < sizeof...(Nodes), "this boxed type has no such constructor");
    auto& node = v.template emplace<index>();
    if constexpr (is_group<std::remove_cvref_t<decltype(node)>>)
        return emplace<T>(node);
    else
        return node;
}

template <class T, class... Nodes>
const T* get_if(const std::variant<Nodes...>& v) noexcept
{
    constexpr auto index = index_of<T, Nodes...>();
    static_assert(index < sizeof...(Nodes), "this boxed type has no such constructor");
    auto const* node = std::get_if<index>(&v);
    if constexpr (is_group<std::variant_alternative_t<index, std::variant<Nodes...>>>)
        return node ? get_if<T>(*node) : nullptr;
    else
        return node;
}

template <class F, class Variant>
decltype(auto) visit_index(F&& f, Variant&& v);

template <std::size_t I, class F, class Variant>
[[gnu::always_inline]] inline decltype(auto) visit_node(F&& f, Variant&& v)
{
    auto* node = std::get_if<I>(&v);
    if constexpr (is_group<std::variant_alternative_t<I, std::remove_cvref_t<Variant>>>)
        return visit_index(std::forward<F>(f), *node);
    else
        return std::forward<F>(f)(*node);
}

// A switch, since std::visit may be a table of functions.
template <class F, class Variant>
inline decltype(auto) visit_index(F&& f, Variant&& v)
{
    constexpr auto count = std::variant_size_v<std::remove_cvref_t<Variant>>;
    static_assert(count <= 11, "group the constructors of this boxed type");
    switch (v.index()) {
    case 0:
        return visit_node<0>(std::forward<F>(f), v);
    case 1:
        if constexpr (count > 1)
            return visit_node<1>(std::forward<F>(f), v);
        [[fallthrough]];
    case 2:
        if constexpr (count > 2)
            return visit_node<2>(std::forward<F>(f), v);
        [[fallthrough]];
    case 3:
        if constexpr (count > 3)
            return visit_node<3>(std::forward<F>(f), v);
        [[fallthrough]];
    case 4:
        if constexpr (count > 4)
            return visit_node<4>(std::forward<F>(f), v);
        [[fallthrough]];
    case 5:
        if constexpr (count > 5)
            return visit_node<5>(std::forward<F>(f), v);
        [[fallthrough]];
    case 6:
        if constexpr (count > 6)
            return visit_node<6>(std::forward<F>(f), v);
        [[fallthrough]];
    case 7:
        if constexpr (count > 7)
            return visit_node<7>(std::forward<F>(f), v);
        [[fallthrough]];
    case 8:
        if constexpr (count > 8)
            return visit_node<8>(std::forward<F>(f), v);
        [[fallthrough]];
    case 9:
        if constexpr (count > 9)
            return visit_node<9>(std::forward<F>(f), v);
        [[fallthrough]];
    case 10:
        if constexpr (count > 10)
            return visit_node<10>(std::forward<F>(f), v);
        [[fallthrough]];
    default:
        // A variant is left without a value only when an allocation failed halfway.
        throw std::bad_variant_access();
    }
}

template <class Node, class F>
[[gnu::always_inline]] inline bool any_node(F& f)
{
    if constexpr (is_group<Node>)
        return [&]<class... Nodes>(std::type_identity<std::variant<Nodes...>>) {
            return (any_node<Nodes>(f) || ...);
        }(std::type_identity<Node>());
    else
        return f(std::type_identity<Node>());
}

} // namespace detail

/// Base of every boxed type with several constructors. Holds exactly one of them, the first by default.
template <class... Nodes>
class variant : public std::variant<Nodes...>
{
public:
    using tl_base = std::variant<Nodes...>;

    variant() = default;

    /// From any of its constructors.
    template <class T>
        requires(detail::contains<std::remove_cvref_t<T>, std::variant<Nodes...>>)
    variant(T&& value)
    {
        detail::emplace<std::remove_cvref_t<T>>(base()) = std::forward<T>(value);
    }

    tl_base& base() noexcept { return *this; }
    const tl_base& base() const noexcept { return *this; }
};

namespace detail {

template <class T>
inline constexpr bool is_instantiated = false;
template <template <class> class T>
inline constexpr bool is_instantiated<T<instantiated>> = true;
template <class First, class... Others>
inline constexpr bool is_instantiated<std::variant<First, Others...>> = is_instantiated<First>;

template <class First, class...>
inline constexpr bool first_is_instantiated = is_instantiated<First>;

} // namespace detail

/// Likewise for types that a library holds. Declared here, defined in instantiate.hpp, which only the library
/// includes: whoever passes such a value around does not compile the destructors of all that it reaches.
template <class... Nodes>
    requires(detail::first_is_instantiated<Nodes...> && !std::is_trivially_destructible_v<std::variant<Nodes...>>)
class variant<Nodes...> : public std::variant<Nodes...>
{
public:
    using tl_base = std::variant<Nodes...>;

    variant();
    variant(const variant& other);
    variant(variant&& other) noexcept;
    variant& operator=(const variant& other);
    variant& operator=(variant&& other) noexcept;
    ~variant();

    /// From any of its constructors.
    template <class T>
        requires(detail::contains<std::remove_cvref_t<T>, std::variant<Nodes...>>)
    variant(T&& value) : variant()
    {
        detail::emplace<std::remove_cvref_t<T>>(base()) = std::forward<T>(value);
    }

    tl_base& base() noexcept { return *this; }
    const tl_base& base() const noexcept { return *this; }
};

/// Whether T is one of the constructors of the boxed type V.
template <class T, class V>
concept constructor_of =
    std::same_as<T, V> || (variant_type<V> && detail::contains<T, typename V::tl_variant::tl_base>);

/// Makes `v` hold a default T and returns it.
template <class T, class V>
    requires constructor_of<T, V>
T& emplace(V& v)
{
    if constexpr (std::same_as<T, V>)
        return v = T{};
    else
        return detail::emplace<T>(v.base());
}

/// The T in `v`, or nullptr if `v` holds another constructor. Points into `v`.
/// A type with one constructor always holds it, so code need not change when a layer adds a second one.
template <class T, class V>
    requires constructor_of<T, V>
const T* get_if(const V& v) noexcept
{
    if constexpr (std::same_as<T, V>)
        return &v;
    else
        return detail::get_if<T>(v.base());
}
template <class T, class V>
    requires constructor_of<T, V>
T* get_if(V& v) noexcept
{
    return const_cast<T*>(tl::get_if<T>(std::as_const(v)));
}

/// Whether `v` holds a T.
template <class T, class V>
    requires constructor_of<T, V>
bool holds(const V& v) noexcept
{
    return tl::get_if<T>(v) != nullptr;
}

/// Calls `f(std::type_identity<A>())` for each constructor A of the boxed type V, in the order of the schema,
/// until it returns true; whether it did.
template <variant_type V, class F>
bool any_constructor(F&& f)
{
    return detail::any_node<typename V::tl_variant::tl_base>(f);
}

/// Calls `f` with the constructor that `v` holds, as an lvalue; all calls must return the same type.
template <class F, class V>
decltype(auto) visit(F&& f, V&& v)
{
    if constexpr (variant_type<std::remove_cvref_t<V>>)
        return detail::visit_index(std::forward<F>(f), v.base());
    else
        return std::forward<F>(f)(v);
}

/// Calls whichever of the functions takes the constructor that `v` holds: a `visit` with a case for each.
template <class V, class... Fs>
decltype(auto) match(V&& v, Fs&&... fs)
{
    struct overloads : std::remove_cvref_t<Fs>...
    {
        using std::remove_cvref_t<Fs>::operator()...;
    };
    return tl::visit(overloads{std::forward<Fs>(fs)...}, std::forward<V>(v));
}

} // namespace mtproto::tl
