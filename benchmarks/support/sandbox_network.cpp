// The data centre's sessions and sockets, optimized as its calls are.
#include <mtproto/sandbox/src_network.hpp>
