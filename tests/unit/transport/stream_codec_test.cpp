// obfuscation, mtproxy_secret, stream_codec and server_stream_codec against each other.
#include "support.hpp"

#include <mtproto/transport/padding.hpp>
#include <mtproto/transport/server_stream_codec.hpp>
#include <mtproto/transport/stream_codec.hpp>

using namespace mtproto::transport;
using namespace transport_test;
using mtproto::errc;
using mtproto::crypto::seeded_random;

namespace {

constexpr framing_kind kinds[] = {framing_kind::abridged, framing_kind::intermediate,
                                  framing_kind::padded_intermediate, framing_kind::full};

mtproxy_secret secret_of(proxy_mode mode)
{
    mtproxy_secret made;
    auto const key = pattern(16, 77);
    made.key = mtproto::crypto::secret<16>(bytes_view(key).first<16>());
    made.mode = mode;
    return made;
}

/// An encrypted packet as strip_padding sees one.
bytes packet(std::size_t blocks, unsigned seed) { return pattern(24 + 16 * blocks, seed); }

/// Every way to open a connection that the options allow.
std::vector<client_options> all_options()
{
    std::vector<client_options> out;
    for (auto kind : kinds) {
        out.push_back({.framing = kind});
        if (kind == framing_kind::full)
            continue;
        out.push_back({.framing = kind, .obfuscated = true});
        out.push_back({.framing = kind, .secret = secret_of(proxy_mode::plain), .dc_id = -3});
    }
    out.push_back(
        {.framing = framing_kind::abridged, .secret = secret_of(proxy_mode::padded), .dc_id = 10002});
    return out;
}

std::string name(const client_options& o)
{
    return std::string(to_string(o.framing)) + (o.obfuscated ? " obfuscated" : "") +
           (o.secret ? " proxy" : "");
}

template <class Codec>
std::vector<bytes> drain(Codec& codec)
{
    std::vector<bytes> out;
    for (;;) {
        auto const got = codec.next();
        REQUIRE(got.has_value());
        if (!*got)
            return out;
        auto const packet = strip_padding((*got)->payload);
        REQUIRE(packet.has_value());
        out.push_back(copy(*packet));
    }
}

template <class Codec>
std::vector<bytes> feed_bytewise(Codec& codec, const bytes& wire)
{
    std::vector<bytes> out;
    for (auto const& b : wire) {
        codec.feed(bytes_view(&b, 1));
        for (auto& p : drain(codec))
            out.push_back(std::move(p));
    }
    return out;
}

} // namespace

TEST_CASE("client and server codecs understand each other in every opening", "[stream_codec]")
{
    seeded_random random(1);
    for (auto const& options : all_options()) {
        CAPTURE(name(options));
        server_options const server{.secrets = {secret_of(proxy_mode::plain)}};
        std::vector<bytes> const up{packet(3, 1), packet(40, 2), packet(1, 3)};
        std::vector<bytes> const down{packet(2, 4), packet(200, 5)};

        auto client = stream_codec::make(options, random);
        REQUIRE(client.has_value());
        bytes wire;
        client->start(wire);
        for (auto const& p : up)
            REQUIRE(client->encode(p, wire).has_value());
        auto const before = wire.size();
        client->start(wire);
        CHECK(wire.size() == before);

        server_stream_codec whole(server, random);
        bytes back;
        CHECK(whole.encode(down[0], back).error().is(errc::not_connected));
        whole.feed(wire);
        CHECK(drain(whole) == up);
        CHECK(whole.framing() == client->framing());
        CHECK(whole.secret_index().has_value() == options.secret.has_value());
        if (options.secret)
            CHECK(whole.dc_id() == options.dc_id);
        CHECK_FALSE(whole.pending());

        server_stream_codec bytewise(server, random);
        CHECK(feed_bytewise(bytewise, wire) == up);

        for (auto const& p : down)
            REQUIRE(bytewise.encode(p, back).has_value());
        CHECK(feed_bytewise(*client, back) == down);
    }
}

TEST_CASE("a connection may be cut anywhere", "[stream_codec]")
{
    seeded_random random(2);
    for (auto const& options : all_options()) {
        CAPTURE(name(options));
        auto client = stream_codec::make(options, random);
        REQUIRE(client.has_value());
        bytes wire;
        client->start(wire);
        std::vector<bytes> const up{packet(2, 1), packet(33, 2)};
        for (auto const& p : up)
            REQUIRE(client->encode(p, wire).has_value());
        for (std::size_t cut = 0; cut <= wire.size(); cut += cut < 120 ? 1 : 13) {
            server_stream_codec server({.secrets = {secret_of(proxy_mode::plain)}}, random);
            server.feed(bytes_view(wire).first(cut));
            auto got = drain(server);
            server.feed(bytes_view(wire).subspan(cut));
            for (auto& p : drain(server))
                got.push_back(std::move(p));
            REQUIRE(got == up);
        }
    }
}

TEST_CASE("neither side sends more than 3 bytes of padding", "[stream_codec]")
{
    seeded_random random(3);
    auto client = stream_codec::make({.framing = framing_kind::padded_intermediate}, random);
    REQUIRE(client.has_value());
    server_stream_codec server({}, random);
    bytes wire;
    client->start(wire);
    server.feed(wire);
    CHECK(drain(server).empty());
    std::size_t most_up = 0;
    std::size_t most_down = 0;
    for (int i = 0; i != 300; ++i) {
        bytes one;
        REQUIRE(client->encode(packet(1, 1), one).has_value());
        most_up = std::max(most_up, one.size() - 4 - 40);
        one.clear();
        REQUIRE(server.encode(packet(1, 1), one).has_value());
        most_down = std::max(most_down, one.size() - 4 - 40);
    }
    CHECK(most_up == 3);
    CHECK(most_down == 3);
}

TEST_CASE("options that contradict each other are refused", "[stream_codec]")
{
    seeded_random random(4);
    CHECK(stream_codec::make({.framing = framing_kind::full, .obfuscated = true}, random)
              .error()
              .is(errc::bad_argument));
    auto const dd = secret_of(proxy_mode::padded);
    obfuscation::header_bytes header{};
    CHECK(obfuscation::start(framing_kind::abridged, 2, &dd, random, header).error().is(errc::bad_argument));
    // The codec chooses the framing that the secret asks for.
    CHECK(stream_codec::make({.framing = framing_kind::full, .secret = dd}, random)->framing() ==
          framing_kind::padded_intermediate);
}

TEST_CASE("a wrong secret is refused", "[stream_codec]")
{
    seeded_random random(5);
    auto other = secret_of(proxy_mode::plain);
    other.key.mutable_view()[0] ^= std::byte{1};
    auto const attempt = [&](client_options o, server_options s) {
        auto client = stream_codec::make(o, random);
        bytes wire;
        client->start(wire);
        REQUIRE(client->encode(packet(1, 1), wire).has_value());
        server_stream_codec server(s, random);
        server.feed(wire);
        auto const got = server.next();
        return got.has_error() && got.error().is(errc::bad_frame) && server.next().has_error();
    };
    auto const good = secret_of(proxy_mode::plain);
    CHECK(attempt({.secret = good}, {}));
    CHECK(attempt({.secret = good}, {.secrets = {other}}));
    CHECK_FALSE(attempt({.secret = good}, {.secrets = {other, good}}));
    CHECK(attempt({.obfuscated = true}, {.direct = false, .secrets = {good}}));
    CHECK(attempt({}, {.direct = false, .secrets = {good}}));
}

TEST_CASE("a server tells HTTP from MTProto and keeps the request", "[stream_codec]")
{
    seeded_random random(6);
    server_stream_codec server({}, random);
    auto const request = text("GET /apiws HTTP/1.1\r\nHost: x\r\n\r\n");
    server.feed(request);
    CHECK(server.next().error().is(errc::bad_frame));
    CHECK(server.opened() == opening::http);
    CHECK(copy(server.unread()) == request);
}

TEST_CASE("obfuscated headers avoid every other opening", "[obfuscation]")
{
    auto const usable = [](const bytes& start) {
        auto header = start + pattern(64);
        return usable_obfuscated_header(bytes_view(header).first<64>());
    };
    CHECK(usable(pattern(64)));
    CHECK_FALSE(usable(make({0xef})));
    CHECK_FALSE(usable(make({0xee, 0xee, 0xee, 0xee})));
    CHECK_FALSE(usable(make({0xdd, 0xdd, 0xdd, 0xdd})));
    CHECK_FALSE(usable(make({0x16, 3, 1, 2})));
    for (auto const* word : {"HEAD", "POST", "GET ", "OPTI"})
        CHECK_FALSE(usable(text(word)));
    CHECK_FALSE(usable(make({1, 2, 3, 4, 0, 0, 0, 0})));

    /// Offers forbidden headers first.
    class stubborn final : public mtproto::crypto::random_source
    {
    public:
        void fill(std::span<std::byte> out) override
        {
            auto const start = calls++ == 0 ? make({0xef}) : calls == 2 ? text("POST")
                                                                        : make({});
            auto const all = start + pattern(out.size());
            std::copy_n(all.begin(), out.size(), out.begin());
        }
        int calls = 0;
    } random;
    obfuscation::header_bytes header{};
    REQUIRE(obfuscation::start(framing_kind::abridged, 2, nullptr, random, header).has_value());
    CHECK(random.calls == 3);
    CHECK(usable_obfuscated_header(header));
}

TEST_CASE("the obfuscated header is laid out as documented", "[obfuscation]")
{
    // Built here by hand from the documentation, so that both of our sides cannot share one mistake.
    auto header = pattern(64, 9);
    header[56] = header[57] = header[58] = header[59] = std::byte{0xee};
    header[60] = std::byte{0xfc}; // -4
    header[61] = std::byte{0xff};
    auto reversed = header;
    std::reverse(reversed.begin() + 8, reversed.begin() + 56);
    auto const cipher = [](const bytes& h) {
        return mtproto::crypto::aes_ctr(bytes_view(h).subspan<8, 32>(), bytes_view(h).subspan<40, 16>());
    };
    auto up = cipher(header);
    auto down = cipher(reversed);
    auto encrypted = header;
    up.process(encrypted);
    bytes wire(header.begin(), header.begin() + 56);
    wire.insert(wire.end(), encrypted.begin() + 56, encrypted.end());
    auto body = make({40, 0, 0, 0}) + packet(1, 1);
    up.process(body);
    wire = wire + body;

    seeded_random random(7);
    server_stream_codec server({}, random);
    server.feed(wire);
    CHECK(drain(server) == std::vector<bytes>{packet(1, 1)});
    CHECK(server.framing() == framing_kind::intermediate);
    CHECK(server.dc_id() == -4);
    bytes back;
    REQUIRE(server.encode(packet(2, 2), back).has_value());
    down.process(back);
    CHECK(back == make({56, 0, 0, 0}) + packet(2, 2));
}

TEST_CASE("MTProxy secrets are read as links write them", "[secret]")
{
    auto const plain = mtproxy_secret::parse("000102030405060708090a0b0c0d0e0f");
    REQUIRE(plain.has_value());
    CHECK(plain->mode == proxy_mode::plain);
    CHECK(plain->key.view()[15] == std::byte{15});
    auto const padded = mtproxy_secret::parse("DD000102030405060708090a0b0c0d0e0f");
    REQUIRE(padded.has_value());
    CHECK(padded->mode == proxy_mode::padded);
    bool const same = padded->key == plain->key;
    CHECK(same);
    auto const tls = mtproxy_secret::parse("ee000102030405060708090a0b0c0d0e0f6578616d706c652e6f7267");
    REQUIRE(tls.has_value());
    CHECK(tls->mode == proxy_mode::tls);
    CHECK(tls->domain == "example.org");
    for (auto const* text : {"AAECAwQFBgcICQoLDA0ODw==", "AAECAwQFBgcICQoLDA0ODw"}) {
        auto const base64 = mtproxy_secret::parse(text);
        REQUIRE(base64.has_value());
        CHECK((base64->key == plain->key));
    }
    for (auto const* text :
         {"", "00", "zz!", "000102030405060708090a0b0c0d0e0f10", "ee000102030405060708090a0b0c0d0e0f"})
        CHECK(mtproxy_secret::parse(text).error().is(errc::bad_argument));
}
