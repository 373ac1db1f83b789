// Makes the inside of a client: compiled wherever a client is, or once in the library of ready instantiations.
#pragma once

#if defined(MTPROTO_API_INSTANTIATED)
#include <mtproto/client/detail/client_interface.hpp>
#else
#include <mtproto/client/detail/client_core.hpp>
#endif

#include <memory>
#include <utility>

namespace mtproto::detail {

#if defined(MTPROTO_API_INSTANTIATED)
std::shared_ptr<client_interface> make_client_core(const boost::asio::any_io_executor& executor, client_options options);
#else
/// A template, so that a unit in which no client is made has nothing of it to compile.
template <class Executor>
std::shared_ptr<client_interface> make_client_core(const Executor& executor, client_options options)
{
    return std::make_shared<client_core>(executor, std::move(options));
}
#endif

} // namespace mtproto::detail
