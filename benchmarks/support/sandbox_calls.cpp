// The data centre's calls, optimized: their time is part of every answer that is measured.
#include <mtproto/sandbox/src_calls.hpp>
