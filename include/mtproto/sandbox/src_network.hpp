// The network side of the sandbox, compiled: include in exactly one translation unit of a program (or use src.hpp).
#pragma once

#include "mtproto/sandbox/detail/src_connections.hpp"
#include "mtproto/sandbox/detail/src_data_centre.hpp"
#include "mtproto/sandbox/detail/src_sessions.hpp"
