// A failure is a value, and not to be lost.
// expect-gcc: ignoring return
// expect-clang: ignoring return value
#pragma GCC diagnostic error "-Wunused-result"
#include <mtproto/transport/secret.hpp>

void f()
{
#ifdef WRONG
    mtproto::transport::mtproxy_secret::parse("00");
#else
    (void)mtproto::transport::mtproxy_secret::parse("00");
#endif
}
