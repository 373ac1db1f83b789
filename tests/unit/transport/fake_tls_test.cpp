// fake_tls, alone and inside the stream codecs and a TCP connection.
#include "loopback.hpp"

#include <mtproto/transport/padding.hpp>
#include <mtproto/transport/tcp.hpp>
#include <mtproto/transport/tcp_server.hpp>

#include <openssl/evp.h>
#include <openssl/hmac.h>

using namespace mtproto::transport;
using namespace transport_test;
using mtproto::errc;
using mtproto::crypto::seeded_random;

namespace {

constexpr char link[] = "ee000102030405060708090a0b0c0d0e0f6578616d706c652e6f7267";

mtproxy_secret secret() { return mtproxy_secret::parse(link).value(); }

mtproxy_secret other_secret()
{
    auto made = secret();
    made.key.mutable_view()[5] ^= std::byte{1};
    return made;
}

/// HMAC-SHA256 by OpenSSL, to check ours against.
bytes openssl_hmac(const mtproxy_secret& s, const bytes& data)
{
    bytes out(32);
    unsigned size = 32;
    auto const key = s.key.view();
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(data.data()), data.size(),
         reinterpret_cast<unsigned char*>(out.data()), &size);
    return out;
}

bytes zeroed(bytes hello)
{
    std::fill_n(hello.begin() + 11, 32, std::byte{0});
    return hello;
}

/// Lets the two codecs talk in pieces of `step` bytes until neither has anything to say.
struct conversation
{
    stream_codec client;
    server_stream_codec server;
    std::size_t step;
    std::vector<bytes> at_server{};
    std::vector<bytes> at_client{};

    template <class From, class To>
    static bool carry(bytes& wire, From& from, To& to, std::size_t step, std::vector<bytes>& arrived)
    {
        from.take_output(wire);
        bool const any = !wire.empty();
        for (std::size_t at = 0; at < wire.size(); at += step) {
            to.feed(bytes_view(wire).subspan(at, std::min(step, wire.size() - at)));
            for (;;) {
                auto const got = to.next();
                REQUIRE(got.has_value());
                if (!*got)
                    break;
                arrived.push_back(copy(*strip_padding((*got)->payload)));
            }
        }
        wire.clear();
        return any;
    }

    void run(bytes up, bytes down)
    {
        for (bool going = true; going;) {
            bool const sent = carry(up, client, server, step, at_server);
            bool const answered = carry(down, server, client, step, at_client);
            going = sent || answered;
        }
    }
};

} // namespace

TEST_CASE("a ClientHello is well-formed and stamped", "[fake_tls]")
{
    seeded_random random(31);
    auto const s = secret();
    auto const made = fake_tls::client_hello(s, 0x01020304, random);
    REQUIRE(made.has_value());
    auto const& hello = *made;
    REQUIRE(hello.size() == 517);
    CHECK(detect(hello)->kind == opening::tls);
    auto stamp = openssl_hmac(s, zeroed(hello));
    CHECK(std::equal(stamp.begin(), stamp.begin() + 28, hello.begin() + 11));
    for (std::size_t i = 0; i != 4; ++i)
        CHECK((stamp[28 + i] ^ hello[39 + i]) == static_cast<std::byte>(4 - i));
    CHECK(fake_tls::stamped(hello, s));
    CHECK_FALSE(fake_tls::stamped(hello, other_secret()));

    // Walk through the structure: every length must lead to the next part and the last one to the end.
    std::size_t at = 43;
    at += 1 + std::to_integer<std::size_t>(hello[at]);
    auto const big16 = [&](std::size_t i) {
        return std::to_integer<std::size_t>(hello[i]) << 8 | std::to_integer<std::size_t>(hello[i + 1]);
    };
    at += 2 + big16(at);
    at += 1 + std::to_integer<std::size_t>(hello[at]);
    CHECK(big16(at) == hello.size() - at - 2);
    at += 2;
    bool named = false;
    while (at < hello.size()) {
        if (big16(at) == 0)
            named = copy(bytes_view(hello).subspan(at + 9, 11)) == text("example.org");
        at += 4 + big16(at + 2);
    }
    CHECK(at == hello.size());
    CHECK(named);

    auto long_name = s;
    long_name.domain.assign(250, 'a');
    CHECK(fake_tls::client_hello(long_name, 0, random).error().is(errc::bad_argument));
}

TEST_CASE("a proxy's answer is checked whole", "[fake_tls]")
{
    seeded_random random(32);
    auto const s = secret();
    auto const hello = fake_tls::client_hello(s, 1, random).value();
    auto const answer = fake_tls::server_hello(hello, s, random).value();
    CHECK(bytes(answer.begin() + 11, answer.begin() + 43) ==
          openssl_hmac(s, bytes(hello.begin() + 11, hello.begin() + 43) + zeroed(answer)));
    auto const with_more = answer + pattern(20);
    for (std::size_t n = 0; n != with_more.size(); ++n) {
        auto const got = fake_tls::check_server_hello(bytes_view(with_more).first(n), hello, s);
        REQUIRE(got.has_value());
        CHECK(*got == (n < answer.size() ? 0 : answer.size()));
    }
    CHECK(fake_tls::check_server_hello(answer, hello, other_secret()).error().is(errc::bad_digest));
    for (std::size_t at : {std::size_t{11}, std::size_t{60}, answer.size() - 1}) {
        auto broken = answer;
        broken[at] ^= std::byte{1};
        CHECK(fake_tls::check_server_hello(broken, hello, s).error().is(errc::bad_digest));
    }
    CHECK(fake_tls::check_server_hello(text("HTTP/1.1 400 Bad Request"), hello, s).has_error());
    auto malformed = hello;
    malformed[43] = std::byte{33};
    CHECK(fake_tls::server_hello(malformed, s, random).error().is(errc::bad_frame));
    CHECK(fake_tls::server_hello(bytes_view(hello).first(43), s, random).error().is(errc::bad_frame));
}

TEST_CASE("packets travel in the disguise, however it is cut", "[fake_tls]")
{
    seeded_random random(33);
    for (std::size_t step : {1, 3, 5, 64, 1000, 100000}) {
        CAPTURE(step);
        auto made = stream_codec::make({.secret = secret(), .dc_id = 4}, random);
        REQUIRE(made.has_value());
        conversation talk{
            std::move(*made),
            server_stream_codec({.direct = false, .secrets = {other_secret(), secret()}}, random), step};
        bytes up;
        talk.client.start(up);
        std::vector<bytes> const sent{packet(2, 1), packet(400, 2)};
        for (auto const& p : sent)
            REQUIRE(talk.client.encode(p, up).has_value());
        CHECK(up.size() == 517); // the rest waits for the answer
        talk.run(up, {});
        CHECK(talk.at_server == sent);
        CHECK(talk.server.opened() == opening::tls);
        CHECK(talk.server.framing() == framing_kind::padded_intermediate);
        CHECK(talk.server.secret_index() == 1u);
        CHECK(talk.server.dc_id() == 4);
        up.clear();
        bytes down;
        REQUIRE(talk.client.encode(packet(1, 3), up).has_value());
        REQUIRE(talk.server.encode(packet(3, 4), down).has_value());
        REQUIRE(talk.server.encode(packet(5000, 5), down).has_value());
        talk.run(up, down);
        CHECK(talk.at_server.back() == packet(1, 3));
        CHECK(talk.at_client == std::vector<bytes>{packet(3, 4), packet(5000, 5)});
        CHECK_FALSE(talk.server.pending());
        CHECK_FALSE(talk.client.pending());
    }
}

TEST_CASE("a wrong secret or broken records end the disguise", "[fake_tls]")
{
    seeded_random random(34);
    auto const hello = fake_tls::client_hello(secret(), 1, random).value();
    server_stream_codec stranger({.secrets = {other_secret()}}, random);
    stranger.feed(hello);
    CHECK(stranger.next().error().is(errc::bad_frame));
    CHECK_FALSE(stranger.has_output());

    server_stream_codec server({.secrets = {secret()}}, random);
    server.feed(hello);
    CHECK(server.next().has_value());
    CHECK(server.has_output());
    server.feed(make({21, 3, 3, 0, 2, 1, 0})); // an alert
    CHECK(server.next().error().is(errc::bad_frame));
    CHECK(server.next().has_error());

    server_stream_codec greedy({.secrets = {secret()}}, random);
    greedy.feed(hello + make({23, 3, 3, 0xff, 0xff}));
    CHECK(greedy.next().error().is(errc::frame_too_large));
}

TEST_CASE("a client goes through a proxy with an ee secret over TCP", "[fake_tls]")
{
    loopback net;
    seeded_random random(35);
    tcp_options options;
    options.secret = secret();
    tcp client(net.io.get_executor(), options, random);
    net.spawn([&]() -> asio::awaitable<void> {
        auto socket = co_await net.listener.async_accept(asio::use_awaitable);
        server_options accepted;
        accepted.secrets.push_back(secret());
        server_connection peer(std::move(socket), accepted, random);
        for (;;) {
            auto const got = co_await peer.receive();
            if (!got) {
                CHECK(got.error().is(errc::closed));
                co_return;
            }
            auto const body = copy(*strip_padding(got->payload));
            auto const sent = co_await peer.send(body);
            CHECK(sent.has_value());
        }
    });
    net.spawn([&]() -> asio::awaitable<void> {
        auto const connected = co_await client.connect(net.here());
        REQUIRE(connected.has_value());
        for (unsigned i = 1; i != 10; ++i) {
            auto const body = packet(i * 100, i);
            auto const sent = co_await client.send(body);
            REQUIRE(sent.has_value());
            auto const got = co_await client.receive();
            REQUIRE(got.has_value());
            bool const same = copy(*strip_padding(got->payload)) == body;
            CHECK(same);
        }
        client.close();
    });
    net.run();
}
