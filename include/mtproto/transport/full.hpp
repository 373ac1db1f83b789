// The full framing: length, sequence number and CRC32 of every packet.
#pragma once

#include <mtproto/transport/detail/endian.hpp>
#include <mtproto/transport/framing.hpp>

#include <zlib.h>

namespace mtproto::transport {

/// https://core.telegram.org/mtproto/mtproto-transports#full
///
/// Both directions count their packets from 0. A wrong number or checksum fails with errc::bad_frame.
/// Cannot be obfuscated and knows no quick acknowledgements.
class full
{
public:
    static constexpr std::size_t overhead = 12;

    explicit full(side own_side) noexcept : side_(own_side) {}

    static constexpr framing_kind kind() noexcept { return framing_kind::full; }

    void start(std::vector<std::byte>&) const {}

    /// Fails with errc::bad_argument if the payload is not a multiple of 4 bytes or a quick ack is asked for.
    [[nodiscard]] result<> encode(bytes_view payload, std::vector<std::byte>& out, frame_options options = {})
    {
        if (payload.size() % 4 != 0)
            return error(errc::bad_argument, "the full framing carries multiples of 4 bytes");
        if (options.quick_ack)
            return error(errc::bad_argument, "the full framing knows no quick acknowledgements");
        if (payload.size() >= 0x7ffffff0u)
            return errc::frame_too_large;
        auto const at = out.size();
        detail::append_le32(out, static_cast<std::uint32_t>(payload.size() + overhead));
        detail::append_le32(out, sent_++);
        detail::append(out, payload);
        detail::append_le32(out, checksum(bytes_view(out).subspan(at)));
        return {};
    }

    [[nodiscard]] result<> encode_quick_ack(std::uint32_t, std::vector<std::byte>&) const
    {
        return error(errc::bad_argument, "the full framing knows no quick acknowledgements");
    }

    [[nodiscard]] result<decoded> decode(bytes_view input, std::size_t max_frame)
    {
        if (input.size() < 4)
            return decoded{.consumed = 0, .wanted = 4, .value = {}};
        auto const length = detail::load_le32(input);
        if ((length & 0x80000000u) != 0 && side_ == side::client) {
            // Servers have been seen to answer with the bare number of the error instead of a frame.
            decoded found{.consumed = 4, .wanted = 4, .value = {}};
            found.value.payload = input.first(4);
            found.value.transport_error = static_cast<std::int32_t>(length);
            return found;
        }
        if (length < overhead || length % 4 != 0)
            return error(errc::bad_frame, "impossible length of a full frame");
        if (length - overhead > max_frame)
            return errc::frame_too_large;
        if (input.size() >= 8 && detail::load_le32(input.subspan(4)) != received_)
            return error(errc::bad_frame, "wrong sequence number of a full frame");
        if (input.size() < length)
            return decoded{.consumed = 0, .wanted = length, .value = {}};
        auto const body = input.first(length - 4);
        if (detail::load_le32(input.subspan(length - 4)) != checksum(body))
            return error(errc::bad_frame, "wrong checksum of a full frame");
        ++received_;
        decoded found{.consumed = length, .wanted = length, .value = {}};
        found.value.payload = body.subspan(8);
        if (side_ == side::client && found.value.payload.size() == 4)
            found.value.transport_error = static_cast<std::int32_t>(detail::load_le32(found.value.payload));
        return found;
    }

private:
    static std::uint32_t checksum(bytes_view bytes) noexcept
    {
        // Frames are below 2 GiB, so the length fits zlib's uInt.
        return static_cast<std::uint32_t>(
            ::crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
    }

    side side_;
    std::uint32_t sent_ = 0;
    std::uint32_t received_ = 0;
};

static_assert(framing<full>);

} // namespace mtproto::transport
