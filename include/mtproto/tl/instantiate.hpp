// Copies, moves and destructors of types that a library of ready instantiations holds: for its sources only.
#pragma once

#include "mtproto/tl/storage.hpp"
#include "mtproto/tl/variant.hpp"

#include <memory>
#include <type_traits>
#include <utility>
#include <variant>

namespace mtproto::tl {

template <class... Nodes>
    requires(detail::first_is_instantiated<Nodes...> && !std::is_trivially_destructible_v<std::variant<Nodes...>>)
variant<Nodes...>::variant() = default;

template <class... Nodes>
    requires(detail::first_is_instantiated<Nodes...> && !std::is_trivially_destructible_v<std::variant<Nodes...>>)
variant<Nodes...>::variant(const variant& other) = default;

template <class... Nodes>
    requires(detail::first_is_instantiated<Nodes...> && !std::is_trivially_destructible_v<std::variant<Nodes...>>)
variant<Nodes...>::variant(variant&& other) noexcept = default;

template <class... Nodes>
    requires(detail::first_is_instantiated<Nodes...> && !std::is_trivially_destructible_v<std::variant<Nodes...>>)
variant<Nodes...>& variant<Nodes...>::operator=(const variant& other)
{
    // By way of the others: assignment from one alternative to each other is what costs compile time.
    return *this = variant(other);
}

template <class... Nodes>
    requires(detail::first_is_instantiated<Nodes...> && !std::is_trivially_destructible_v<std::variant<Nodes...>>)
variant<Nodes...>& variant<Nodes...>::operator=(variant&& other) noexcept
{
    if (this != &other) {
        std::destroy_at(&base());
        std::construct_at(&base(), std::move(other.base()));
    }
    return *this;
}

template <class... Nodes>
    requires(detail::first_is_instantiated<Nodes...> && !std::is_trivially_destructible_v<std::variant<Nodes...>>)
variant<Nodes...>::~variant() = default;

} // namespace mtproto::tl
