// abridged, intermediate, padded_intermediate, full, any_framing, frame_decoder, strip_padding.
#include "support.hpp"

#include <mtproto/transport/any_framing.hpp>
#include <mtproto/transport/frame_decoder.hpp>
#include <mtproto/transport/padding.hpp>

using namespace mtproto::transport;
using namespace transport_test;
using mtproto::errc;

namespace {

constexpr framing_kind kinds[] = {framing_kind::abridged, framing_kind::intermediate,
                                  framing_kind::padded_intermediate, framing_kind::full};

bool words_only(framing_kind kind) { return kind == framing_kind::abridged || kind == framing_kind::full; }

std::vector<std::size_t> sizes()
{
    std::vector<std::size_t> out;
    for (std::size_t n = 0; n <= 300; ++n)
        out.push_back(n);
    for (std::size_t n = 0x7e * 4; n <= 0x80 * 4; ++n)
        out.push_back(n);
    out.insert(out.end(), {1024, 65536, 1 << 20});
    return out;
}

} // namespace

TEST_CASE("every framing carries every length in both directions", "[framing]")
{
    for (auto kind : kinds)
        for (auto sender : {side::client, side::server}) {
            CAPTURE(to_string(kind));
            any_framing from(sender, kind);
            frame_decoder<any_framing> to(
                any_framing(sender == side::client ? side::server : side::client, kind));
            for (auto size : sizes()) {
                CAPTURE(size);
                auto const payload = pattern(size, static_cast<unsigned>(size));
                bytes wire;
                auto const encoded = from.encode(payload, wire);
                if (words_only(kind) && size % 4 != 0) {
                    CHECK(encoded.error().is(errc::bad_argument));
                    CHECK(wire.empty());
                    continue;
                }
                REQUIRE(encoded.has_value());
                to.feed(wire);
                auto const got = to.next();
                REQUIRE(got.has_value());
                REQUIRE(got->has_value());
                bool const same = copy((*got)->payload) == payload;
                CHECK(same);
                CHECK_FALSE((*got)->wants_quick_ack);
                CHECK_FALSE((*got)->quick_ack);
                CHECK(to.buffer().size() == 0);
            }
        }
}

TEST_CASE("frames may be split at every byte", "[framing]")
{
    for (auto kind : kinds) {
        CAPTURE(to_string(kind));
        any_framing from(side::client, kind);
        bytes wire;
        auto const pad = pattern(7);
        std::vector<bytes> payloads;
        for (std::size_t size : {40, 0x7f * 4, 24, 0x7e * 4, 88}) {
            payloads.push_back(pattern(size, static_cast<unsigned>(size)));
            REQUIRE(from.encode(payloads.back(), wire, {.padding = pad}).has_value());
        }
        auto const drain = [&](frame_decoder<any_framing>& to, std::size_t& count) {
            for (;;) {
                auto const got = to.next();
                REQUIRE(got.has_value());
                if (!*got)
                    return;
                auto view = (*got)->payload;
                if (kind == framing_kind::padded_intermediate) {
                    REQUIRE(view.size() == payloads[count].size() + 7);
                    view = view.first(view.size() - 7);
                }
                bool const same = copy(view) == payloads[count];
                REQUIRE(same);
                ++count;
            }
        };
        SECTION(std::string("in two, ") + std::string(to_string(kind)))
        {
            for (std::size_t cut = 0; cut <= wire.size(); ++cut) {
                frame_decoder<any_framing> to(any_framing(side::server, kind));
                std::size_t count = 0;
                to.feed(bytes_view(wire).first(cut));
                drain(to, count);
                to.feed(bytes_view(wire).subspan(cut));
                drain(to, count);
                REQUIRE(count == payloads.size());
            }
        }
        SECTION(std::string("byte by byte, ") + std::string(to_string(kind)))
        {
            frame_decoder<any_framing> to(any_framing(side::server, kind));
            std::size_t count = 0;
            for (auto b : wire) {
                to.feed(bytes_view(&b, 1));
                drain(to, count);
            }
            CHECK(count == payloads.size());
        }
        SECTION(std::string("reading exactly what is wanted, ") + std::string(to_string(kind)))
        {
            frame_decoder<any_framing> to(any_framing(side::server, kind));
            std::size_t count = 0;
            std::size_t at = 0;
            drain(to, count);
            while (at != wire.size()) {
                REQUIRE(to.wanted() > 0);
                REQUIRE(to.wanted() <= wire.size() - at);
                to.feed(bytes_view(wire).subspan(at, to.wanted()));
                at += to.wanted();
                drain(to, count);
            }
            CHECK(count == payloads.size());
        }
    }
}

TEST_CASE("the bytes of each framing are those of the documentation", "[framing]")
{
    bytes wire;
    auto const payload = make({1, 2, 3, 4, 5, 6, 7, 8});
    abridged a(side::client);
    a.start(wire);
    REQUIRE(a.encode(payload, wire).has_value());
    CHECK(wire == make({0xef, 2, 1, 2, 3, 4, 5, 6, 7, 8}));

    wire.clear();
    REQUIRE(a.encode(pattern(0x7f * 4), wire, {.quick_ack = true}).has_value());
    CHECK(bytes(wire.begin(), wire.begin() + 4) == make({0xff, 0x7f, 0, 0}));

    wire.clear();
    intermediate i(side::client);
    i.start(wire);
    REQUIRE(i.encode(payload, wire, {.quick_ack = true}).has_value());
    CHECK(wire == make({0xee, 0xee, 0xee, 0xee, 8, 0, 0, 0x80, 1, 2, 3, 4, 5, 6, 7, 8}));

    wire.clear();
    padded_intermediate p(side::client);
    p.start(wire);
    auto const pad = make({9, 9, 9});
    REQUIRE(p.encode(payload, wire, {.padding = pad}).has_value());
    CHECK(wire == make({0xdd, 0xdd, 0xdd, 0xdd, 11, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9}));
    CHECK(p.encode(payload, wire, {.padding = pattern(16)}).error().is(errc::bad_argument));

    wire.clear();
    full f(side::client);
    f.start(wire);
    REQUIRE(f.encode(text("123456789abc"), wire).has_value());
    // crc32 of 18000000 00000000 "123456789abc", computed with Python's zlib.
    CHECK(wire == make({24, 0, 0, 0, 0, 0, 0, 0}) + text("123456789abc") + make({0x91, 0xe0, 0xad, 0xb4}));
    wire.clear();
    REQUIRE(f.encode(payload, wire).has_value());
    CHECK(wire[4] == std::byte{1});
}

TEST_CASE("a frame above the cap is refused as soon as its length is known", "[framing]")
{
    auto const check = [](framing_kind kind, const bytes& header) {
        CAPTURE(to_string(kind));
        frame_decoder<any_framing> to(any_framing(side::server, kind), 1024);
        to.feed(header);
        auto const got = to.next();
        REQUIRE(got.has_error());
        CHECK(got.error().is(errc::frame_too_large));
        to.feed(pattern(8));
        CHECK(to.next().error().is(errc::frame_too_large));
    };
    check(framing_kind::abridged, make({0x7f, 0x01, 0x01, 0}));
    check(framing_kind::intermediate, make({0x01, 0x04, 0, 0}));
    check(framing_kind::padded_intermediate, make({0xff, 0xff, 0xff, 0x7f}));
    check(framing_kind::full, make({0x10, 0x04, 0, 0}));

    frame_decoder<any_framing> to(any_framing(side::server, framing_kind::intermediate));
    to.feed(make({0, 0, 0, 1}));
    CHECK(to.next().has_value());
    CHECK(to.wanted() == default_max_frame);
    frame_decoder<any_framing> above(any_framing(side::server, framing_kind::intermediate));
    above.feed(make({1, 0, 0, 1}));
    CHECK(above.next().error().is(errc::frame_too_large));
}

TEST_CASE("the full framing checks numbers, lengths and checksums", "[framing]")
{
    full client(side::client);
    bytes one;
    bytes two;
    REQUIRE(client.encode(pattern(40), one).has_value());
    REQUIRE(client.encode(pattern(44), two).has_value());

    auto const fails = [](const bytes& wire) {
        frame_decoder<full> to{full(side::server)};
        to.feed(wire);
        auto const got = to.next();
        return got.has_error() && got.error().is(errc::bad_frame);
    };
    CHECK_FALSE(fails(one));
    CHECK(fails(two)); // starts at 1
    for (std::size_t at = 4; at != one.size(); ++at) {
        auto broken = one;
        broken[at] ^= std::byte{1};
        CHECK(fails(broken));
    }
    CHECK(fails(make({8, 0, 0, 0})));
    CHECK(fails(make({13, 0, 0, 0})));
    CHECK(fails(make({0, 0, 0, 0})));

    frame_decoder<full> to{full(side::server)};
    to.feed(one + one); // repeated
    CHECK(to.next().has_value());
    CHECK(to.next().error().is(errc::bad_frame));

    full server(side::server);
    CHECK(server.encode(pattern(40), one, {.quick_ack = true}).error().is(errc::bad_argument));
    CHECK(server.encode_quick_ack(1, one).error().is(errc::bad_argument));
}

TEST_CASE("transport errors reach the client as numbers", "[framing]")
{
    for (auto kind : kinds)
        for (int code : {-404, -429, -444}) {
            CAPTURE(to_string(kind), code);
            bytes payload;
            detail::append_le32(payload, static_cast<std::uint32_t>(code));
            any_framing server(side::server, kind);
            bytes wire;
            auto const pad = pattern(3);
            REQUIRE(server.encode(payload, wire, {.padding = pad}).has_value());
            frame_decoder<any_framing> to(any_framing(side::client, kind));
            to.feed(wire);
            auto const got = to.next();
            REQUIRE(got.has_value());
            REQUIRE(got->has_value());
            CHECK((*got)->transport_error == code);
        }
    // Without a frame around it, as production servers answer in the full framing.
    frame_decoder<full> to{full(side::client)};
    to.feed(make({0x53, 0xfe, 0xff, 0xff, 0x53, 0xfe, 0xff, 0xff, 0x53, 0xfe, 0xff, 0xff}));
    auto const got = to.next();
    REQUIRE(got.has_value());
    CHECK((*got)->transport_error == -429);
}

TEST_CASE("quick acknowledgements do not disturb the frames around them", "[framing]")
{
    for (auto kind :
         {framing_kind::abridged, framing_kind::intermediate, framing_kind::padded_intermediate}) {
        CAPTURE(to_string(kind));
        any_framing client(side::client, kind);
        any_framing server(side::server, kind);
        bytes up;
        REQUIRE(client.encode(pattern(40), up, {.quick_ack = true}).has_value());
        REQUIRE(client.encode(pattern(0x7f * 4), up, {.quick_ack = true}).has_value());
        REQUIRE(client.encode(pattern(44), up).has_value());
        frame_decoder<any_framing> at_server(any_framing(side::server, kind));
        at_server.feed(up);
        for (auto [size, asked] : {std::pair{40, true}, std::pair{0x7f * 4, true}, std::pair{44, false}}) {
            auto const got = at_server.next();
            REQUIRE(got.has_value());
            REQUIRE(got->has_value());
            CHECK((*got)->payload.size() == static_cast<std::size_t>(size));
            CHECK((*got)->wants_quick_ack == asked);
        }
        bytes down;
        REQUIRE(server.encode(pattern(24), down).has_value());
        REQUIRE(server.encode_quick_ack(0xff345678u, down).has_value());
        REQUIRE(server.encode_quick_ack(0x12345678u, down).has_value());
        REQUIRE(server.encode(pattern(28), down).has_value());
        frame_decoder<any_framing> at_client(any_framing(side::client, kind));
        std::vector<frame> seen;
        std::vector<std::size_t> lengths;
        for (auto b : down) {
            at_client.feed(bytes_view(&b, 1));
            auto const got = at_client.next();
            REQUIRE(got.has_value());
            if (*got) {
                seen.push_back(**got);
                lengths.push_back((*got)->payload.size());
            }
        }
        REQUIRE(seen.size() == 4);
        CHECK(lengths == std::vector<std::size_t>{24, 0, 0, 28});
        CHECK(seen[1].quick_ack == 0xff345678u);
        CHECK(seen[2].quick_ack == 0x92345678u);
    }
}

TEST_CASE("the padding of a packet is found from the packet", "[framing]")
{
    for (std::size_t pad = 0; pad <= 15; ++pad) {
        auto encrypted = pattern(24 + 48 + pad);
        CHECK(strip_padding(encrypted)->size() == 24 + 48);
        auto plain = pattern(20 + 40 + pad);
        std::fill_n(plain.begin(), 8, std::byte{0});
        detail::store_le32(std::span(plain).subspan(16), 40);
        CHECK(strip_padding(plain)->size() == 60);
        detail::store_le32(std::span(plain).subspan(16), static_cast<std::uint32_t>(41 + pad));
        CHECK(strip_padding(plain).error().is(errc::truncated));
    }
    auto plain = bytes(20 + 16);
    CHECK(strip_padding(plain).error().is(errc::bad_padding));
    CHECK(strip_padding(pattern(19)).error().is(errc::truncated));
    CHECK(strip_padding(pattern(39)).error().is(errc::truncated));
}

TEST_CASE("a receive buffer gives back the memory of a large frame", "[framing]")
{
    receive_buffer buffer;
    buffer.append(pattern(1 << 20));
    buffer.consume(1 << 20);
    // While large reads go on it is kept.
    auto const* const before = buffer.prepare(std::size_t{64} << 10).data();
    CHECK(buffer.prepare(std::size_t{64} << 10).data() == before);
    CHECK(buffer.prepare(1024).size() == 1024);
    buffer.append(pattern(10));
    buffer.consume(4);
    buffer.append(pattern(8192));
    CHECK(buffer.size() == 8198);
    auto const ten = pattern(10);
    CHECK(copy(buffer.data().first(6)) == bytes(ten.begin() + 4, ten.end()));
}
