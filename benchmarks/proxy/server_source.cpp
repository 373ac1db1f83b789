#include <mtproto/proxy/src.hpp>
