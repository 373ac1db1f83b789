// The abridged framing: one byte of length for most packets.
#pragma once

#include <mtproto/transport/detail/endian.hpp>
#include <mtproto/transport/framing.hpp>

namespace mtproto::transport {

/// https://core.telegram.org/mtproto/mtproto-transports#abridged
///
/// Lengths count words of 4 bytes; a first byte of 0x7f announces three bytes of length. The top bit of the
/// first byte asks for a quick acknowledgement (to the server) or is the top bit of one (to the client).
class abridged
{
public:
    explicit abridged(side own_side) noexcept : side_(own_side) {}

    static constexpr framing_kind kind() noexcept { return framing_kind::abridged; }

    void start(std::vector<std::byte>& out) const { out.push_back(std::byte{0xef}); }

    /// Fails with errc::bad_argument if the payload is not a multiple of 4 bytes.
    [[nodiscard]] result<> encode(bytes_view payload, std::vector<std::byte>& out,
                                  frame_options options = {}) const
    {
        if (payload.size() % 4 != 0)
            return error(errc::bad_argument, "the abridged framing carries multiples of 4 bytes");
        auto const words = payload.size() / 4;
        if (words >= std::size_t{1} << 24)
            return error(errc::frame_too_large, "the abridged framing carries less than 64 MiB");
        auto const ask = std::byte{options.quick_ack ? std::uint8_t{0x80} : std::uint8_t{0}};
        if (words < 0x7f) {
            out.push_back(static_cast<std::byte>(words) | ask);
        } else {
            out.push_back(std::byte{0x7f} | ask);
            for (int shift = 0; shift != 24; shift += 8)
                out.push_back(static_cast<std::byte>(words >> shift));
        }
        detail::append(out, payload);
        return {};
    }

    /// The token goes out with its bytes reversed, so that the top bit comes first.
    [[nodiscard]] result<> encode_quick_ack(std::uint32_t token, std::vector<std::byte>& out) const
    {
        detail::append_be32(out, token | 0x80000000u);
        return {};
    }

    [[nodiscard]] result<decoded> decode(bytes_view input, std::size_t max_frame) const
    {
        if (input.empty())
            return decoded{.consumed = 0, .wanted = 1, .value = {}};
        auto const first = std::to_integer<unsigned>(input[0]);
        bool const top = (first & 0x80) != 0;
        if (top && side_ == side::client) {
            if (input.size() < 4)
                return decoded{.consumed = 0, .wanted = 4, .value = {}};
            return decoded{.consumed = 4, .wanted = 4, .value = {.quick_ack = detail::load_be32(input)}};
        }
        std::size_t header = 1;
        std::size_t words = first & 0x7f;
        if (words == 0x7f) {
            header = 4;
            if (input.size() < header)
                return decoded{.consumed = 0, .wanted = header, .value = {}};
            words = detail::load_le32(input) >> 8;
        }
        auto const size = words * 4;
        if (size > max_frame)
            return errc::frame_too_large;
        if (input.size() < header + size)
            return decoded{.consumed = 0, .wanted = header + size, .value = {}};
        decoded found{.consumed = header + size, .wanted = header + size, .value = {}};
        found.value.payload = input.subspan(header, size);
        found.value.wants_quick_ack = top;
        if (side_ == side::client && size == 4)
            found.value.transport_error = static_cast<std::int32_t>(detail::load_le32(found.value.payload));
        return found;
    }

private:
    side side_;
};

static_assert(framing<abridged>);

} // namespace mtproto::transport
