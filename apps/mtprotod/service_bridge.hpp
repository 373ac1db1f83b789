// The whole API as a server serves it.
#pragma once

#include <mtproto/proxy/api_bridge.hpp>

#include <memory>

namespace mtproto::daemon {

std::shared_ptr<const proxy::api_bridge> api_of_the_contract();

} // namespace mtproto::daemon
