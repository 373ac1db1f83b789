// Values on the heap that behave like values: where a type contains itself, or a rare field is large.
#pragma once

#include "mtproto/tl/nodes.hpp"

#include <concepts>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace mtproto::tl {

/// Destroys what a box holds. A node like those of the decoder: declared `extern`, it keeps the destructors
/// of all that a type reaches out of the files that merely pass it around.
template <class T>
void destroy_boxed(T* value)
{
    delete value;
}

namespace detail {

struct box_deleter
{
    template <class T>
    void operator()(T* value) const noexcept
    {
        destroy_boxed(value);
    }
};
template <class T>
using owner = std::unique_ptr<T, box_deleter>;

} // namespace detail

/// A `T` that lives on the heap, with the semantics of a value: copied deeply, compared by content.
///
/// A box that holds nothing (default, moved from) stands for `T{}`, so that an empty box costs no allocation
/// and recursion ends. Not more thread-safe than `T`.
template <class T>
class box
{
public:
    using value_type = T;

    box() noexcept = default;
    box(box&&) noexcept = default;
    box& operator=(box&&) noexcept = default;
    box(const box& other) : value_(other.value_ ? new T(*other.value_) : nullptr) {}
    box& operator=(const box& other)
    {
        if (this != &other)
            *this = box(other);
        return *this;
    }
    ~box() = default;

    template <class U>
        requires(!std::same_as<std::remove_cvref_t<U>, box> && std::constructible_from<T, U>)
    box(U&& value) : value_(new T(std::forward<U>(value)))
    {
    }

    T& operator*()
    {
        if (!value_)
            value_.reset(new T{});
        return *value_;
    }
    const T& operator*() const
    {
        if (value_)
            return *value_;
        // Never destroyed, so that code which only writes values does not compile the destructors of all they
        // reach.
        static const T* const empty = new T{};
        return *empty;
    }
    T* operator->() { return &**this; }
    const T* operator->() const { return &**this; }
    operator T&() { return **this; }
    operator const T&() const { return **this; }

    friend bool operator==(const box& a, const box& b) { return *a == *b; }

private:
    detail::owner<T> value_;
};

/// An optional `T` that lives on the heap: eight bytes where it is absent; the interface of std::optional.
template <class T>
class optional_box
{
public:
    using value_type = T;

    optional_box() noexcept = default;
    optional_box(std::nullopt_t) noexcept {}
    optional_box(optional_box&&) noexcept = default;
    optional_box& operator=(optional_box&&) noexcept = default;
    optional_box(const optional_box& other) : value_(other.value_ ? new T(*other.value_) : nullptr) {}
    optional_box& operator=(const optional_box& other)
    {
        if (this != &other)
            *this = optional_box(other);
        return *this;
    }
    ~optional_box() = default;

    template <class U>
        requires(!std::same_as<std::remove_cvref_t<U>, optional_box> && std::constructible_from<T, U>)
    optional_box(U&& value) : value_(new T(std::forward<U>(value)))
    {
    }

    bool has_value() const noexcept { return value_ != nullptr; }
    explicit operator bool() const noexcept { return has_value(); }
    T& operator*() noexcept { return *value_; }
    const T& operator*() const noexcept { return *value_; }
    T* operator->() noexcept { return value_.get(); }
    const T* operator->() const noexcept { return value_.get(); }
    const T& value() const { return value_ ? *value_ : throw std::bad_optional_access(); }
    T& value() { return value_ ? *value_ : throw std::bad_optional_access(); }

    T& emplace()
    {
        value_.reset(new T{});
        return *value_;
    }
    void reset() noexcept { value_.reset(); }

    friend bool operator==(const optional_box& a, const optional_box& b)
    {
        return a.has_value() == b.has_value() && (!a.has_value() || *a == *b);
    }

private:
    detail::owner<T> value_;
};

} // namespace mtproto::tl
