// Any transport, with its type erased.
#pragma once

#include <mtproto/client/task.hpp>
#include <mtproto/tl/types.hpp>
#include <mtproto/transport/concepts.hpp>
#include <mtproto/transport/endpoint.hpp>

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

} // namespace mtproto::detail
