// Another transport for a client than TCP.
#pragma once

#include <mtproto/client/detail/any_transport.hpp>
#include <mtproto/client/options.hpp>

#include <boost/asio/any_io_executor.hpp>

namespace mtproto {

/// `options.make_transport = use_transport(f)`: the client then talks through what `f(executor, dc, random)` makes, a
/// std::unique_ptr to a model of transport::connection. `random` outlives it.
template <class Factory>
detail::transport_factory use_transport(Factory factory)
{
    return [factory = std::move(factory)](boost::asio::any_io_executor strand, const client_options&, int dc,
                                          crypto::random_source& random) -> std::unique_ptr<detail::any_transport> {
        auto made = factory(std::move(strand), dc, random);
        using transport_type = typename decltype(made)::element_type;
        static_assert(transport::connection<transport_type>,
                      "a transport has connect, send, receive and close: see transport/concepts.hpp");
        return std::make_unique<detail::transport_model<transport_type>>(std::move(made));
    };
}

} // namespace mtproto
