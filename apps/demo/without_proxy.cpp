// The build found no gRPC.
#include "through_proxy.hpp"

namespace mtproto::demo {

task<result<>> through_proxy(stage& out, party, party)
{
    out.chapter("Through the proxy");
    out.note("left out: this build has no gRPC (see `meson configure`, option proxy)");
    co_return result<>{};
}

} // namespace mtproto::demo
