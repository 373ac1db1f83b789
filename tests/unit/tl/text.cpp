// Base64, UTF-8 and the dump.
#include "catch.hpp"

#include "sample.hpp"

#include "mtproto/tl/base64.hpp"
#include "mtproto/tl/dump.hpp"
#include "mtproto/tl/utf8.hpp"

using namespace mtproto;

namespace {

std::string encoded(std::string_view text)
{
    return tl::base64_encode(std::as_bytes(std::span(text.data(), text.size())));
}

} // namespace

TEST_CASE("base64 of RFC 4648")
{
    // RFC 4648, section 10.
    CHECK(encoded("").empty());
    CHECK(encoded("f") == "Zg==");
    CHECK(encoded("fo") == "Zm8=");
    CHECK(encoded("foo") == "Zm9v");
    CHECK(encoded("foob") == "Zm9vYg==");
    CHECK(encoded("fooba") == "Zm9vYmE=");
    CHECK(encoded("foobar") == "Zm9vYmFy");
    for (std::size_t length = 0; length < 70; ++length) {
        std::vector<std::byte> data(length);
        for (std::size_t i = 0; i < length; ++i)
            data[i] = static_cast<std::byte>(i * 37 + length);
        CHECK(tl::base64_decode(tl::base64_encode(data)) == data);
    }
}

TEST_CASE("base64 is strict")
{
    for (auto const* text : {"Z", "Zg", "Zg=", "Zg=a", "=g==", "Zh==", "Zm9=", "Zg==Zg==", "Zm 9", "Zm9v\n",
                             "Zm-v", "====", "Z===", " Zm9", "Z=9v"})
        CHECK_FALSE(tl::base64_decode(text).has_value());
}

TEST_CASE("UTF-8")
{
    for (auto const* text : {"", "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x9a\x80", "\xef\xbf\xbf",
                             "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf"})
        CHECK(tl::is_utf8(text));
    for (auto const* text :
         {"\x80", "\xc3", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xe2\x82", "a\xe2\x28\xa1"})
        CHECK_FALSE(tl::is_utf8(text));
}

TEST_CASE("a dump is readable")
{
    sample::messages::sendMessage const request{
        .silent = true,
        .peer = sample::inputPeerNested{.peer = sample::inputPeerChat{.chat_id = 7}},
        .message = "say \"hi\"\n\x1b[0m",
        .random_id = 5,
        .shape = std::vector<sample::point>{{.x = 1, .y = 0.5}}};
    CHECK(tl::dump(request) == R"(messages.sendMessage {
  silent: true
  peer: inputPeerNested {
    peer: inputPeerChat {
      chat_id: 7
    }
    msg_id: 0
  }
  message: "say \"hi\"\n\x1b[0m"
  random_id: 5
  shape: [
    point {
      x: 1
      y: 0.5
    }
  ]
})");
    CHECK(tl::dump(sample::inputPeerSelf{}) == "inputPeerSelf");
    CHECK(tl::dump(std::vector<std::int32_t>{}) == "[]");
}

TEST_CASE("a dump cuts what is long")
{
    tl::dump_options options{.max_text = 4, .max_bytes = 2, .max_elements = 2};
    CHECK(tl::dump(std::string("abcdef"), options) == "\"abcd\"... (6 bytes)");
    CHECK(tl::dump(std::string("abc\xc3\xa9"), options) == "\"abc\"... (5 bytes)");
    CHECK(tl::dump(std::string("\xff\x41"), options) == "\"\\xffA\"");
    CHECK(tl::dump(std::string("\xc2\x9b"), options) == "\"\\xc2\\x9b\"");
    CHECK(tl::dump(std::vector<std::byte>(3), options) == "0x0000... (3 bytes)");
    CHECK(tl::dump(std::vector<std::int32_t>{1, 2, 3}, options) == "[\n  1\n  2\n  ... (3 elements)\n]");
}

TEST_CASE("a dump hides secrets")
{
    CHECK(tl::is_secret_field("auth.signIn", "phone_code"));
    CHECK(tl::is_secret_field("auth.signIn", "phone_code_hash"));
    CHECK(tl::is_secret_field("auth.checkPassword", "password"));
    CHECK(tl::is_secret_field("auth.importBotAuthorization", "bot_auth_token"));
    CHECK(tl::is_secret_field("auth.sendCode", "api_hash"));
    CHECK(tl::is_secret_field("auth.exportedAuthorization", "bytes"));
    CHECK_FALSE(tl::is_secret_field("upload.file", "bytes"));
    CHECK_FALSE(tl::is_secret_field("message", "message"));

    tl::dump_options options{.redact = [](std::string_view constructor, std::string_view field) {
        return constructor == "messages.sendMessage" && field != "random_id";
    }};
    sample::messages::sendMessage const request{.message = "secret", .random_id = 5};
    CHECK(tl::dump(request, options) ==
          "messages.sendMessage {\n  peer: <redacted>\n  message: <redacted>\n  random_id: 5\n}");
    options.redact = nullptr;
    CHECK(tl::dump(request, options).find("secret") != std::string::npos);
}
