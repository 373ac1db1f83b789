// gunzip: malformed, cut and greedy streams; what inflates must deflate and inflate to the same again.
#include "fuzz.hpp"

#include <mtproto/crypto/gzip.hpp>

#include <algorithm>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace mtproto::crypto;
    fuzz::input in(data, size);
    gzip_limits limits;
    limits.max_output = 1 + in.half() * 16;
    auto const out = gunzip(in.rest(), limits);
    if (!out)
        return 0;
    fuzz::require(out->size() <= limits.max_output, "more bytes than the limit");
    auto const again = gunzip(gzip(*out), {});
    fuzz::require(again && *again == *out, "deflating and inflating changed the bytes");
    return 0;
}
