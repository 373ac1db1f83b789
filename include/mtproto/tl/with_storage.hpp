// The same type under another storage policy.
#pragma once

#include "mtproto/tl/types.hpp"

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mtproto::tl {

template <class T>
class arena_vector;

/// What generated types are templates over: how strings, vectors and boxed fields are kept.
template <class S>
concept storage_policy = requires {
    typename S::string;
    typename S::bytes;
    typename S::template vector<int>;
    typename S::template box<int>;
    typename S::template optional_box<int>;
};

namespace detail {

template <class T, class S>
struct with_storage
{
    using type = T;
};
template <class S>
struct with_storage<std::string, S>
{
    using type = typename S::string;
};
template <class S>
struct with_storage<std::string_view, S>
{
    using type = typename S::string;
};
template <class S>
struct with_storage<std::vector<std::byte>, S>
{
    using type = typename S::bytes;
};
template <class S>
struct with_storage<bytes_view, S>
{
    using type = typename S::bytes;
};
template <class T, class S>
    requires(!std::same_as<T, std::byte>)
struct with_storage<std::vector<T>, S>
{
    using type = typename S::template vector<typename with_storage<T, S>::type>;
};
template <class T, class S>
struct with_storage<arena_vector<T>, S>
{
    using type = typename S::template vector<typename with_storage<T, S>::type>;
};
template <template <class> class T, storage_policy From, class S>
struct with_storage<T<From>, S>
{
    using type = T<S>;
};
template <template <class, class> class T, storage_policy From, class X, class S>
struct with_storage<T<From, X>, S>
{
    using type = T<S, typename with_storage<X, S>::type>;
};

} // namespace detail

/// `T` under the storage policy `S`: `with_storage<api::Updates, views>` is `api::raw::Updates<views>`. Also of
/// methods, and of their results: vectors, strings, numbers.
template <class T, class S>
using with_storage = typename detail::with_storage<T, S>::type;

} // namespace mtproto::tl
