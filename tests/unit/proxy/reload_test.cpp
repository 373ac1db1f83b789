#include "client.hpp"
#include "fakes.hpp"

#include "catch.hpp"

using namespace proxy_test;

namespace {

proxy::access_token token(std::string name, std::string secret)
{
    proxy::access_token made;
    made.name = std::move(name);
    made.secret = std::move(secret);
    return made;
}
call_settings with(const std::string& secret) { return {.metadata = {{"authorization", "Bearer " + secret}}}; }
constexpr int unauthenticated = 16;

} // namespace

TEST_CASE("tokens are replaced while streams are open", "[proxy][reload]")
{
    auto options = quiet_options();
    options.tokens = {token("a", "secret-of-a-0123456789"), token("b", "secret-of-b-0123456789")};
    served by(options);
    REQUIRE(by.up);
    grpc_client const to(by.address());
    stream kept(to, "/mtproto.UpdateStreamer/ListenOnUpdates", with("secret-of-a-0123456789"));
    stream gone(to, "/mtproto.UpdateStreamer/ListenOnUpdates", with("secret-of-b-0123456789"));
    for (auto* const one : {&kept, &gone}) {
        REQUIRE(one->write(""));
        REQUIRE(one->headers().count("mtproto-cursor") == 1);
    }
    auto const code = [&](const std::string& secret) { return to.call("MessagesSend", "echo:x", with(secret)).code; };

    // One has another secret, one is gone, one is new.
    REQUIRE(by.server.reload({token("a", "another-of-a-0123456789"), token("c", "secret-of-c-0123456789")}, {}));
    CHECK(code("secret-of-a-0123456789") == unauthenticated);
    CHECK(code("secret-of-b-0123456789") == unauthenticated);
    CHECK(code("another-of-a-0123456789") == 0);
    CHECK(code("secret-of-c-0123456789") == 0);
    CHECK(gone.finish().code == unauthenticated);
    proxy::published_batch batch;
    batch.updates.push_back({"updateNewMessage", {}});
    by.server.publish("one", std::move(batch));
    CHECK(kept.read());
    CHECK(by.watch->noted("published updateNewMessage"));

    // What start() would refuse changes nothing.
    auto const refused = by.server.reload({token("a", "short")}, {});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().text().find("shorter than 16") != std::string::npos);
    CHECK_FALSE(by.server.reload({}, {.chain = "chain", .private_key = "key"}));
    CHECK(code("secret-of-c-0123456789") == 0);
}

TEST_CASE("without tokens everybody calls, until there are some", "[proxy][reload]")
{
    served by;
    REQUIRE(by.up);
    grpc_client const to(by.address());
    stream heard(to, "/mtproto.UpdateStreamer/ListenOnUpdates");
    REQUIRE(heard.write(""));
    (void)heard.headers();
    REQUIRE(by.server.reload({token("a", "secret-of-a-0123456789")}, {}));
    CHECK(to.call("MessagesSend", "echo:x").code == unauthenticated);
    CHECK(heard.finish().code == unauthenticated);
    REQUIRE(by.server.reload({}, {}));
    CHECK(to.call("MessagesSend", "echo:x").code == 0);
}
