// Numbers of protobuf fields for members and alternatives: in order, unless a contract's lock says otherwise.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mtproto::tl {

/// The number of the I-th field of a constructor or method, flag words not counted. Generated headers
/// specialise it where a schema has moved on and the numbers given earlier had to stay.
template <class T, std::size_t I>
inline constexpr std::uint32_t field_number = I + 1;

/// The number of the I-th constructor of a boxed type in its message. A type with one constructor is that
/// constructor's struct, and I is 0.
template <class T, std::size_t I>
inline constexpr std::uint32_t alternative_number = I + 1;

} // namespace mtproto::tl
