// Values whose strings are views into the buffer that they were decoded from.
#pragma once

#include "mtproto/tl/box.hpp"
#include "mtproto/tl/types.hpp"

#include <string_view>
#include <vector>

namespace mtproto::tl {

/// A storage policy for reading without copying text: `raw::messages::Messages<tl::views>`, or
/// `tl::with_storage<api::messages::Messages, tl::views>`.
///
/// Strings and bytes point into the input of `decode` (and, in values that are built by hand, into whatever they
/// were made from), which must outlive every copy of the value. Vectors and boxes own their elements.
/// Such a value encodes, compares, dumps and turns into JSON as an owning one does; it cannot be read from JSON.
struct views
{
    using string = std::string_view; ///< any bytes, UTF-8 by convention only
    using bytes = bytes_view;
    template <class T>
    using vector = std::vector<T>;
    template <class T>
    using box = tl::box<T>;
    template <class T>
    using optional_box = tl::optional_box<T>;
};

} // namespace mtproto::tl
