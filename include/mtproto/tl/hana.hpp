// Every constructor and method as a Struct of Boost.Hana: its keys are the names of the schema.
//
//     hana::for_each(hana::keys(message), ...)    hana::members(message)    hana::at_key(message,
//     tl::key<"id">)
//
// Flag words have no member and no key. Nothing is instantiated for types that are not used this way; the
// library's own algorithms use the field lists directly, which compile several times faster.
#pragma once

#include "mtproto/tl/fields.hpp"
#include "mtproto/tl/names.hpp"

#include <boost/hana/accessors.hpp>
#include <boost/hana/at_key.hpp>
#include <boost/hana/concept/struct.hpp>
#include <boost/hana/core/when.hpp>
#include <boost/hana/flatten.hpp>
#include <boost/hana/keys.hpp>
#include <boost/hana/members.hpp>
#include <boost/hana/pair.hpp>
#include <boost/hana/string.hpp>
#include <boost/hana/tuple.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace mtproto::tl::detail {

/// The names of a constructor's fields; empty ones for flag words.
template <aggregate T>
inline constexpr auto hana_names = [] {
    std::array<std::string_view, T::tl_fields::size> all{};
    field_names names(T::tl_line);
    for (auto& name : all)
        name = names.next();
    return all;
}();

template <aggregate T, std::size_t Field>
constexpr auto hana_key()
{
    return []<std::size_t... I>(std::index_sequence<I...>) {
        return boost::hana::string<hana_names<T>[Field][I]...>{};
    }(std::make_index_sequence<hana_names<T>[Field].size()>());
}

template <auto Member>
struct hana_member
{
    template <class T>
    constexpr decltype(auto) operator()(T&& value) const noexcept
    {
        return (std::forward<T>(value).*Member);
    }
};

template <aggregate T, std::size_t Field, class Entry>
constexpr auto hana_accessor(Entry)
{
    if constexpr (is_flags<Entry>)
        return boost::hana::make_tuple();
    else
        return boost::hana::make_tuple(
            boost::hana::make_pair(hana_key<T, Field>(), hana_member<Entry::member>{}));
}

/// A name as a template argument.
template <std::size_t N>
struct hana_name
{
    char text[N];
    consteval hana_name(const char (&literal)[N]) { std::copy_n(literal, N, text); }
};

} // namespace mtproto::tl::detail

namespace mtproto::tl {

/// The key of a field: `tl::key<"random_id">`, a compile-time string of Hana (whose own literal is an
/// extension).
template <detail::hana_name Name>
inline constexpr auto key = []<std::size_t... I>(std::index_sequence<I...>) {
    return boost::hana::string<Name.text[I]...>{};
}(std::make_index_sequence<sizeof Name.text - 1>());

} // namespace mtproto::tl

template <class T>
struct boost::hana::accessors_impl<T, boost::hana::when<mtproto::tl::aggregate<T>>>
{
    static constexpr auto apply()
    {
        return []<class... Entries, std::size_t... I>(mtproto::tl::field_list<Entries...>,
                                                      std::index_sequence<I...>) {
            return boost::hana::flatten(
                boost::hana::make_tuple(mtproto::tl::detail::hana_accessor<T, I>(Entries{})...));
        }(typename T::tl_fields{}, std::make_index_sequence<T::tl_fields::size>());
    }
};
