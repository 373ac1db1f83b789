// Values to JSON: one algorithm over the field lists. See json.hpp for the shape.
#pragma once

#include "mtproto/tl/json_scalar.hpp"
#include "mtproto/tl/names.hpp"
#include "mtproto/tl/traits.hpp"
#include "mtproto/tl/variant.hpp"

#include <span>

namespace mtproto::tl {

// Nodes are ordinary function templates, so that a program can declare them `extern`, see decode.hpp.
template <aggregate T>
void put_json_fields(boost::json::object& to, const T& value);
template <class T>
boost::json::value json_of_boxed(const T& value);
template <class T>
boost::json::value json_of_vector(const T& value);

template <class T>
[[gnu::always_inline]] inline boost::json::value json_of_value(const T& value)
{
    if constexpr (number<T> || std::same_as<T, bool>)
        return json_of(value);
    else if constexpr (opaque_number<T> || bytes_type<T>)
        return json_of_bytes(value);
    else if constexpr (string_type<T>)
        return json_of_string(value);
    else if constexpr (vector_type<T>)
        return json_of_vector(value);
    else if constexpr (box_type<T>)
        return json_of_value(*value);
    else if constexpr (std::same_as<T, object>)
        return json_of_opaque(value.data);
    else
        return json_of_boxed(value);
}

template <class T>
boost::json::value json_of_vector(const T& value)
{
    boost::json::array all;
    all.reserve(value.size());
    for (auto&& element : value)
        all.push_back(json_of_value<typename T::value_type>(element));
    return boost::json::value(std::move(all));
}

namespace detail {

template <int Word, class T>
[[gnu::always_inline]] inline void put_json_entry(boost::json::object&, field_names& names, flags<Word>,
                                                  const T&)
{
    (void)names.next();
}
template <auto Member, int Bit, int Word, class T>
[[gnu::always_inline]] inline void put_json_entry(boost::json::object& to, field_names& names,
                                                  flag<Member, Bit, Word>, const T& value)
{
    auto const name = names.next();
    if (value.*Member)
        json_put(to, name, json_of(true));
}
template <auto Member, int Bit, int Word, class Wire, class T>
[[gnu::always_inline]] inline void put_json_entry(boost::json::object& to, field_names& names,
                                                  optional_field<Member, Bit, Word, Wire>, const T& value)
{
    auto const name = names.next();
    if ((value.*Member).has_value())
        json_put(to, name, json_of_value(*(value.*Member)));
}
template <auto Member, class Wire, class T>
[[gnu::always_inline]] inline void put_json_entry(boost::json::object& to, field_names& names,
                                                  field<Member, Wire>, const T& value)
{
    json_put(to, names.next(), json_of_value(value.*Member));
}
template <class... Entries, class T>
[[gnu::always_inline]] inline void put_json_list(boost::json::object& to, field_list<Entries...>,
                                                 const T& value)
{
    to.reserve(sizeof...(Entries) + 1);
    json_put(to, json_name_key, json_of_string(name_of<T>()));
    [[maybe_unused]] field_names names(T::tl_line);
    (put_json_entry(to, names, Entries{}, value), ...);
}

} // namespace detail

template <aggregate T>
void put_json_fields(boost::json::object& to, const T& value)
{
    detail::put_json_list(to, typename T::tl_fields{}, value);
}

template <class T>
boost::json::value json_of_boxed(const T& value)
{
    boost::json::object to;
    tl::visit([&](const auto& constructor) { put_json_fields(to, constructor); }, value);
    return boost::json::value(std::move(to));
}

/// The JSON of a constructor, a method's call, a boxed value, or any result of a method. Cannot fail.
template <value T>
[[nodiscard]] boost::json::value to_json(const T& value)
{
    return json_of_value(value);
}

} // namespace mtproto::tl
