// The contract's descriptors, for gRPC's server reflection.
// https://github.com/grpc/grpc/blob/master/doc/server-reflection.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace mtproto::proxy::contract {

/// A .proto file in compiled form.
struct descriptor_file
{
    std::string_view name;            ///< "mtproto/types.proto"
    std::span<const std::byte> bytes; ///< a google.protobuf.FileDescriptorProto
};

/// All files, each behind those that it imports. Defined in a source that the build generates; the bytes lie
/// in the program's read-only data and live as long as it does.
std::span<const descriptor_file> descriptor_files();

namespace detail {

// Just enough of protobuf to find a name in descriptors of ours, which are well formed.
class descriptor_walk
{
public:
    explicit descriptor_walk(std::span<const std::byte> bytes) noexcept : rest_(bytes) {}

    /// The next field, or false at the end. Numbers leave `value` empty.
    bool next() noexcept
    {
        if (rest_.empty())
            return false;
        auto const tag = varint();
        field = static_cast<std::uint32_t>(tag >> 3);
        auto const size = varint();
        value = (tag & 7) == 2 ? rest_.first(size) : rest_.first(0);
        rest_ = rest_.subspan(value.size());
        return true;
    }

    std::uint32_t field = 0;
    std::span<const std::byte> value;

private:
    std::size_t varint() noexcept
    {
        std::size_t number = 0;
        for (unsigned shift = 0;; shift += 7) {
            auto const byte = std::to_integer<std::size_t>(rest_.front());
            rest_ = rest_.subspan(1);
            number |= (byte & 0x7f) << shift;
            if (byte < 0x80)
                return number;
        }
    }

    std::span<const std::byte> rest_;
};

inline std::string_view as_text(std::span<const std::byte> bytes) noexcept
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Whether a message or a service (both: field 1 is the name, field 2 of a service its methods) is or has the
// symbol. Fields of messages are no symbols that anybody asks for.
inline bool declares(std::span<const std::byte> declaration, bool service, std::string_view symbol) noexcept
{
    auto const dot = symbol.find('.');
    bool named = false;
    for (descriptor_walk parts(declaration); parts.next();) {
        if (parts.field == 1) {
            named = as_text(parts.value) == symbol.substr(0, dot);
            if (!named || dot == std::string_view::npos)
                return named;
        } else if (parts.field == 2 && service && named) {
            for (descriptor_walk method(parts.value); method.next();)
                if (method.field == 1 && as_text(method.value) == symbol.substr(dot + 1))
                    return true;
        }
    }
    return false;
}

} // namespace detail

/// The file that declares a message, a service or a method: "mtproto.TypeUpdates",
/// "mtproto.Mtproto.UsersGetUsers". nullptr if none does. Takes microseconds: names are compared one by one.
inline const descriptor_file* descriptor_file_of(std::string_view symbol)
{
    constexpr std::string_view package = "mtproto.";
    if (!symbol.starts_with(package))
        return nullptr;
    symbol.remove_prefix(package.size());
    for (auto const& file : descriptor_files())
        for (detail::descriptor_walk parts(file.bytes); parts.next();)
            if ((parts.field == 4 || parts.field == 6) &&
                detail::declares(parts.value, parts.field == 6, symbol))
                return &file;
    return nullptr;
}

} // namespace mtproto::proxy::contract
