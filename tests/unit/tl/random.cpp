// Random values encode, are not too deep, and cover what they should.
#include "catch.hpp"

#include "sample.hpp"

#include "mtproto/tl/decode.hpp"
#include "mtproto/tl/encode.hpp"
#include "mtproto/tl/equal.hpp"
#include "mtproto/tl/random.hpp"
#include "mtproto/tl/utf8.hpp"

#include <random>
#include <set>

using namespace mtproto;

TEST_CASE("random values round-trip")
{
    std::mt19937_64 generator(1);
    std::size_t nested = 0, both = 0, shapes = 0;
    for (int i = 0; i < 2000; ++i) {
        auto const request = tl::random_value<sample::messages::sendMessage>(generator);
        auto const encoded = tl::encode(request).value();
        REQUIRE(encoded.size() == tl::size(request));
        REQUIRE(tl::decode<sample::messages::sendMessage>(encoded).value() == request);
        nested += tl::holds<sample::inputPeerNested>(request.peer);
        REQUIRE(request.shape.has_value() == request.twin.has_value());
        both += request.twin.has_value();
        shapes += request.shape && request.shape->size() > 1;

        auto const path = tl::random_value<sample::path>(generator);
        REQUIRE(tl::decode<sample::path>(tl::encode(path).value()).value() == path);
        auto const wrapped = tl::random_value<sample::invokeWithLayer<tl::object>>(generator);
        REQUIRE(wrapped.query.data.size() % 4 == 0);
        REQUIRE(tl::decode<sample::invokeWithLayer<tl::object>>(tl::encode(wrapped).value()).value() ==
                wrapped);
    }
    CHECK(nested > 200);
    CHECK(both > 500);
    CHECK(shapes > 100);
}

TEST_CASE("random strings have the lengths that matter")
{
    std::mt19937_64 generator(2);
    std::set<std::size_t> lengths;
    bool text = true;
    for (int i = 0; i < 5000; ++i) {
        auto const value = tl::random_value<std::string>(generator);
        lengths.insert(value.size());
        text = text && tl::is_utf8(value);
        REQUIRE(tl::is_utf8(tl::random_value<std::string>(generator, {.utf8 = true})));
    }
    for (std::size_t length : {0u, 1u, 2u, 3u, 4u, 253u, 254u, 255u, 256u})
        CHECK(lengths.contains(length));
    CHECK_FALSE(text);
}

TEST_CASE("a budget bounds random values")
{
    std::mt19937_64 generator(3);
    for (int i = 0; i < 500; ++i) {
        CHECK(tl::random_value<sample::InputPeer>(generator, {.depth = 0}) == sample::InputPeer());
        auto const flat = tl::random_value<sample::messages::sendMessage>(generator, {.constructors = 1});
        CHECK((!flat.shape || flat.shape->empty()));
    }
    std::mt19937_64 one(4), other(4);
    CHECK(tl::random_value<sample::path>(one) == tl::random_value<sample::path>(other));
}
