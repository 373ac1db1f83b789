// gzip_packed both ways. https://core.telegram.org/mtproto/service_messages#packed-object
#pragma once

#include "mtproto/crypto/gzip.hpp"
#include "mtproto/mt/mt.hpp"
#include "mtproto/tl/reader.hpp"
#include "mtproto/tl/writer.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace mtproto::session {

inline bool is_packed(tl::bytes_view object) noexcept
{
    return tl::reader(object).peek_id() == mt::gzip_packed::tl_id;
}

/// The object itself if it is not compressed, else what it inflates to, kept in `storage`.
///
/// Fails with errc::too_large beyond the limits, and with errc::bad_gzip if the data is malformed, or if it
/// holds another compressed object or a container: nothing honest nests them, and each level multiplies the
/// work.
inline result<tl::bytes_view> unpacked(tl::bytes_view object, std::vector<std::byte>& storage,
                                       const crypto::gzip_limits& limits)
{
    if (!is_packed(object))
        return object;
    tl::reader from(object);
    tl::bytes_view data;
    from.id();
    if (!from.string(data) || from.left() != 0)
        return error(errc::bad_gzip, "gzip_packed is malformed");
    auto inflated = crypto::gunzip(data, limits);
    if (!inflated)
        return inflated.error();
    storage = std::move(*inflated);
    auto const id = tl::reader(storage).peek_id();
    if (id == mt::gzip_packed::tl_id || id == mt::msg_container::tl_id)
        return error(errc::bad_gzip, "compressed data holds compressed data or a container");
    return tl::bytes_view(storage);
}

/// `object` as gzip_packed, if it has at least `threshold` bytes (0: never) and that makes it smaller.
inline std::optional<std::vector<std::byte>> packed(tl::bytes_view object, std::size_t threshold)
{
    if (threshold == 0 || object.size() < threshold || object.size() > tl::max_string_length)
        return std::nullopt;
    // Files and what is compressed or encrypted already: a piece tells, and costs a hundredth of the whole.
    static constexpr std::size_t piece = 4096;
    if (object.size() >= 16 * piece &&
        crypto::gzip(object.subspan(object.size() / 2, piece), 1).size() >= piece - piece / 16)
        return std::nullopt;
    auto const data = crypto::gzip(object, 1);
    auto const size = 4 + tl::string_size(data.size());
    if (size >= object.size())
        return std::nullopt;
    std::vector<std::byte> out(size);
    tl::writer to{std::span<std::byte>(out)};
    to.id(mt::gzip_packed::tl_id);
    to.string(data);
    return out;
}

} // namespace mtproto::session
