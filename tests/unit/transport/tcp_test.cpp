// tcp and server_connection over loopback.
#include "loopback.hpp"

#include <mtproto/transport/padding.hpp>
#include <mtproto/transport/tcp.hpp>
#include <mtproto/transport/tcp_server.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

using namespace mtproto::transport;
using namespace transport_test;
using mtproto::errc;
using mtproto::crypto::seeded_random;
using socket_type = asio::ip::tcp::socket;

namespace {

/// Accepts one connection and echoes its packets, twice each and in one write, until it closes.
asio::awaitable<void> echo(asio::ip::tcp::acceptor& listener, server_options options)
{
    seeded_random random(11);
    auto socket = co_await listener.async_accept(asio::use_awaitable);
    server_connection peer(std::move(socket), std::move(options), random);
    for (;;) {
        auto const got = co_await peer.receive();
        if (!got) {
            CHECK(got.error().is(errc::closed));
            co_return;
        }
        auto const body = copy(*strip_padding(got->payload));
        auto const twice = list(bytes_view(body), bytes_view(body));
        auto const sent = co_await peer.send(twice);
        CHECK(sent.has_value());
        if (got->wants_quick_ack) {
            auto const acked = co_await peer.send_quick_ack(7);
            CHECK(acked.has_value());
        }
    }
}

asio::awaitable<void> talk(loopback& net, tcp_options options)
{
    seeded_random random(12);
    tcp client(net.io.get_executor(), std::move(options), random);
    auto const connected = co_await client.connect(net.here());
    REQUIRE(connected.has_value());
    for (unsigned i = 1; i != 30; ++i) {
        auto const body = packet(i == 7 ? 70000 : i, i);
        auto const sent = co_await client.send(body);
        REQUIRE(sent.has_value());
        for (int copies = 0; copies != 2; ++copies) {
            auto const got = co_await client.receive();
            REQUIRE(got.has_value());
            bool const same = copy(*strip_padding(got->payload)) == body;
            CHECK(same);
        }
    }
    client.close();
    auto const after = co_await client.send(packet(1, 1));
    CHECK(after.error().is(errc::not_connected));
    auto const none = co_await client.receive();
    CHECK(none.error().is(errc::not_connected));
}

std::vector<tcp_options> all_options()
{
    mtproxy_secret secret;
    secret.key.mutable_view()[3] = std::byte{9};
    std::vector<tcp_options> out;
    for (auto kind : {framing_kind::abridged, framing_kind::intermediate, framing_kind::padded_intermediate,
                      framing_kind::full}) {
        tcp_options options;
        options.framing = kind;
        out.push_back(options);
        if (kind == framing_kind::full)
            continue;
        options.obfuscated = true;
        out.push_back(options);
        options.secret = secret;
        out.push_back(options);
    }
    return out;
}

void round_trips(const char* host)
{
    for (auto const& options : all_options()) {
        CAPTURE(to_string(options.framing), options.obfuscated, options.secret.has_value());
        loopback net(host);
        server_options server;
        if (options.secret)
            server.secrets = {*options.secret};
        net.spawn([&] { return echo(net.listener, server); });
        net.spawn([&] { return talk(net, options); });
        net.run();
    }
}

asio::awaitable<void> write_all(socket_type& socket, bytes data)
{
    co_await asio::async_write(socket, asio::buffer(data), asio::use_awaitable);
}

/// A connected pair: a client by the library and a raw socket.
struct pair
{
    explicit pair(tcp_options options = {}) : client(net.io.get_executor(), std::move(options), random) {}

    asio::awaitable<void> open()
    {
        auto const connected = co_await client.connect(net.here());
        REQUIRE(connected.has_value());
        raw.emplace(co_await net.listener.async_accept(asio::use_awaitable));
    }

    loopback net;
    seeded_random random{13};
    tcp client;
    std::optional<socket_type> raw;
};

} // namespace

TEST_CASE("packets cross IPv4 loopback in every opening", "[tcp]") { round_trips("127.0.0.1"); }

TEST_CASE("packets cross IPv6 loopback in every opening", "[tcp]")
{
    try {
        loopback probe("::1");
    } catch (const boost::system::system_error& e) {
        WARN("skipped, this machine has no ::1: " << e.what());
        return;
    }
    round_trips("::1");
}

TEST_CASE("a peer may write one byte at a time", "[tcp]")
{
    pair p;
    p.net.spawn([&]() -> asio::awaitable<void> {
        co_await p.open();
        auto const sent = co_await p.client.send(packet(1, 1));
        CHECK(sent.has_value());
        p.raw->set_option(asio::ip::tcp::no_delay(true));
        p.net.spawn([&]() -> asio::awaitable<void> {
            bytes wire;
            abridged server(side::server);
            CHECK(server.encode(packet(2, 2), wire).has_value());
            CHECK(server.encode(packet(40, 3), wire).has_value());
            for (auto b : wire) {
                bytes const one(1, b);
                co_await write_all(*p.raw, one);
            }
        });
        for (auto const& body : list(packet(2, 2), packet(40, 3))) {
            auto const got = co_await p.client.receive();
            REQUIRE(got.has_value());
            CHECK(copy(got->payload) == body);
        }
    });
    p.net.run();
}

TEST_CASE("a peer that goes away is told apart from one that goes in the middle of a frame", "[tcp]")
{
    for (bool inside : {false, true}) {
        pair p;
        p.net.spawn([&]() -> asio::awaitable<void> {
            co_await p.open();
            co_await write_all(*p.raw, bytes(1, std::byte{10}) + pattern(inside ? 39 : 40));
            p.raw->close();
            if (!inside) {
                auto const got = co_await p.client.receive();
                CHECK(got.has_value());
            }
            auto const end = co_await p.client.receive();
            REQUIRE(end.has_error());
            CHECK(end.error().is(errc::closed));
            CHECK(end.error().text().empty() != inside);
        });
        p.net.run();
    }
}

TEST_CASE("transport errors, quick acknowledgements and refused frames", "[tcp]")
{
    pair p({{.framing = framing_kind::intermediate, .max_frame = 1000}});
    p.net.spawn([&]() -> asio::awaitable<void> {
        co_await p.open();
        server_connection server(std::move(*p.raw), {}, p.random);
        auto const early = co_await server.send(packet(1, 1));
        CHECK(early.error().is(errc::not_connected));
        auto sent = co_await p.client.send_quick_ack(packet(1, 1));
        CHECK(sent.has_value());
        auto const asked = co_await server.receive();
        REQUIRE(asked.has_value());
        CHECK(asked->wants_quick_ack);
        sent = co_await server.send_quick_ack(5);
        CHECK(sent.has_value());
        sent = co_await server.send_transport_error(-404);
        CHECK(sent.has_value());
        sent = co_await server.send(pattern(1004));
        CHECK(sent.has_value());
        auto got = co_await p.client.receive();
        REQUIRE(got.has_value());
        CHECK(got->quick_ack == 0x80000005u);
        got = co_await p.client.receive();
        REQUIRE(got.has_value());
        CHECK(got->transport_error == -404);
        got = co_await p.client.receive();
        REQUIRE(got.has_error());
        CHECK(got.error().is(errc::frame_too_large));
    });
    p.net.run();
}

TEST_CASE("a packet that cannot be framed harms nothing", "[tcp]")
{
    pair p;
    p.net.spawn([&]() -> asio::awaitable<void> {
        co_await p.open();
        auto sent = co_await p.client.send(pattern(41));
        CHECK(sent.error().is(errc::bad_argument));
        auto const one = packet(1, 1);
        auto const odd = pattern(3);
        auto const batch = list(bytes_view(one), bytes_view(odd));
        sent = co_await p.client.send(batch);
        CHECK(sent.error().is(errc::bad_argument));
        sent = co_await p.client.send(packet(2, 2));
        CHECK(sent.has_value());
        server_connection server(std::move(*p.raw), {}, p.random);
        for (auto const& body : list(packet(1, 1), packet(2, 2))) {
            auto const got = co_await server.receive();
            REQUIRE(got.has_value());
            CHECK(copy(got->payload) == body);
        }
    });
    p.net.run();
}

TEST_CASE("a cancelled receive loses nothing, close ends a receive", "[tcp]")
{
    pair p;
    asio::cancellation_signal cancel;
    asio::steady_timer timer(p.net.io);
    int done = 0;
    auto const receive_once = [&](errc expected) -> asio::awaitable<void> {
        auto const got = co_await p.client.receive();
        REQUIRE(got.has_error());
        CHECK(got.error().is(expected));
        ++done;
    };
    p.net.spawn([&]() -> asio::awaitable<void> {
        co_await p.open();
        auto const body = packet(2, 2);
        co_await write_all(*p.raw, bytes(1, std::byte{14}) + bytes(body.begin(), body.begin() + 20));
        asio::co_spawn(p.net.io, receive_once(errc::cancelled),
                       asio::bind_cancellation_slot(cancel.slot(), asio::detached));
        timer.expires_after(std::chrono::milliseconds(20));
        co_await timer.async_wait(asio::use_awaitable);
        cancel.emit(asio::cancellation_type::terminal);
        timer.expires_after(std::chrono::milliseconds(5));
        co_await timer.async_wait(asio::use_awaitable);
        CHECK(done == 1);
        CHECK(p.client.is_open());
        co_await write_all(*p.raw, bytes(body.begin() + 20, body.end()));
        auto const got = co_await p.client.receive();
        REQUIRE(got.has_value());
        CHECK(copy(got->payload) == body);

        asio::co_spawn(p.net.io, receive_once(errc::not_connected), asio::detached);
        timer.expires_after(std::chrono::milliseconds(5));
        co_await timer.async_wait(asio::use_awaitable);
        p.client.close();
        timer.expires_after(std::chrono::milliseconds(5));
        co_await timer.async_wait(asio::use_awaitable);
        CHECK(done == 2);

        // The same object connects again.
        co_await p.open();
        co_await write_all(*p.raw, bytes(1, std::byte{14}) + body);
        auto const again = co_await p.client.receive();
        CHECK(again.has_value());
    });
    p.net.run();
}

TEST_CASE("a cancelled send closes, sends that meet share a write", "[tcp]")
{
    pair p;
    asio::cancellation_signal cancel;
    asio::steady_timer timer(p.net.io);
    int done = 0;
    auto const big = packet(1 << 19, 1); // more than the socket buffers take
    auto const send_big = [&](bool succeeds) -> asio::awaitable<void> {
        auto const sent = co_await p.client.send(big);
        if (succeeds)
            CHECK(sent.has_value());
        else
            CHECK(sent.error().is(errc::cancelled));
        ++done;
    };
    p.net.spawn([&]() -> asio::awaitable<void> {
        co_await p.open();
        asio::co_spawn(p.net.io, send_big(true), asio::detached);
        timer.expires_after(std::chrono::milliseconds(20));
        co_await timer.async_wait(asio::use_awaitable);
        CHECK(done == 0);
        auto const small = co_await p.client.send(packet(1, 2)); // joins the write that is under way
        CHECK(small.has_value());
        server_connection server(std::move(*p.raw), {}, p.random);
        auto got = co_await server.receive();
        REQUIRE(got.has_value());
        CHECK(got->payload.size() == big.size());
        got = co_await server.receive();
        REQUIRE(got.has_value());
        CHECK(copy(got->payload) == packet(1, 2));
        CHECK(done == 1);

        asio::co_spawn(p.net.io, send_big(false),
                       asio::bind_cancellation_slot(cancel.slot(), asio::detached));
        timer.expires_after(std::chrono::milliseconds(20));
        co_await timer.async_wait(asio::use_awaitable);
        cancel.emit(asio::cancellation_type::terminal);
        timer.expires_after(std::chrono::milliseconds(5));
        co_await timer.async_wait(asio::use_awaitable);
        CHECK(done == 2);
        CHECK_FALSE(p.client.is_open());
    });
    p.net.run();
}

TEST_CASE("connecting fails with words", "[tcp]")
{
    loopback net;
    seeded_random random(14);
    net.spawn([&]() -> asio::awaitable<void> {
        tcp client(net.io.get_executor(), {}, random);
        auto const where = net.here();
        net.listener.close();
        auto connected = co_await client.connect(where);
        REQUIRE(connected.has_error());
        CHECK(connected.error().is(errc::connect_failed));
        CHECK(connected.error().text().find(to_string(where)) != std::string::npos);
        CHECK_FALSE(client.is_open());

        endpoint const nowhere{"no such host", 443};
        connected = co_await client.connect(nowhere);
        CHECK(connected.error().is(errc::resolve_failed));

        tcp_options options;
        options.framing = framing_kind::full;
        options.obfuscated = true;
        tcp contradictory(net.io.get_executor(), options, random);
        connected = co_await contradictory.connect(where);
        CHECK(connected.error().is(errc::bad_argument));
    });
    net.run();
}

TEST_CASE("connecting gives up in time and when it is cancelled", "[tcp]")
{
    // A listener whose queue is full answers no further connection.
    loopback net;
    net.listener.listen(0);
    std::vector<socket_type> fillers;
    for (int i = 0; i != 8; ++i) {
        fillers.emplace_back(net.io);
        fillers.back().async_connect(net.listener.local_endpoint(), [](boost::system::error_code) {});
    }
    net.io.run_for(std::chrono::milliseconds(10));
    net.io.restart();
    seeded_random random(15);
    asio::cancellation_signal cancel;
    int done = 0;
    auto const attempt = [&](errc expected, std::chrono::milliseconds limit) -> asio::awaitable<void> {
        tcp_options options;
        options.connect_timeout = limit;
        tcp client(net.io.get_executor(), options, random);
        auto const connected = co_await client.connect(net.here());
        REQUIRE(connected.has_error());
        CHECK(connected.error().is(expected));
        ++done;
    };
    asio::co_spawn(net.io, attempt(errc::connect_failed, std::chrono::milliseconds(30)), asio::detached);
    asio::co_spawn(net.io, attempt(errc::cancelled, std::chrono::seconds(15)),
                   asio::bind_cancellation_slot(cancel.slot(), asio::detached));
    asio::steady_timer timer(net.io, std::chrono::milliseconds(40));
    timer.async_wait([&](boost::system::error_code) {
        cancel.emit(asio::cancellation_type::terminal);
        fillers.clear();
    });
    net.run();
    CHECK(done == 2);
}

namespace {

/// The least that a transport of one's own needs.
struct own_transport
{
    asio::awaitable<mtproto::result<>> connect(endpoint) { co_return mtproto::result<>{}; }
    asio::awaitable<mtproto::result<>> send(bytes_view packet)
    {
        sizes.push_back(packet.size());
        return done(sizes.size());
    }
    asio::awaitable<mtproto::result<frame>> receive() { co_return errc::closed; }
    void close() noexcept {}

    static asio::awaitable<mtproto::result<>> done(std::size_t calls)
    {
        if (calls == 3)
            co_return errc::closed;
        co_return mtproto::result<>{};
    }

    std::vector<std::size_t> sizes{};
};
static_assert(connection<own_transport>);
static_assert(!connection<server_connection>);

} // namespace

TEST_CASE("a batch goes through a transport without batches, up to its first failure", "[tcp]")
{
    loopback net;
    own_transport own;
    net.spawn([&]() -> asio::awaitable<void> {
        auto const data = pattern(8);
        auto const view = bytes_view(data);
        auto const batch = list(view.first(1), view.first(2), view.first(3), view.first(4));
        auto const sent = co_await send_all(own, batch);
        CHECK(sent.error().is(errc::closed));
        CHECK(own.sizes.size() == 3);
    });
    net.run();
}
