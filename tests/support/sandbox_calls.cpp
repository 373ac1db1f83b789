#include <mtproto/sandbox/src_calls.hpp>
