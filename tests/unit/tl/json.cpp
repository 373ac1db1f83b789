// JSON both ways on hand-written types: the shape, the paths in errors, everything strict.
#include "catch.hpp"

#include "sample.hpp"

#include "mtproto/tl/decode.hpp"
#include "mtproto/tl/encode.hpp"
#include "mtproto/tl/equal.hpp"
#include "mtproto/tl/json.hpp"
#include "mtproto/tl/random.hpp"

#include <cmath>
#include <random>

using namespace mtproto;

namespace {

template <class T>
std::string failure(std::string_view text)
{
    auto const made = tl::from_json<T>(tl::parse_json(text).value());
    REQUIRE(made.has_error());
    CHECK(made.error().is(errc::bad_json));
    return made.error().text();
}

template <class T>
T made(std::string_view text)
{
    return tl::from_json<T>(tl::parse_json(text).value()).value();
}

bool same_double(double a, double b)
{
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

} // namespace

TEST_CASE("doubles survive being written as text and read, to the last bit")
{
    std::mt19937_64 random(7);
    for (int i = 0; i < 20000; ++i) {
        auto const value = std::bit_cast<double>(random());
        if (!std::isfinite(value))
            continue;
        auto const text = boost::json::serialize(boost::json::value(value));
        INFO(text);
        REQUIRE(same_double(tl::parse_json(text).value().as_double(), value));
    }
    CHECK(same_double(tl::parse_json("-4.5e300").value().as_double(), -4.5e300));
    CHECK(std::isinf(tl::parse_json("1e400").value().as_double()));
    CHECK(tl::parse_json("1e-400").value().as_double() == 0);
}

TEST_CASE("JSON names constructors and fields as the schema does")
{
    sample::messages::sendMessage request{.silent = true,
                                          .peer = sample::inputPeerChat{.chat_id = 7},
                                          .message = "hi",
                                          .random_id = -5,
                                          .cover = false};
    CHECK(boost::json::serialize(tl::to_json(request)) ==
          R"({"_":"messages.sendMessage","silent":true,"peer":{"_":"inputPeerChat","chat_id":"7"},)"
          R"("message":"hi","random_id":"-5","cover":false})");

    sample::path path{
        .points = {{.x = 1, .y = 0.5}}, .grid = {{1, 2}, {}}, .open = {true}, .data = {std::byte{255}}};
    CHECK(boost::json::serialize(tl::to_json(path)) ==
          R"({"_":"path","points":[{"_":"point","x":1E0,"y":5E-1}],"grid":[[1,2],[]],"open":[true],)"
          R"("centre":{"_":"point","x":0E0,"y":0E0},"data":"/w==","nonce":"AAAAAAAAAAAAAAAAAAAAAA=="})");
    CHECK(made<sample::path>(boost::json::serialize(tl::to_json(path))) == path);
}

TEST_CASE("JSON may leave out what the declaration says already")
{
    auto const request = made<sample::messages::sendMessage>(
        R"({"peer":{"_":"inputPeerSelf"},"message":"","random_id":12,"reply_to":null,"silent":null})");
    CHECK(request == sample::messages::sendMessage{.random_id = 12});
    CHECK(made<sample::point>(R"({"x":1,"y":-2})") == sample::point{.x = 1, .y = -2});
    CHECK(made<std::vector<std::int64_t>>(R"(["9223372036854775807", -9223372036854775808, 5.0])") ==
          std::vector<std::int64_t>{std::numeric_limits<std::int64_t>::max(),
                                    std::numeric_limits<std::int64_t>::min(), 5});
}

TEST_CASE("errors of JSON carry the path")
{
    using request = sample::messages::sendMessage;
    CHECK(failure<request>(R"([])") == "expected an object");
    CHECK(failure<request>(R"({"peer":{"_":"inputPeerChat","chat_id":true},"message":"","random_id":1})") ==
          "peer.chat_id: expected a number");
    CHECK(failure<request>(R"({"peer":{"_":"inputPeerChat","chat_id":"7x"},"message":"","random_id":1})") ==
          "peer.chat_id: expected a whole number of 64 bits");
    CHECK(failure<request>(R"({"peer":{"_":"inputPeerSelf"},"message":"","random_id":1,"sielnt":true})") ==
          "sielnt: unknown field of messages.sendMessage");
    CHECK(failure<request>(R"({"peer":{"_":"inputPeerSelf"},"message":"","random_id":1,"flags":1})") ==
          "flags: unknown field of messages.sendMessage");
    CHECK(failure<request>(
              R"({"_":"messages.send","peer":{"_":"inputPeerSelf"},"message":"","random_id":1})") ==
          "_: expected messages.sendMessage");
    CHECK(failure<request>(R"({"peer":{"_":"inputPeerSelf"},"message":""})") == "random_id: missing");
    CHECK(failure<request>(R"({"peer":{},"message":"","random_id":1})") == "peer._: missing");
    CHECK(failure<request>(R"({"peer":{"_":"x"},"message":"","random_id":1})") ==
          "peer._: not a constructor of this type: x");
    CHECK(
        failure<request>(
            R"({"peer":{"_":"inputPeerSelf"},"message":"","random_id":1,"shape":[{"x":1,"y":1},{"x":"a","y":1}]})") ==
        "shape[1].x: expected a number");
    CHECK(failure<std::vector<std::vector<std::int32_t>>>(R"([[1],[2,3000000000]])") ==
          "[1][1]: expected a whole number of 32 bits");
    CHECK(failure<sample::path>(
              R"({"points":[],"grid":[],"open":[],"centre":{"x":0,"y":0},"data":"","nonce":"AAAA"})") ==
          "nonce: expected base64 of 16 bytes");
    CHECK(failure<std::int32_t>("1.5") == "expected a whole number of 32 bits");
    CHECK(failure<bool>("1") == "expected true or false");
    CHECK(tl::parse_json("[1,2").error().is(errc::bad_json));
    CHECK(tl::parse_json("[] x").error().is(errc::bad_json));
    CHECK(tl::parse_json(" [] \n").has_value());

    std::string deep;
    for (int i = 0; i < 80; ++i)
        deep += R"({"_":"inputPeerNested","msg_id":1,"peer":)";
    deep += R"({"_":"inputPeerSelf"})" + std::string(80, '}');
    CHECK(failure<sample::InputPeer>(deep).ends_with("nested too deeply"));
}

TEST_CASE("strings that are not text, and doubles that are not numbers, survive JSON")
{
    std::string const text("\xff\x00z", 3);
    CHECK(boost::json::serialize(tl::to_json(text)) == R"({"@base64":"/wB6"})");
    CHECK(made<std::string>(R"({"@base64":"/wB6"})") == text);
    CHECK(failure<std::string>(R"({"@base64":"/wB"})") == "@base64: malformed base64");
    CHECK(failure<std::string>(R"({"base64":"/wB6"})") == "expected {\"@base64\": \"...\"}");

    auto const inf = std::numeric_limits<double>::infinity();
    auto const odd = std::bit_cast<double>(std::uint64_t{0xfff8000000000123});
    for (double value : {inf, -inf, -0.0, 0.1, 1e300, 5e-324, std::numeric_limits<double>::quiet_NaN(), odd})
        CHECK(same_double(tl::from_json<double>(tl::to_json(value)).value(), value));
    CHECK(boost::json::serialize(tl::to_json(inf)) == R"("Infinity")");
    CHECK(boost::json::serialize(tl::to_json(odd)) == R"x("NaN(fff8000000000123)")x");
    CHECK(failure<double>(R"("1")") == "expected a number");

    tl::object const any{.data = {std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}}};
    CHECK(tl::from_json<tl::object>(tl::to_json(any)).value() == any);
}

TEST_CASE("random values survive JSON, as a value and as text")
{
    std::mt19937 generator(7);
    for (int i = 0; i < 300; ++i) {
        auto const path = tl::random_value<sample::path>(generator);
        REQUIRE(tl::from_json<sample::path>(tl::to_json(path)).value() == path);
        auto request = tl::random_value<sample::messages::sendMessage>(generator);
        REQUIRE(tl::from_json<sample::messages::sendMessage>(tl::to_json(request)).value() == request);
        request.shape.reset(); // Boost.JSON before 1.83 does not parse doubles exactly
        auto const text = boost::json::serialize(tl::to_json(request));
        REQUIRE(made<sample::messages::sendMessage>(text) == request);
    }
}
