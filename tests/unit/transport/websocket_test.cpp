// websocket, websocket_server_connection and any_server_connection over loopback.
#include "loopback.hpp"

#include <mtproto/transport/any_server.hpp>
#include <mtproto/transport/padding.hpp>
#include <mtproto/transport/tcp.hpp>
#include <mtproto/transport/websocket.hpp>

using namespace mtproto::transport;
using namespace transport_test;
using mtproto::errc;
using mtproto::crypto::seeded_random;

namespace {

/// Echoes until the client goes.
asio::awaitable<void> echo(asio::ip::tcp::acceptor& listener, bool websocket_expected,
                           errc end = errc::closed)
{
    seeded_random random(21);
    auto socket = co_await listener.async_accept(asio::use_awaitable);
    any_server_connection peer(std::move(socket), {}, random);
    for (;;) {
        auto const got = co_await peer.receive();
        if (!got) {
            CHECK(got.error().is(end));
            co_return;
        }
        CHECK(peer.is_websocket() == websocket_expected);
        auto const body = copy(*strip_padding(got->payload));
        auto const sent = co_await peer.send(body);
        CHECK(sent.has_value());
    }
}

template <connection Client>
asio::awaitable<void> talk(Client& client, endpoint to)
{
    auto const connected = co_await client.connect(to);
    REQUIRE(connected.has_value());
    for (unsigned i = 1; i != 20; ++i) {
        auto const body = packet(i == 7 ? 70000 : i, i);
        auto const sent = co_await client.send(body);
        REQUIRE(sent.has_value());
        auto const got = co_await client.receive();
        REQUIRE(got.has_value());
        bool const same = copy(*strip_padding(got->payload)) == body;
        CHECK(same);
    }
    client.close();
    auto const after = co_await client.receive();
    CHECK(after.error().is(errc::not_connected));
}

asio::awaitable<void> ask(endpoint to, std::string request, std::string& answer)
{
    auto const executor = co_await asio::this_coro::executor;
    asio::ip::tcp::socket socket(executor);
    co_await socket.async_connect({asio::ip::make_address(to.host), to.port}, asio::use_awaitable);
    co_await asio::async_write(socket, asio::buffer(request), asio::use_awaitable);
    boost::system::error_code ec;
    char room[1024];
    while (!ec && answer.find("\r\n\r\n") == std::string::npos) {
        auto const size = co_await socket.async_read_some(asio::buffer(room),
                                                          asio::redirect_error(asio::use_awaitable, ec));
        answer.append(room, size);
    }
}

} // namespace

TEST_CASE("packets cross a WebSocket in every framing that can be obfuscated", "[websocket]")
{
    for (auto kind :
         {framing_kind::abridged, framing_kind::intermediate, framing_kind::padded_intermediate}) {
        loopback net;
        seeded_random random(22);
        websocket_options options;
        options.framing = kind;
        websocket client(net.io.get_executor(), options, random);
        net.spawn([&] { return echo(net.listener, true); });
        net.spawn([&] { return talk(client, net.here()); });
        net.run();
    }
}

TEST_CASE("a port for everything takes TCP as well", "[websocket]")
{
    loopback net;
    seeded_random random(23);
    tcp client(net.io.get_executor(), {}, random);
    net.spawn([&] { return echo(net.listener, false); });
    net.spawn([&] { return talk(client, net.here()); });
    net.run();
}

TEST_CASE("the answer to an upgrade names the subprotocol that browsers ask for", "[websocket]")
{
    loopback net;
    std::string answer;
    std::string const request =
        "GET /apiws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Protocol: binary\r\n\r\n";
    net.spawn([&] { return echo(net.listener, true); });
    net.spawn([&] { return ask(net.here(), request, answer); });
    net.run();
    CHECK(answer.starts_with("HTTP/1.1 101"));
    CHECK(answer.find("Sec-WebSocket-Protocol: binary") != std::string::npos);
    // RFC 6455, section 1.3.
    CHECK(answer.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") != std::string::npos);
}

TEST_CASE("HTTP that is no WebSocket is refused", "[websocket]")
{
    for (std::string const request :
         {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "POST /api HTTP/1.1\r\n\r\n", "GET nonsense\r\n\r\n"}) {
        loopback net;
        std::string answer;
        net.spawn([&] { return echo(net.listener, true, errc::bad_frame); });
        net.spawn([&] { return ask(net.here(), request, answer); });
        net.run();
    }
}

TEST_CASE("a server that speaks no WebSocket fails the connection with words", "[websocket]")
{
    loopback net;
    seeded_random random(24);
    websocket client(net.io.get_executor(), {}, random);
    net.spawn([&]() -> asio::awaitable<void> {
        auto socket = co_await net.listener.async_accept(asio::use_awaitable);
        std::string const no = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
        co_await asio::async_write(socket, asio::buffer(no), asio::use_awaitable);
    });
    net.spawn([&]() -> asio::awaitable<void> {
        auto const connected = co_await client.connect(net.here());
        CHECK(connected.error().is(errc::connect_failed));
        CHECK_FALSE(client.is_open());
    });
    net.run();
}
