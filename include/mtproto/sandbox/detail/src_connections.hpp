// The data centre's connections: accepting, reading, writing, cutting.
#pragma once

#include "mtproto/sandbox/server.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace mtproto::sandbox::detail {

result<transport::endpoint> server::listen(const std::string& ip, std::uint16_t port, int dc)
{
    boost::system::error_code ec;
    auto const address = asio::ip::make_address(ip, ec);
    if (ec)
        return error(errc::bad_argument, "not an IP address: " + ip);
    auto acceptor = std::make_shared<tcp::acceptor>(strand_);
    tcp::endpoint where(address, port);
    {
        // Sessions that clients kept name the port of the run before.
        std::lock_guard const lock(mutex);
        for (auto const& one : at.former)
            if (port == 0 && one.ip == ip && one.dc == dc)
                where.port(one.port);
    }
    (void)acceptor->open(where.protocol(), ec);
    if (!ec)
        (void)acceptor->set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec && address.is_v6())
        (void)acceptor->set_option(asio::ip::v6_only(true), ec);
    if (!ec)
        (void)acceptor->bind(where, ec);
    if (ec && where.port() != port)
        (void)acceptor->bind({address, port}, ec); // it is taken
    if (!ec)
        (void)acceptor->listen(asio::socket_base::max_listen_connections, ec);
    if (ec)
        return error(ec, "cannot listen on " + transport::to_string({ip, port}));
    auto const bound = acceptor->local_endpoint(ec).port();
    {
        std::lock_guard const lock(mutex);
        at.addresses.push_back({ip, bound, dc});
        acceptors_.push_back(acceptor);
    }
    asio::co_spawn(strand_, accept(shared_from_this(), std::move(acceptor), dc), asio::detached);
    return transport::endpoint{ip, bound};
}

asio::awaitable<void> server::accept(std::shared_ptr<server> self, std::shared_ptr<tcp::acceptor> acceptor, int dc)
{
    for (;;) {
        boost::system::error_code ec;
        auto socket = co_await acceptor->async_accept(asio::redirect_error(asio::use_awaitable, ec));
        if (ec == asio::error::operation_aborted || !acceptor->is_open())
            co_return;
        if (ec)
            continue;
        (void)socket.set_option(tcp::no_delay(true), ec);
        connection_ptr with;
        {
            std::lock_guard const lock(self->mutex);
            if (self->stopped_)
                co_return;
            session::server_handshake_options exchange;
            exchange.key = &self->key_;
            exchange.clock = self->clock_;
            with = std::make_shared<connection>(std::move(socket), self->transport_, exchange, self->random_, dc);
            std::erase_if(self->connections_, [](auto const& c) { return c.expired(); });
            self->connections_.push_back(with);
        }
        asio::co_spawn(self->strand_, serve(self, with), asio::detached);
    }
}

asio::awaitable<void> server::serve(std::shared_ptr<server> self, connection_ptr with)
{
    std::vector<transport::frame> frames;
    for (bool going = true; going;) {
        auto const got = co_await with->stream.receive_some(frames);
        std::lock_guard const lock(self->mutex);
        if (!got && !got.error().is(errc::closed) && !got.error().is(errc::not_connected))
            self->log("connection ends: " + got.error().message());
        going = got.has_value();
        for (auto const& frame : frames)
            going = going && with->open && self->on_frame(with, frame);
        if (!going)
            self->close(with);
        self->arm();
    }
}

void server::close(const connection_ptr& which)
{
    which->open = false;
    which->stream.close();
    for (auto const& id : which->sessions)
        if (auto const found = sessions_.find(id); found != sessions_.end() && found->second.on.lock() == which) {
            found->second.on.reset();
            found->second.engine->disconnected(now());
        }
    which->sessions.clear();
}

void server::send(const connection_ptr& to, std::span<const bytes_view> packets)
{
    if (!to->open)
        return;
    // send() encodes before it returns, so the order of packets is that of the calls.
    asio::co_spawn(strand_, to->stream.send(packets), [to](std::exception_ptr, result<>) {});
}

/// A fault: what is sent in the meantime goes first.
void server::send_later(const connection_ptr& to, std::vector<std::byte> packet)
{
    auto const wait = std::chrono::milliseconds(1 + draw() % static_cast<std::uint64_t>((std::max)(faults_.delay_ms, 1)));
    auto const timer = std::make_shared<asio::steady_timer>(strand_, wait);
    timer->async_wait([weak = weak_from_this(), to, timer, packet = std::move(packet)](boost::system::error_code ec) {
        auto const self = weak.lock();
        if (ec || !self)
            return;
        std::lock_guard const lock(self->mutex);
        self->send(to, packet);
    });
}

/// https://core.telegram.org/mtproto/mtproto-transports#transport-errors
void server::fail(const connection_ptr& to, std::int32_t code)
{
    log("transport error " + std::to_string(code));
    asio::co_spawn(strand_, to->stream.send_transport_error(code), [to](std::exception_ptr, result<>) {});
}

void server::stop()
{
    asio::dispatch(strand_, [self = shared_from_this()] {
        std::lock_guard const lock(self->mutex);
        self->stopped_ = true;
        for (auto const& acceptor : self->acceptors_) {
            boost::system::error_code ignored;
            (void)acceptor->close(ignored);
        }
        self->acceptors_.clear();
        for (auto const& c : self->connections_)
            if (auto const open = c.lock())
                self->close(open);
        self->timer_.cancel();
    });
}

void server::cut_connections()
{
    asio::dispatch(strand_, [self = shared_from_this()] {
        std::lock_guard const lock(self->mutex);
        for (auto const& c : self->connections_)
            if (auto const open = c.lock())
                self->close(open);
    });
}

void server::rotate_salts()
{
    std::lock_guard const lock(mutex);
    for (auto& [id, salts] : salts_)
        salts.rotate(unix_now());
}

void server::wake()
{
    asio::post(strand_, [self = shared_from_this()] {
        std::lock_guard const lock(self->mutex);
        self->deliver(nullptr);
        self->arm();
    });
}

} // namespace mtproto::sandbox::detail
