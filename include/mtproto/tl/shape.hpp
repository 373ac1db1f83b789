// Generated types as descriptions only: what their fields are, without room for values.
#pragma once

#include "mtproto/tl/storage.hpp"
#include "mtproto/tl/types.hpp"
#include "mtproto/tl/variant.hpp"

#include <array>
#include <concepts>
#include <string>
#include <type_traits>
#include <vector>

namespace mtproto::tl
{

/// A storage policy that stores nothing: `raw::message<shape>` has the field list of `api::message`, and no
/// std::variant, string or vector stands behind it. For algorithms that go from one wire format to another:
/// they need no values, and compile in a tenth of the time that values take.
struct shape
{
    struct string
    {
    };
    struct bytes
    {
    };
    template <class T>
    struct vector
    {
        using element = T;
    };
    template <class T>
    struct box
    {
        using content = T;
    };
    template <class T>
    struct optional_box
    {
        using content = T;
    };
};

namespace detail
{

template <class T>
inline constexpr bool is_shape = false;
template <template <class> class T>
inline constexpr bool is_shape<T<shape>> = true;
template <class First, class... Others>
inline constexpr bool is_shape<std::variant<First, Others...>> = is_shape<First>;

template <class First, class...>
inline constexpr bool first_is_shape = is_shape<First>;

} // namespace detail

/// A boxed type as a description: its constructors need not be complete for it to be.
template <class... Nodes>
    requires detail::first_is_shape<Nodes...>
class variant<Nodes...>
{
public:
    using tl_base = std::variant<Nodes...>;
};

namespace detail
{

template <class T>
struct shape_of
{
    using type = T;
};
template <>
struct shape_of<std::string>
{
    using type = shape::string;
};
template <>
struct shape_of<std::vector<std::byte>>
{
    using type = shape::bytes;
};
template <class T>
    requires(!std::same_as<T, std::byte>)
struct shape_of<std::vector<T>>
{
    using type = shape::vector<typename shape_of<T>::type>;
};
// Also of policies that narrow boxed types: the description is the whole one.
template <template <class> class T, std::derived_from<owning> S>
struct shape_of<T<S>>
{
    using type = T<shape>;
};
template <template <class, class> class T, std::derived_from<owning> S, class X>
struct shape_of<T<S, X>>
{
    using type = T<shape, typename shape_of<X>::type>;
};

} // namespace detail

/// The description of an owning type, of a number, of a vector of either.
template <class T>
using shape_of = typename detail::shape_of<T>::type;

} // namespace mtproto::tl
