// What arrived together is received together.
#include "loopback.hpp"

#include <mtproto/transport/tcp.hpp>
#include <mtproto/transport/tcp_server.hpp>

#include <boost/asio/write.hpp>

using namespace transport_test;
using namespace mtproto::transport;
using mtproto::crypto::seeded_random;

namespace {

/// Forty packets in one write, received in pieces of as many as are there.
asio::awaitable<void> take_all(loopback& net, framing_kind kind, bool obfuscated, bool& done)
{
    seeded_random random(3);
    tcp_options options;
    options.framing = kind;
    options.obfuscated = obfuscated;
    tcp client(net.io.get_executor(), options, random);
    auto const up = co_await client.connect(net.here());
    REQUIRE(up.has_value());
    server_options serving;
    auto socket = co_await net.listener.async_accept(asio::use_awaitable);
    server_connection server(std::move(socket), serving, random);

    std::vector<bytes> packets;
    for (unsigned i = 0; i < 40; ++i)
        packets.push_back(packet(i % 7, i));
    std::vector<mtproto::transport::bytes_view> const views(packets.begin(), packets.end());
    auto const sent = co_await client.send(std::span(views));
    REQUIRE(sent.has_value());

    std::size_t received = 0;
    int receives = 0;
    std::vector<frame> frames;
    while (received < packets.size()) {
        auto const got = co_await server.receive_some(frames);
        REQUIRE(got.has_value());
        REQUIRE(!frames.empty());
        ++receives;
        for (auto const& one : frames) {
            auto const& wanted = packets.at(received++);
            REQUIRE(one.payload.size() >= wanted.size()); // a framing may pad
            REQUIRE(std::equal(wanted.begin(), wanted.end(), one.payload.begin()));
        }
    }
    CHECK(receives < 40);

    // A failure among what arrived comes after what was before it.
    client.close();
    auto const ended = co_await server.receive_some(frames);
    CHECK(ended.error().is(mtproto::errc::closed));
    CHECK(frames.empty());
    done = true;
}

} // namespace

TEST_CASE("what arrived together is received together", "[tcp]")
{
    for (auto const kind : {framing_kind::abridged, framing_kind::intermediate,
                            framing_kind::padded_intermediate, framing_kind::full})
        for (bool const obfuscated : {false, true}) {
            if (obfuscated && kind == framing_kind::full)
                continue;
            CAPTURE(to_string(kind), obfuscated);
            loopback net;
            bool done = false;
            net.spawn([&] { return take_all(net, kind, obfuscated, done); });
            net.run();
            CHECK(done);
        }
}
