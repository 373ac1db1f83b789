// The large unit apart: all of Update is compiled in it.
#pragma once

#include <mtproto/client/task.hpp>
#include <mtproto/proxy/server.hpp>

#include <string>

namespace mtproto {
class client;
}

namespace proxy_test {

mtproto::task<mtproto::result<>> pump(mtproto::client& tg, mtproto::proxy::server& to, std::string name);

} // namespace proxy_test
