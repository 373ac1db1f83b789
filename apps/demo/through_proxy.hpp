// The second half of the conversation, through a gRPC proxy.
#pragma once

#include "stage.hpp"

#include <mtproto/client/calls.hpp>

#include <cstdint>
#include <string>

namespace mtproto::demo {

/// An account that is signed in.
struct party
{
    client& tg;
    std::string username;
    std::int64_t id;
};

/// Serves both accounts over gRPC on loopback, and lets them talk through it. A build without gRPC says so and does nothing.
/// The clients must outlive the task.
task<result<>> through_proxy(stage& out, party ada, party bob);

} // namespace mtproto::demo
