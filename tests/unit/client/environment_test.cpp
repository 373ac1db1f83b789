#include "catch.hpp"

#include <mtproto/client/environment.hpp>
#include <mtproto/crypto/random.hpp>
#include <mtproto/crypto/telegram_keys.hpp>

#include <map>

using namespace mtproto;
using transport::endpoint;

namespace {

result<environment> read(const std::map<std::string, std::string>& variables)
{
    return read_environment([&](const char* name) -> const char* {
        auto const it = variables.find(name);
        return it == variables.end() ? nullptr : it->second.c_str();
    });
}

/// Go's fmt.Sprint of a byte slice.
std::string in_brackets(crypto::bytes_view data)
{
    std::string text = "[";
    for (auto const b : data)
        text += (text.size() > 1 ? " " : "") + std::to_string(std::to_integer<int>(b));
    return text + "]";
}

} // namespace

TEST_CASE("endpoints")
{
    CHECK(*parse_endpoint("127.0.0.1:443") == endpoint{"127.0.0.1", 443});
    CHECK(*parse_endpoint("[::1]:65535") == endpoint{"::1", 65535});
    for (auto const* bad : {"", ":1", "1.2.3.4", "1.2.3.4:", "1.2.3.4:0", "1.2.3.4:65536", "1.2.3.4:x", "::1:443", "[]:1"})
        CHECK(parse_endpoint(bad).error().is(errc::bad_argument));
}

TEST_CASE("the key of another server")
{
    std::string const pem(crypto::telegram_keys[0].pem);
    auto const found = read({{"MTPROTO_PUBLIC_KEY", pem}});
    REQUIRE(found.has_value());
    REQUIRE(found->public_key);
    CHECK(found->public_key->fingerprint() == crypto::telegram_keys[0].fingerprint);
    CHECK(read({{"MTPROTO_PUBLIC_KEY", "/nowhere"}}).error().is(errc::bad_argument));
    CHECK(read({{"MTPROTO_PUBLIC_KEY", "-----BEGIN"}}).error().is(errc::bad_argument));
}

TEST_CASE("a session from the environment")
{
    crypto::seeded_random random(3);
    crypto::auth_key const key(crypto::random_bytes<256>(random));
    auto const salt = crypto::store_le64(0x1122334455667788u);
    auto const hash = crypto::store_le64(key.id());

    CHECK_FALSE(read({})->session);
    CHECK(read({{"MTPROTO_USE_IPV6", "true"}})->use_ipv6 == true);
    CHECK(read({{"MTPROTO_USE_IPV6", "0"}})->use_ipv6 == false);
    CHECK(read({{"MTPROTO_USE_IPV6", "yes"}}).error().is(errc::bad_argument));
    CHECK(read({{"MTPROTO_ADDR", "1.2.3.4:80"}})->address == endpoint{"1.2.3.4", 80});

    for (bool const brackets : {true, false}) {
        auto const spell = [&](crypto::bytes_view data) {
            return brackets ? in_brackets(data) : tl::base64_encode(data);
        };
        auto const found = read({{"MTPROTO_AUTHKEY", spell(key.view())},
                                 {"MTPROTO_AUTHHASH", spell(hash)},
                                 {"MTPROTO_SALT", spell(salt)},
                                 {"MTPROTO_ADDR", "[::1]:80"}});
        REQUIRE(found.has_value());
        REQUIRE(found->session);
        CHECK(found->session->auth_key == key);
        CHECK(found->session->salt == 0x1122334455667788u);
        CHECK(found->session->ip == "::1");
        CHECK(found->session->port == 80);

        auto const wrong = read({{"MTPROTO_AUTHKEY", spell(key.view())},
                                 {"MTPROTO_AUTHHASH", spell(salt)},
                                 {"MTPROTO_ADDR", "[::1]:80"}});
        CHECK(wrong.error().text().find("MTPROTO_AUTHHASH") != std::string::npos);
        CHECK(read({{"MTPROTO_AUTHKEY", spell(salt)}, {"MTPROTO_ADDR", "[::1]:80"}}).error().is(errc::bad_argument));
        auto const homeless = read({{"MTPROTO_AUTHKEY", spell(key.view())}});
        CHECK(homeless.error().text().find("MTPROTO_ADDR") != std::string::npos);
    }
    CHECK_FALSE((read({{"MTPROTO_AUTHKEY", "[1 2 x]"}, {"MTPROTO_ADDR", "[::1]:80"}})).has_value());
    CHECK_FALSE((read({{"MTPROTO_AUTHKEY", "["}, {"MTPROTO_ADDR", "[::1]:80"}})).has_value());
}
