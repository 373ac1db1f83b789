// Values that live in an arena: made by moving a pointer, gone all at once, never destroyed one by one.
#pragma once

#include "mtproto/tl/arena_memory.hpp"
#include "mtproto/tl/types.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mtproto::tl {

/// A vector whose elements live in an arena, or wherever it was told. Copies share them.
template <class T>
class arena_vector
{
public:
    using value_type = T;
    using const_iterator = const T*;
    using iterator = const T*;

    arena_vector() noexcept = default;
    /// The elements must outlive the vector and its copies.
    // Not from a std::span: its own constructors would be tried whenever somebody asks whether a vector can be copied.
    arena_vector(const T* elements, std::size_t count) noexcept
        : elements_(elements), size_(static_cast<std::uint32_t>(count))
    {
    }

    const T* data() const noexcept { return elements_; }
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    const T* begin() const noexcept { return elements_; }
    const T* end() const noexcept { return elements_ + size_; }
    const T& operator[](std::size_t i) const noexcept { return elements_[i]; }
    const T& front() const noexcept { return *elements_; }
    const T& back() const noexcept { return elements_[size_ - 1]; }

private:
    const T* elements_ = nullptr;
    std::uint32_t size_ = 0;
};

/// A `T` in an arena; without one it stands for `T{}`, as `tl::box` does. Copies share it.
template <class T>
class arena_box
{
public:
    using value_type = T;

    arena_box() noexcept = default;
    /// The value must outlive the box and its copies.
    arena_box(const T* value) noexcept : value_(value) {}

    const T& operator*() const
    {
        if (value_)
            return *value_;
        static const T empty{};
        return empty;
    }
    const T* operator->() const { return &**this; }
    operator const T&() const { return **this; }

    /// Makes it hold a default value in `memory`, for the decoder to fill.
    T& emplace(arena_memory& memory)
    {
        auto* const made = new (memory.room<T>()) T{};
        value_ = made;
        return *made;
    }

private:
    const T* value_ = nullptr;
};

/// An optional `T` in an arena; the interface of a const std::optional. Copies share it.
template <class T>
class arena_optional_box
{
public:
    using value_type = T;

    arena_optional_box() noexcept = default;
    arena_optional_box(std::nullopt_t) noexcept {}
    /// Absent if null; the value must outlive the box and its copies.
    arena_optional_box(const T* value) noexcept : value_(value) {}

    bool has_value() const noexcept { return value_ != nullptr; }
    explicit operator bool() const noexcept { return has_value(); }
    const T& operator*() const noexcept { return *value_; }
    const T* operator->() const noexcept { return value_; }
    const T& value() const { return value_ ? *value_ : throw std::bad_optional_access(); }

    /// Makes it hold a default value in `memory`, for the decoder to fill.
    T& emplace(arena_memory& memory)
    {
        auto* const made = new (memory.room<T>()) T{};
        value_ = made;
        return *made;
    }
    void reset() noexcept { value_ = nullptr; }

private:
    const T* value_ = nullptr;
};

/// A storage policy without a single destructor: `raw::Updates<tl::arena>`, or
/// `tl::with_storage<api::Updates, tl::arena>`.
///
/// Vectors and boxes live in the `arena_memory` that `decode` was given; strings and bytes are views, into the arena's
/// copy of the input or into the input itself, as `decode` was told. All of it must outlive the value and its
/// copies, which are shallow. What is in the arena cannot be changed; a value that is built by hand may
/// point to elements elsewhere, so that a request can be encoded without copying its parts.
/// Such a value encodes, compares, dumps and turns into JSON as an owning one does; it cannot be read from JSON.
struct arena
{
    using string = std::string_view; ///< any bytes, UTF-8 by convention only
    using bytes = bytes_view;
    template <class T>
    using vector = arena_vector<T>;
    template <class T>
    using box = arena_box<T>;
    template <class T>
    using optional_box = arena_optional_box<T>;
};

} // namespace mtproto::tl
