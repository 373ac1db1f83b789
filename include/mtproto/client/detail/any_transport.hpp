// Any transport, with its type erased, and the function that makes one.
#pragma once

#include <mtproto/client/options.hpp>
#include <mtproto/client/task.hpp>
#include <mtproto/tl/types.hpp>
#include <mtproto/transport/tcp.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace mtproto::detail {

/// A transport::connection behind virtual calls: one per packet, beside which they cost nothing.
class any_transport
{
public:
    virtual ~any_transport() = default;
    virtual task<result<>> connect(transport::endpoint to) = 0;
    /// Several packets in one write, if the transport can. They must live until it is done.
    virtual task<result<>> send(std::span<const tl::bytes_view> packets) = 0;
    /// Every frame that has arrived, at least one; they are valid until the next receive.
    virtual task<result<>> receive(std::vector<transport::frame>& frames) = 0;
    virtual void close() noexcept = 0;
};

template <transport::connection T>
class transport_model final : public any_transport
{
public:
    explicit transport_model(std::unique_ptr<T> held) : held_(std::move(held)) {}
    task<result<>> connect(transport::endpoint to) override { return held_->connect(std::move(to)); }
    task<result<>> send(std::span<const tl::bytes_view> packets) override { return transport::send_all(*held_, packets); }
    task<result<>> receive(std::vector<transport::frame>& frames) override { return transport::receive_all(*held_, frames); }
    void close() noexcept override { held_->close(); }

private:
    std::unique_ptr<T> held_;
};

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
