#include "pump.hpp"

#include <mtproto/client/client.hpp>
#include <mtproto/proxy/update_pump.hpp>

namespace proxy_test {

mtproto::task<mtproto::result<>> pump(mtproto::client& tg, mtproto::proxy::server& to, std::string name)
{
    return mtproto::proxy::pump_updates(tg, to, std::move(name));
}

} // namespace proxy_test
