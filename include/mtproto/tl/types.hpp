// The built-in types of TL as C++ values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mtproto::tl {

/// Bytes that somebody else owns; valid as long as their owner says.
using bytes_view = std::span<const std::byte>;

/// `int128` and `int256`: opaque numbers (nonces), in the order of the wire.
using int128 = std::array<std::byte, 16>;
using int256 = std::array<std::byte, 32>;

/// `Object`, and `!X` whose type is not known here: a boxed value, kept as its bytes.
///
/// Reading one takes everything up to the end of the input, writing one writes the bytes as they are.
struct object
{
    using result = object; ///< what a method of unknown type returns

    std::vector<std::byte> data{};

    friend bool operator==(const object&, const object&) = default;
};

/// The constructor ids that the serializer itself writes. https://core.telegram.org/mtproto/serialize
inline constexpr std::uint32_t vector_id = 0x1cb5c415;
inline constexpr std::uint32_t bool_true_id = 0x997275b5;
inline constexpr std::uint32_t bool_false_id = 0xbc799737;

} // namespace mtproto::tl
