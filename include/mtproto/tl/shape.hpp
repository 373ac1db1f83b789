// Generated types as descriptions only: what their fields are, without room for values.
#pragma once

#include "mtproto/tl/storage.hpp"
#include "mtproto/tl/types.hpp"
#include "mtproto/tl/variant.hpp"
#include "mtproto/tl/with_storage.hpp"

#include <variant>

namespace mtproto::tl {

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

namespace detail {

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

/// The description of a type of any storage policy, of a number, of a vector of either. Also of policies that narrow
/// boxed types: the description is the whole one.
template <class T>
using shape_of = with_storage<T, shape>;

} // namespace mtproto::tl
