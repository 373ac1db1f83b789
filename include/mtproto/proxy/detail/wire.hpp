// Protobuf's wire format in strings, as the small messages of gRPC's own services need it.
#pragma once

#include <mtproto/tl/protobuf_reader.hpp>

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
    std::byte room[10];
    tl::store_varint(room, value);
    to.append(text_of({room, tl::varint_size(value)}));
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

/// tl::protobuf_reader over text: reads the fields of a message one by one.
class wire_reader
{
public:
    explicit wire_reader(std::string_view bytes) noexcept : in_(std::as_bytes(std::span(bytes))) {}

    /// None at the end, and at an error, see failed().
    std::optional<wire_field> next() noexcept
    {
        tl::protobuf_field field;
        if (!in_.next(field))
            return std::nullopt;
        return wire_field{field.number, field.value, text_of(field.bytes), field.wire == tl::protobuf_wire::length};
    }
    bool failed() const noexcept { return !in_.ok(); }

private:
    tl::protobuf_reader in_;
};

} // namespace mtproto::proxy::detail
