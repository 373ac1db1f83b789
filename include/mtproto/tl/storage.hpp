// How generated types keep strings, vectors and boxed fields.
#pragma once

#include "mtproto/tl/box.hpp"
#include "mtproto/tl/types.hpp"

#include <string>
#include <vector>

namespace mtproto::tl {

/// The storage policy of `api::` and `mt::`: every value owns what it holds.
///
/// Generated types are templates over such a policy, so that one description of a constructor also serves
/// values that are views into a receive buffer, or that live in an arena.
struct owning
{
    using string = std::string; ///< any bytes, UTF-8 by convention only
    using bytes = std::vector<std::byte>;
    template <class T>
    using vector = std::vector<T>;
    template <class T>
    using box = tl::box<T>;
    template <class T>
    using optional_box = tl::optional_box<T>;
};

/// As `owning`, for types whose codec, copies, moves and destructors are compiled in a library that the program links
/// (`-Dinstantiations=true`): a file that uses such a type has nothing to compile but its layout.
/// `api::` stands for this policy wherever MTPROTO_API_INSTANTIATED is defined, which must be in all files of a program.
struct instantiated : owning
{
};

// Shorthands of the generated code.
template <class S>
using string = typename S::string;
template <class S>
using bytes = typename S::bytes;
template <class S, class T>
using vector = typename S::template vector<T>;
template <class S, class T>
using boxed = typename S::template box<T>;
template <class S, class T>
using boxed_optional = typename S::template optional_box<T>;

} // namespace mtproto::tl
