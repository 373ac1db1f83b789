// The types that the targets of TL and of protobuf read.
#pragma once

#include "fuzz.hpp"

#include <mtproto/api/types/account.hpp>
#include <mtproto/api/types/core_c.hpp>
#include <mtproto/api/types/core_j.hpp>

namespace fuzz {

/// Calls `check.operator()<T>(bytes)` with the type that the first byte picks and the bytes that follow it.
template <class Check>
void with_type(input in, Check check)
{
    switch (in.byte() % 3) {
    case 0: return check.template operator()<mtproto::api::JSONValue>(in.rest());
    case 1: return check.template operator()<mtproto::api::config>(in.rest());
    default: return check.template operator()<mtproto::api::account::password>(in.rest());
    }
}

} // namespace fuzz
