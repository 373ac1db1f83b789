// gzip_packed: inflating what a peer sent within limits, deflating what we send.
#pragma once

#include <mtproto/crypto/bytes.hpp>

#include <zlib.h>

#include <algorithm>
#include <bit>
#include <climits>
#include <new>

namespace mtproto::crypto {

/// How much a compressed message may grow. A few kilobytes can inflate to megabytes: never inflate without a
/// cap.
struct gzip_limits
{
    std::size_t max_output = std::size_t(16) << 20; ///< bytes; the largest message there is
    std::size_t max_ratio = 512; ///< output per input byte, once the output exceeds free_output
    std::size_t free_output = std::size_t(1) << 20; ///< bytes that are allowed whatever the ratio
};

/// Inflates one gzip or zlib stream (some clients send zlib).
/// https://core.telegram.org/mtproto/service_messages#packed-object Fails with errc::bad_gzip on malformed,
/// cut or trailing data, errc::too_large when a limit is passed.
inline result<bytes> gunzip(bytes_view data, const gzip_limits& limits = {})
{
    if (data.size() > UINT_MAX)
        return error(errc::too_large, "compressed data is longer than 4 GiB");
    auto allowed = (std::min<std::size_t>)(limits.max_output, UINT_MAX);
    if (limits.max_ratio == 0 || data.size() < allowed / limits.max_ratio)
        allowed = (std::min)(allowed, (std::max)(limits.free_output, data.size() * limits.max_ratio));

    z_stream stream{};
    if (inflateInit2(&stream, MAX_WBITS + 32) != Z_OK) // 32: tell gzip from zlib by the header
        return errc::bad_gzip;
    struct closer
    {
        z_stream* stream;
        ~closer() { inflateEnd(stream); }
    } const close{&stream};

    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(data.data()));
    stream.avail_in = static_cast<uInt>(data.size());
    bytes out((std::min)(allowed, (std::max<std::size_t>)(1024, data.size() * 4)));
    std::size_t size = 0;
    for (;;) {
        stream.next_out = reinterpret_cast<Bytef*>(out.data() + size);
        stream.avail_out = static_cast<uInt>(out.size() - size);
        int const status = inflate(&stream, Z_NO_FLUSH);
        size = out.size() - stream.avail_out;
        if (status == Z_STREAM_END)
            break;
        if ((status != Z_OK && status != Z_BUF_ERROR) || stream.avail_out != 0)
            return errc::bad_gzip; // malformed, or the input ended early
        if (out.size() == allowed) {
            // full to the limit: a stream that ends exactly here has nothing more to give
            std::byte probe{};
            stream.next_out = reinterpret_cast<Bytef*>(&probe);
            stream.avail_out = 1;
            if (inflate(&stream, Z_NO_FLUSH) == Z_STREAM_END && stream.avail_out == 1)
                break;
            if (stream.avail_out == 1)
                return errc::bad_gzip;
            return error(errc::too_large, "compressed data inflates beyond the limit");
        }
        out.resize((std::min)(allowed, out.size() * 2));
    }
    if (stream.avail_in != 0)
        return error(errc::bad_gzip, "bytes follow the compressed data");
    out.resize(size);
    return out;
}

/// Deflates into the gzip format. `level` is zlib's, 1 fastest to 9 smallest. `data` is at most 4 GiB.
inline bytes gzip(bytes_view data, int level = Z_DEFAULT_COMPRESSION)
{
    z_stream stream{};
    // zlib takes a quarter of a megabyte for its largest window, and clears much of it: a short text needs
    // little.
    auto const window = std::clamp(static_cast<int>(std::bit_width(data.size())), 10, MAX_WBITS);
    if (deflateInit2(&stream, level, Z_DEFLATED, window + 16, (std::min)(window - 6, 8), Z_DEFAULT_STRATEGY) !=
        Z_OK)
        throw std::bad_alloc();
    bytes out(deflateBound(&stream, static_cast<uLong>(data.size())));
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(data.data()));
    stream.avail_in = static_cast<uInt>(data.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH); // cannot fail: deflateBound made room for everything
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

} // namespace mtproto::crypto
