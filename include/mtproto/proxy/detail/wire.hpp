// Protobuf's wire format, as much as the small messages of gRPC's own services need.
// https://protobuf.dev/programming-guides/encoding/
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mtproto::proxy::detail {

inline std::string_view text_of(std::span<const std::byte> bytes) noexcept
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline void put_varint(std::string& to, std::uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        to.push_back(static_cast<char>(value | 0x80));
    to.push_back(static_cast<char>(value));
}
/// int32, int64, bool, enum; zero is written as well.
inline void put_number(std::string& to, std::uint32_t field, std::uint64_t value)
{
    put_varint(to, std::uint64_t(field) << 3);
    put_varint(to, value);
}
/// string, bytes, or a message.
inline void put_text(std::string& to, std::uint32_t field, std::string_view value)
{
    put_varint(to, (std::uint64_t(field) << 3) | 2);
    put_varint(to, value.size());
    to.append(value);
}

/// One field of a message.
struct wire_field
{
    std::uint32_t number = 0;
    std::uint64_t value = 0;    ///< of a varint or a fixed field
    std::string_view text{};    ///< of a length-delimited one
    bool delimited = false;
};

/// Reads the fields of a message one by one. Groups, which proto3 does not have, are errors.
class wire_reader
{
public:
    explicit wire_reader(std::string_view bytes) noexcept : left_(bytes) {}

    /// None at the end, and at an error, see failed().
    std::optional<wire_field> next() noexcept
    {
        if (left_.empty() || failed_)
            return std::nullopt;
        std::uint64_t key{};
        wire_field field;
        if (!varint(key) || (key >> 3) == 0 || (key >> 3) > 0x1fffffff)
            return fail();
        field.number = static_cast<std::uint32_t>(key >> 3);
        switch (key & 7) {
        case 0:
            if (!varint(field.value))
                return fail();
            return field;
        case 1: return fixed(field, 8);
        case 5: return fixed(field, 4);
        case 2: {
            std::uint64_t size{};
            if (!varint(size) || size > left_.size())
                return fail();
            field.delimited = true;
            field.text = left_.substr(0, static_cast<std::size_t>(size));
            left_.remove_prefix(static_cast<std::size_t>(size));
            return field;
        }
        default: return fail();
        }
    }
    bool failed() const noexcept { return failed_; }

private:
    std::nullopt_t fail() noexcept
    {
        failed_ = true;
        return std::nullopt;
    }
    bool varint(std::uint64_t& value) noexcept
    {
        value = 0;
        for (unsigned shift = 0; shift < 64 && !left_.empty(); shift += 7) {
            auto const byte = static_cast<unsigned char>(left_.front());
            left_.remove_prefix(1);
            value |= std::uint64_t(byte & 0x7f) << shift;
            if (byte < 0x80)
                return true;
        }
        return false;
    }
    std::optional<wire_field> fixed(wire_field field, std::size_t size) noexcept
    {
        if (left_.size() < size)
            return fail();
        for (std::size_t i = 0; i < size; ++i)
            field.value |= std::uint64_t(static_cast<unsigned char>(left_[i])) << (8 * i);
        left_.remove_prefix(size);
        return field;
    }

    std::string_view left_;
    bool failed_ = false;
};

} // namespace mtproto::proxy::detail
