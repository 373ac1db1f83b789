#include <mtproto/sandbox/src_network.hpp>
