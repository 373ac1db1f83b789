// Protobuf bytes to TL, as a caller of the proxy sends them; what is taken must be TL that decodes.
#include "types.hpp"

#include <mtproto/tl/decode.hpp>
#include <mtproto/tl/protobuf.hpp>

namespace {

template <class T>
void check(fuzz::bytes_view bytes)
{
    namespace tl = mtproto::tl;
    tl::writer to;
    if (!tl::protobuf_to_tl<tl::shape_of<T>>(bytes, to) || !to.ok())
        return;
    fuzz::require(tl::decode<T>(to.view()).has_value(), "protobuf became TL that cannot be decoded");
    tl::protobuf_writer message;
    fuzz::require(tl::tl_to_protobuf<tl::shape_of<T>>(to.view(), message).has_value(), "TL that came from protobuf does not go back");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::with_type({data, size}, []<class T>(fuzz::bytes_view bytes) { check<T>(bytes); });
    return 0;
}
