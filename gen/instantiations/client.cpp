// The inside of a client, for those who only make calls.
#include <mtproto/client/detail/client_core.hpp>
#include <mtproto/client/detail/make_client_core.hpp>

namespace mtproto::detail {

std::shared_ptr<client_interface> make_client_core(const boost::asio::any_io_executor& executor, client_options options)
{
    return std::make_shared<client_core>(executor, std::move(options));
}

} // namespace mtproto::detail
