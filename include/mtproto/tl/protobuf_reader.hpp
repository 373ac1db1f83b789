// Protobuf's wire format, read without trusting it.
#pragma once

#include "mtproto/tl/protobuf_writer.hpp"
#include "mtproto/tl/reader.hpp"
#include "mtproto/tl/types.hpp"

#include <cstdint>

namespace mtproto::tl {

/// A field of a message as it stands on the wire.
struct protobuf_field
{
    std::uint32_t number = 0;
    protobuf_wire wire{};
    std::uint64_t value = 0; ///< of varint, fixed64, fixed32
    bytes_view bytes{};      ///< of length: points into the input
};

/// Goes through the fields of a message. Groups, which proto3 does not have, are skipped over.
/// https://protobuf.dev/programming-guides/encoding
class protobuf_reader
{
public:
    static constexpr int max_group_depth = 32;

    explicit protobuf_reader(bytes_view message) noexcept
        : begin_(message.data()), at_(message.data()), end_(message.data() + message.size())
    {
    }

    /// Whether everything so far was well-formed.
    bool ok() const noexcept { return !failed_; }
    std::size_t offset() const noexcept { return static_cast<std::size_t>(at_ - begin_); }

    /// The next field; false at the end, and where the input is malformed.
    bool next(protobuf_field& field) noexcept
    {
        for (;;) {
            if (at_ == end_)
                return false;
            if (!tag(field)) [[unlikely]]
                return fail();
            if (field.wire == protobuf_wire::begin_group) [[unlikely]] {
                if (!skip_group(field.number))
                    return fail();
                continue;
            }
            return content(field) || fail();
        }
    }

    /// A varint; bits beyond 64 are dropped, an eleventh byte is an error.
    [[gnu::always_inline]] bool varint(std::uint64_t& value) noexcept
    {
        if (at_ != end_ && std::to_integer<unsigned>(*at_) < 0x80) [[likely]] {
            value = std::to_integer<std::uint64_t>(*at_++);
            return true;
        }
        return long_varint(value);
    }
    bool fixed64(std::uint64_t& value) noexcept
    {
        if (end_ - at_ < 8)
            return false;
        value = load<std::uint64_t>(at_);
        at_ += 8;
        return true;
    }
    bool at_end() const noexcept { return at_ == end_; }

private:
    bool fail() noexcept
    {
        failed_ = true;
        end_ = at_;
        return false;
    }
    [[gnu::noinline]] bool long_varint(std::uint64_t& value) noexcept
    {
        value = 0;
        for (unsigned shift = 0; shift < 70 && at_ != end_; shift += 7) {
            auto const byte = std::to_integer<std::uint64_t>(*at_++);
            value |= (byte & 0x7f) << shift;
            if (byte < 0x80)
                return true;
        }
        return false;
    }
    // At most five bytes, of which 32 bits count, as libprotobuf has it.
    bool tag(protobuf_field& field) noexcept
    {
        auto const* const start = at_;
        std::uint64_t value{};
        if (!varint(value) || at_ - start > 5)
            return false;
        auto const tag = static_cast<std::uint32_t>(value);
        field.number = tag >> 3;
        field.wire = static_cast<protobuf_wire>(tag & 7u);
        return field.number != 0;
    }
    bool content(protobuf_field& field) noexcept
    {
        switch (field.wire) {
        case protobuf_wire::varint:
            return varint(field.value);
        case protobuf_wire::fixed64:
            return fixed64(field.value);
        case protobuf_wire::fixed32:
            if (end_ - at_ < 4)
                return false;
            field.value = load<std::uint32_t>(at_);
            at_ += 4;
            return true;
        case protobuf_wire::length: {
            std::uint64_t length{};
            if (!varint(length) || length > static_cast<std::uint64_t>(end_ - at_))
                return false;
            field.bytes = {at_, static_cast<std::size_t>(length)};
            at_ += length;
            return true;
        }
        default:
            return false;
        }
    }
    // A group ends with the number it began with; they may be nested.
    bool skip_group(std::uint32_t number) noexcept
    {
        std::uint32_t open[max_group_depth];
        int depth = 0;
        open[depth++] = number;
        while (depth != 0) {
            protobuf_field inner;
            if (!tag(inner))
                return false;
            if (inner.wire == protobuf_wire::begin_group) {
                if (depth == max_group_depth)
                    return false;
                open[depth++] = inner.number;
            } else if (inner.wire == protobuf_wire::end_group) {
                if (open[--depth] != inner.number)
                    return false;
            } else if (!content(inner)) {
                return false;
            }
        }
        return true;
    }

    const std::byte* begin_;
    const std::byte* at_;
    const std::byte* end_;
    bool failed_ = false;
};

} // namespace mtproto::tl
