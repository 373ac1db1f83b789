// The gRPC server's sources, and the API that it serves.

#include "service_bridge.hpp"

#include <mtproto/proxy/api_methods.hpp>
#include <mtproto/proxy/src.hpp>

namespace mtproto::daemon {

std::shared_ptr<const proxy::api_bridge> api_of_the_contract() { return std::make_shared<proxy::api_methods>(); }

} // namespace mtproto::daemon
