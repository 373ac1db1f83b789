// What protobuf from outside may cost.
#pragma once

#include <cstddef>

namespace mtproto::tl {

/// Limits of reading protobuf.
struct protobuf_limits
{
    int depth = 64;                               ///< constructors within constructors
    std::size_t tl_bytes = std::size_t{64} << 20; ///< of TL that is made; a few bytes can describe many fields
};

} // namespace mtproto::tl
