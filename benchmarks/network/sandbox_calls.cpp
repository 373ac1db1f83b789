// The data centre's calls, optimized: it is part of what is measured. The one heavy unit here.
#include <mtproto/sandbox/src_calls.hpp>
