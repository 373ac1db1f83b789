// A client of Telegram: one account, typed calls, updates; and all that one is made of.
#pragma once

#include <mtproto/client/calls.hpp>
#include <mtproto/client/detail/make_client_core.hpp>
#include <mtproto/client/transport.hpp>

namespace mtproto {

template <detail::has_executor Where>
client::client(Where&& where, client_options options)
    : core_(detail::make_client_core(detail::executor_of(where), std::move(options)))
{
}

} // namespace mtproto
