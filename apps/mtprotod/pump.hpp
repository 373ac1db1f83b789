// The updates of a client on their way to the server's listeners.
#pragma once

#include <mtproto/client/calls.hpp>
#include <mtproto/proxy/server.hpp>

#include <functional>
#include <string>

namespace mtproto::daemon {

/// Until the client is closed; `failed` hears of what goes wrong before it is tried again.
task<void> publish_updates(client& tg, proxy::server& to, std::string account, std::function<void(const error&)> failed);

} // namespace mtproto::daemon
