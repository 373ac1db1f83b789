// Compiles the updates of the API, so nothing else stands here.

#include "pump.hpp"

#include <mtproto/proxy/update_pump.hpp>

namespace mtproto::daemon {

task<void> publish_updates(client& tg, proxy::server& to, std::string account, std::function<void(const error&)> failed)
{
    auto pumping = proxy::pump_updates(tg, to, std::move(account), std::move(failed));
    (void)co_await std::move(pumping);
}

} // namespace mtproto::daemon
