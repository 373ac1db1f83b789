// Protobuf's wire format, appended to a buffer that grows.
#pragma once

#include "mtproto/tl/writer.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

namespace mtproto::tl {

/// The bytes that a varint takes.
constexpr std::size_t varint_size(std::uint64_t value) noexcept
{
    return (static_cast<std::size_t>(std::bit_width(value | 1)) + 6) / 7;
}

/// Writes `value` to varint_size(value) bytes.
inline void store_varint(std::byte* to, std::uint64_t value) noexcept
{
    for (; value >= 0x80; value >>= 7)
        *to++ = static_cast<std::byte>(value | 0x80);
    *to = static_cast<std::byte>(value);
}

/// How a protobuf field stands on the wire. https://protobuf.dev/programming-guides/encoding
enum class protobuf_wire : std::uint32_t
{
    varint = 0,
    fixed64 = 1,
    length = 2,
    begin_group = 3,
    end_group = 4,
    fixed32 = 5,
};

/// Appends fields of protobuf messages. A nested message is written where it stands and its length put in
/// front of it afterwards, so that nothing is measured beforehand. Not thread-safe.
class protobuf_writer
{
public:
    protobuf_writer() = default;
    /// Grows from `capacity` bytes.
    explicit protobuf_writer(std::size_t capacity) : out_(capacity) {}

    bytes_view view() const noexcept { return out_.view(); }
    std::size_t size() const noexcept { return out_.size(); }
    void clear() noexcept { out_.clear(); }

    void varint(std::uint64_t value)
    {
        if (value < 0x80) [[likely]] {
            *out_.take(1) = static_cast<std::byte>(value);
            return;
        }
        store_varint(out_.take(varint_size(value)), value);
    }
    void tag(std::uint32_t number, protobuf_wire wire)
    {
        varint(std::uint64_t{number} << 3 | static_cast<std::uint32_t>(wire));
    }
    void fixed64(std::uint64_t value) { out_.number(value); }
    void raw(bytes_view value) { out_.raw(value); }

    void number_field(std::uint32_t number, std::uint64_t value)
    {
        tag(number, protobuf_wire::varint);
        varint(value);
    }
    void fixed64_field(std::uint32_t number, std::uint64_t value)
    {
        tag(number, protobuf_wire::fixed64);
        fixed64(value);
    }
    void bytes_field(std::uint32_t number, bytes_view value)
    {
        tag(number, protobuf_wire::length);
        varint(value.size());
        out_.raw(value);
    }

    /// Begins a nested message or packed numbers; the result is for `end`.
    std::size_t begin(std::uint32_t number)
    {
        tag(number, protobuf_wire::length);
        out_.take(1);
        return out_.size();
    }
    /// Ends what `begin` began.
    void end(std::size_t start)
    {
        auto const length = out_.size() - start;
        auto const more = varint_size(length) - 1;
        if (more != 0)
            out_.take(more);
        // The memory may have moved.
        auto* const from = const_cast<std::byte*>(out_.view().data()) + start;
        if (more != 0)
            std::memmove(from + more, from, length);
        store_varint(from - 1, length);
    }

private:
    writer out_;
};

} // namespace mtproto::tl
