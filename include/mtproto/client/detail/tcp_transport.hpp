// The transport of a client that was not given another.
#pragma once

#include <mtproto/client/detail/any_transport.hpp>
#include <mtproto/client/options.hpp>
#include <mtproto/transport/tcp.hpp>

namespace mtproto::detail {

/// What the client's options ask for: TCP, direct or through an MTProxy.
inline std::unique_ptr<any_transport> make_tcp_transport(boost::asio::any_io_executor executor, const client_options& options,
                                                         int dc, crypto::random_source& random)
{
    transport::tcp_options tcp;
    tcp.framing = options.framing;
    tcp.obfuscated = options.obfuscated;
    tcp.secret = options.mtproxy_secret;
    tcp.dc_id = static_cast<std::int16_t>(dc);
    tcp.connect_timeout = options.connect_timeout;
    return std::make_unique<transport_model<transport::tcp>>(
        std::make_unique<transport::tcp>(std::move(executor), std::move(tcp), random));
}

} // namespace mtproto::detail
