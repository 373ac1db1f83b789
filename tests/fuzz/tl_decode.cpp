// TL bytes to values, and by way of protobuf; what is read is written as bytes that read the same.
#include "fuzz.hpp"

#include <mtproto/api/types/account.hpp>
#include <mtproto/api/types/core_c.hpp>
#include <mtproto/api/types/core_j.hpp>
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
    fuzz::input in(data, size);
    switch (in.byte() % 3) {
    case 0: check<mtproto::api::JSONValue>(in.rest()); break;
    case 1: check<mtproto::api::config>(in.rest()); break;
    default: check<mtproto::api::account::password>(in.rest()); break;
    }
    return 0;
}
