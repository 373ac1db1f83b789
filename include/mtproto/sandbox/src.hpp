// The sandbox, compiled: include in exactly one translation unit of a program.
//
// Where two units compile faster than one, include src_calls.hpp in one and src_network.hpp in the other.
#pragma once

#include "mtproto/sandbox/src_calls.hpp"
#include "mtproto/sandbox/src_network.hpp"
