// JSON to values: one algorithm over the field lists. See json.hpp for the shape.
#pragma once

#include "mtproto/tl/json_scalar.hpp"
#include "mtproto/tl/names.hpp"
#include "mtproto/tl/traits.hpp"
#include "mtproto/tl/variant.hpp"

#include <type_traits>

namespace mtproto::tl {

template <aggregate T>
bool read_json_fields(json_reader& in, const boost::json::object& from, T& value);
template <class T>
bool read_json_boxed(json_reader& in, const boost::json::value& from, T& value);
template <class T>
bool read_json_vector(json_reader& in, const boost::json::value& from, T& value);

namespace detail {

/// The value of a required field, nullptr after a failure.
inline const boost::json::value* json_field(json_reader& in, const boost::json::object& from,
                                            std::string_view name, std::size_t& found)
{
    auto const* value = from.if_contains(name);
    if (value)
        ++found;
    else
        (void)in.fail(name, "missing");
    return value;
}
/// The value of an optional field, nullptr where it is absent.
inline const boost::json::value* json_optional(const boost::json::object& from, std::string_view name,
                                               std::size_t& found)
{
    auto const* value = from.if_contains(name);
    if (value)
        ++found;
    return value && !value->is_null() ? value : nullptr;
}
/// Whether the object's name, if it has one, is `name`.
inline bool json_is_named(json_reader& in, const boost::json::object& from, std::string_view name,
                          std::size_t& found)
{
    auto const* given = from.if_contains(json_name_key);
    if (!given)
        return true;
    ++found;
    if (!given->is_string())
        return in.fail(json_name_key, "expected a string");
    return std::string_view(given->get_string()) == name ||
           in.fail(json_name_key, "expected " + std::string(name));
}
/// The name of the constructor that an object of a type with several must give; empty after a failure.
inline std::string_view json_name(json_reader& in, const boost::json::object& from)
{
    auto const* given = from.if_contains(json_name_key);
    if (given && given->is_string() && !given->get_string().empty())
        return given->get_string();
    (void)in.fail(json_name_key, given ? "expected the name of a constructor" : "missing");
    return {};
}
/// Fails for the first key that is not a field of the declaration; called when the count of keys is wrong.
inline bool json_unknown(json_reader& in, const boost::json::object& from, std::string_view line)
{
    for (auto const& entry : from) {
        std::string_view const key = entry.key();
        bool known = key == json_name_key;
        field_names names(line);
        for (auto name = names.next(); !name.empty() && !known; name = names.next())
            known = name == key && !names.was_flags();
        if (!known)
            return in.fail(key, "unknown field of " + std::string(line.substr(0, line.find_first_of("# "))));
    }
    return in.fail("unknown field");
}

} // namespace detail

template <class T>
[[gnu::always_inline]] inline bool read_json_value(json_reader& in, const boost::json::value& from, T& value)
{
    if constexpr (number<T> || std::same_as<T, bool>)
        return read_json(in, from, value);
    else if constexpr (opaque_number<T>)
        return read_json_exact(in, from, value);
    else if constexpr (std::same_as<T, std::string>)
        return read_json_string(in, from, value);
    else if constexpr (std::same_as<T, std::vector<std::byte>>)
        return read_json_bytes(in, from, value);
    else if constexpr (vector_type<T>)
        return read_json_vector(in, from, value);
    else if constexpr (box_type<T>)
        return read_json_value(in, from, *value);
    else if constexpr (std::same_as<T, object>)
        return read_json_opaque(in, from, value.data);
    else if constexpr (aggregate<T> || variant_type<T>)
        return read_json_boxed(in, from, value);
    else
        static_assert(always_false<T>,
                      "only types that own their strings can be read from JSON: use api::, not views");
}

template <class T>
bool read_json_vector(json_reader& in, const boost::json::value& from, T& value)
{
    using element = typename T::value_type;
    auto const* array = json_array(in, from);
    if (!array)
        return false;
    // At its full size at once: growing would instantiate the move of every element.
    value = T(array->size());
    for (std::size_t i = 0; i < value.size(); ++i) {
        bool ok = false;
        if constexpr (std::same_as<element, bool>) {
            bool flag{};
            ok = read_json_value(in, (*array)[i], flag);
            value[i] = flag;
        } else {
            ok = read_json_value(in, (*array)[i], value[i]);
        }
        if (!ok)
            return in.within(i);
    }
    return true;
}

namespace detail {

// What a reader of fields passes along.
struct json_fields
{
    json_reader& in;
    const boost::json::object& from;
    field_names names;
    std::size_t found = 0;
};

inline bool read_json_flag(json_fields& at, bool& value)
{
    auto const name = at.names.next();
    value = false;
    auto const* given = json_optional(at.from, name, at.found);
    return !given || read_json(at.in, *given, value) || at.in.within(name);
}
template <int Word, class T>
[[gnu::always_inline]] inline bool read_json_entry(json_fields& at, flags<Word>, T&)
{
    (void)at.names.next();
    return true;
}
template <auto Member, int Bit, int Word, class T>
[[gnu::always_inline]] inline bool read_json_entry(json_fields& at, flag<Member, Bit, Word>, T& value)
{
    return read_json_flag(at, value.*Member);
}
template <auto Member, int Bit, int Word, class Wire, class T>
[[gnu::always_inline]] inline bool read_json_entry(json_fields& at, optional_field<Member, Bit, Word, Wire>,
                                                   T& value)
{
    auto const name = at.names.next();
    auto const* given = json_optional(at.from, name, at.found);
    if (!given) {
        (value.*Member).reset();
        return true;
    }
    return read_json_value(at.in, *given, (value.*Member).emplace()) || at.in.within(name);
}
template <auto Member, class Wire, class T>
[[gnu::always_inline]] inline bool read_json_entry(json_fields& at, field<Member, Wire>, T& value)
{
    auto const name = at.names.next();
    auto const* given = json_field(at.in, at.from, name, at.found);
    return given && (read_json_value(at.in, *given, value.*Member) || at.in.within(name));
}
template <class... Entries, class T>
[[gnu::always_inline]] inline bool read_json_list([[maybe_unused]] json_fields& at, field_list<Entries...>,
                                                  [[maybe_unused]] T& value)
{
    return (read_json_entry(at, Entries{}, value) && ...);
}

} // namespace detail

template <aggregate T>
bool read_json_fields(json_reader& in, const boost::json::object& from, T& value)
{
    detail::json_fields at{in, from, field_names(T::tl_line)};
    if (!in.enter() || !detail::json_is_named(in, from, name_of<T>(), at.found) ||
        !detail::read_json_list(at, typename T::tl_fields{}, value))
        return false;
    in.leave();
    return at.found == from.size() || detail::json_unknown(in, from, T::tl_line);
}

template <class T>
bool read_json_boxed(json_reader& in, const boost::json::value& from, T& value)
{
    auto const* given = json_object(in, from);
    if (!given)
        return false;
    if constexpr (variant_type<T>) {
        auto const name = detail::json_name(in, *given);
        if (name.empty())
            return false;
        bool ok = false;
        bool const known = any_constructor<T>([&]<class A>(std::type_identity<A>) {
            if (name_of<A>() != name)
                return false;
            ok = read_json_fields(in, *given, tl::emplace<A>(value));
            return true;
        });
        return known ? ok : in.fail(json_name_key, "not a constructor of this type: " + std::string(name));
    } else {
        return read_json_fields(in, *given, value);
    }
}

/// The value that `from` describes.
///
/// Fails with bad_json; the text begins with the path of the offending value: "peer.user_id: expected a
/// number".
template <value T>
result<T> from_json(const boost::json::value& from)
{
    json_reader in;
    result<T> made{T{}};
    if (!read_json_value(in, from, *made))
        return in.error();
    return made;
}

} // namespace mtproto::tl
