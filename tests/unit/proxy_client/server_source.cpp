// The server that the client is tested against.
#include <mtproto/proxy/src.hpp>
