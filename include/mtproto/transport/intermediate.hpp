// The intermediate framing and its padded variant: four bytes of length.
#pragma once

#include <mtproto/transport/detail/endian.hpp>
#include <mtproto/transport/framing.hpp>

namespace mtproto::transport {

/// What the two intermediate framings share; `Padded` is the only difference.
///
/// The top bit of the length asks for a quick acknowledgement (to the server) or marks one (to the client).
template <bool Padded>
class basic_intermediate
{
public:
    /// Most bytes of padding that the padded framing may carry.
    static constexpr std::size_t max_padding = Padded ? 15 : 0;

    explicit basic_intermediate(side own_side) noexcept : side_(own_side) {}

    static constexpr framing_kind kind() noexcept
    {
        return Padded ? framing_kind::padded_intermediate : framing_kind::intermediate;
    }

    void start(std::vector<std::byte>& out) const { detail::append_le32(out, *protocol_tag(kind())); }

    [[nodiscard]] result<> encode(bytes_view payload, std::vector<std::byte>& out,
                                  frame_options options = {}) const
    {
        auto const padding = Padded ? options.padding : bytes_view{};
        if (padding.size() > max_padding)
            return error(errc::bad_argument, "the padded framing carries at most 15 bytes of padding");
        if (payload.size() >= 0x7ffffff0u)
            return errc::frame_too_large;
        auto const size = static_cast<std::uint32_t>(payload.size() + padding.size());
        detail::append_le32(out, size | (options.quick_ack ? 0x80000000u : 0u));
        detail::append(out, payload);
        detail::append(out, padding);
        return {};
    }

    [[nodiscard]] result<> encode_quick_ack(std::uint32_t token, std::vector<std::byte>& out) const
    {
        detail::append_le32(out, token | 0x80000000u);
        return {};
    }

    [[nodiscard]] result<decoded> decode(bytes_view input, std::size_t max_frame) const
    {
        if (input.size() < 4)
            return decoded{.consumed = 0, .wanted = 4, .value = {}};
        auto const word = detail::load_le32(input);
        bool const top = (word & 0x80000000u) != 0;
        if (top && side_ == side::client)
            return decoded{.consumed = 4, .wanted = 4, .value = {.quick_ack = word}};
        std::size_t const size = word & 0x7fffffffu;
        if (size > max_frame)
            return errc::frame_too_large;
        if (input.size() - 4 < size)
            return decoded{.consumed = 0, .wanted = 4 + size, .value = {}};
        decoded found{.consumed = 4 + size, .wanted = 4 + size, .value = {}};
        found.value.payload = input.subspan(4, size);
        found.value.wants_quick_ack = top;
        // The shortest packet has 20 bytes, so what is shorter is an error, padded or not.
        if (side_ == side::client && size >= 4 && size <= 4 + max_padding)
            found.value.transport_error = static_cast<std::int32_t>(detail::load_le32(found.value.payload));
        return found;
    }

private:
    side side_;
};

/// https://core.telegram.org/mtproto/mtproto-transports#intermediate
using intermediate = basic_intermediate<false>;

/// https://core.telegram.org/mtproto/mtproto-transports#padded-intermediate
///
/// Up to 15 bytes of padding are accepted and left at the end of the payload: only the packet itself tells
/// how long it is, see strip_padding(). Servers should send at most 3, since some clients abort on more.
using padded_intermediate = basic_intermediate<true>;

static_assert(framing<intermediate> && framing<padded_intermediate>);

} // namespace mtproto::transport
