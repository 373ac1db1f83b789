// The serializer on hand-written types: bytes as TL says, hostile bytes refused.
#include "catch.hpp"

#include "sample.hpp"

#include "mtproto/tl/decode.hpp"
#include "mtproto/tl/encode.hpp"
#include "mtproto/tl/equal.hpp"
#include "mtproto/tl/names.hpp"

#include <algorithm>
#include <string>

using namespace mtproto;

namespace {

std::vector<std::byte> bytes(std::initializer_list<int> values)
{
    std::vector<std::byte> all;
    for (int value : values)
        all.push_back(static_cast<std::byte>(value));
    return all;
}

sample::messages::sendMessage full_request()
{
    return {
        .silent = true,
        .peer = sample::inputPeerNested{.peer = sample::inputPeerChat{.chat_id = 7}, .msg_id = 9},
        .reply_to = 3,
        .send_as = sample::inputPeerSelf{},
        .message = "hi",
        .random_id = 5,
        .cover = false,
        .shape = std::vector{sample::point{.x = 1, .y = 2}},
        .twin = 8,
    };
}

} // namespace

TEST_CASE("a request is written as its declaration says")
{
    sample::messages::sendMessage request{
        .peer = sample::inputPeerChat{.chat_id = 2}, .message = "abc", .random_id = 1};
    auto const encoded = tl::encode(request).value();
    CHECK(encoded == bytes({0x44, 0x33, 0x22, 0x11, 0, 0, 0, 0, 0xb9, 0x5c, 0xa9, 0x35, 2, 0, 0, 0, 0, 0, 0,
                            0, 3, 'a', 'b', 'c', 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
}

TEST_CASE("values survive the round trip")
{
    auto const request = full_request();
    auto const encoded = tl::encode(request).value();
    CHECK(encoded.size() == tl::size(request));
    auto const decoded = tl::decode<sample::messages::sendMessage>(encoded).value();
    CHECK(decoded == request);
    CHECK(tl::get_if<sample::inputPeerNested>(decoded.peer)->msg_id == 9);
    CHECK(sample::holds<sample::inputPeerChat>(*tl::get_if<sample::inputPeerNested>(decoded.peer)->peer));
    CHECK(decoded.send_as.has_value());

    sample::path path{.points = {{.x = 1}, {.y = 2}},
                      .grid = {{1, 2}, {}, {3}},
                      .open = {true, false, true},
                      .centre = {.x = 4},
                      .data = bytes({1, 2, 3})};
    path.nonce[3] = std::byte{9};
    CHECK(tl::decode<sample::path>(tl::encode(path).value()).value() == path);

    sample::invokeWithLayer<sample::messages::sendMessage> wrapped{.layer = 200, .query = request};
    auto const opened = tl::decode<sample::invokeWithLayer<tl::object>>(tl::encode(wrapped).value()).value();
    CHECK(opened.layer == 200);
    CHECK(opened.query.data == encoded);
}

TEST_CASE("every truncation is refused")
{
    auto const encoded = tl::encode(full_request()).value();
    for (std::size_t length = 0; length < encoded.size(); ++length) {
        auto const decoded = tl::decode<sample::messages::sendMessage>(std::span(encoded).first(length));
        REQUIRE(decoded.has_error());
        CHECK((decoded.error().is(errc::truncated) || decoded.error().is(errc::bad_count)));
    }
    auto longer = encoded;
    longer.resize(longer.size() + 4);
    CHECK(tl::decode<sample::messages::sendMessage>(longer).error().is(errc::trailing_bytes));
    CHECK(tl::decode<sample::messages::sendMessage>(longer, true).has_value());
}

TEST_CASE("hostile values are refused with their place")
{
    auto unknown = tl::decode<sample::InputPeer>(bytes({1, 2, 3, 4}));
    CHECK(unknown.error().message() == "unknown constructor: 0x04030201 at byte 0");

    CHECK(tl::decode<std::vector<std::int32_t>>(
              bytes({0x15, 0xc4, 0xb5, 0x1c, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0}))
              .error()
              .is(errc::bad_count));
    CHECK(tl::decode<std::string>(bytes({0xff, 0, 0, 0})).error().is(errc::bad_padding));

    std::vector<std::byte> deep;
    for (int i = 0; i < 100; ++i)
        for (int b : {4, 3, 2, 1})
            deep.push_back(static_cast<std::byte>(b));
    CHECK(tl::decode<sample::InputPeer>(deep).error().is(errc::too_deep));
}

TEST_CASE("fields that share a flag stand or fall together")
{
    sample::messages::sendMessage request{.twin = 1};
    CHECK(tl::encode(request).error().is(errc::bad_argument));
}

TEST_CASE("strings of every length keep their length and padding")
{
    for (std::size_t length : {0u, 1u, 2u, 3u, 4u, 253u, 254u, 255u, 256u, 257u, 70000u}) {
        std::string const text(length, 'x');
        auto const encoded = tl::encode(text).value();
        CHECK(encoded.size() % 4 == 0);
        CHECK(tl::decode<std::string>(encoded).value() == text);
    }
    CHECK(tl::encode(std::string(1 << 24, 'x')).error().is(errc::too_large));
}

TEST_CASE("a buffer that is too small is not left")
{
    sample::path const path{.points = {{.x = 1}, {.y = 2}}};
    for (auto const& whole : {tl::encode(full_request()).value(), tl::encode(path).value()})
        for (std::size_t room = 0; room <= whole.size(); ++room) {
            std::vector<std::byte> memory(whole.size() + 16, std::byte{0xa5});
            tl::writer to{std::span(memory).first(room)};
            if (whole.size() == tl::size(path))
                tl::write_value(to, path);
            else
                tl::write_value(to, full_request());
            CHECK(to.ok() == (room == whole.size()));
            CHECK(std::all_of(memory.begin() + static_cast<std::ptrdiff_t>(room), memory.end(),
                              [](std::byte one) { return one == std::byte{0xa5}; }));
            CHECK((!to.ok() || std::ranges::equal(to.view(), whole)));
        }
}

TEST_CASE("the empty string at the end is made as long as is wanted")
{
    for (std::size_t const length : {0, 1, 3, 4, 252, 253, 254, 255, 256, 70000}) {
        INFO("length " << length);
        std::string text(length, 'x');
        auto encoded = tl::encode(std::string()).value();
        encoded.insert(encoded.begin(), 8, std::byte{7}); // what stands before it
        auto const room = tl::widen_last_string(encoded, length);
        REQUIRE(room.size() == length);
        std::fill(room.begin(), room.end(), static_cast<std::byte>('x'));
        CHECK(std::vector(encoded.begin(), encoded.begin() + 8) == std::vector(8, std::byte{7}));
        CHECK(std::vector(encoded.begin() + 8, encoded.end()) == tl::encode(text).value());
    }
}

TEST_CASE("names come from the declaration")
{
    CHECK(tl::name_of<sample::messages::sendMessage>() == "messages.sendMessage");
    tl::field_names names(sample::invokeWithLayer<tl::object>::tl_line);
    CHECK(names.next() == "layer");
    CHECK(names.next() == "query");
    CHECK(names.next().empty());
}
