// TL bytes to values, and by way of protobuf; what is read is written as bytes that read the same.
#include "types.hpp"

#include <mtproto/tl/decode.hpp>
#include <mtproto/tl/encode.hpp>
#include <mtproto/tl/protobuf.hpp>

#include <vector>

namespace {

namespace tl = mtproto::tl;

template <class T>
void check(fuzz::bytes_view bytes)
{
    auto const value = tl::decode<T>(bytes);
    if (!value)
        return;
    auto const written = tl::encode(*value);
    fuzz::require(written.has_value(), "what was decoded cannot be encoded");
    auto const again = tl::decode<T>(*written);
    fuzz::require(again.has_value(), "what was encoded cannot be decoded");
    // Bytes, not values: a NaN differs from itself.
    fuzz::require(tl::encode(*again).value() == *written, "encoding is not stable");

    // Limits differ: protobuf may refuse what TL takes, but not change it.
    tl::protobuf_writer message;
    if (!tl::tl_to_protobuf<tl::shape_of<T>>(*written, message))
        return;
    tl::writer back;
    auto const ok = tl::protobuf_to_tl<tl::shape_of<T>>(message.view(), back);
    fuzz::require(ok.has_value(), "protobuf that we wrote is not read");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::with_type({data, size}, []<class T>(fuzz::bytes_view bytes) { check<T>(bytes); });
    return 0;
}
