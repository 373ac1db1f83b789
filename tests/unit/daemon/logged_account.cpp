#include "logged_account.hpp"

#include "catch.hpp"

#include "../../../apps/mtproto/schema_source.hpp"

#include <mtproto/tl/schema/dynamic_json.hpp>

#include <boost/json/parse.hpp>

using namespace mtproto;

namespace {

std::string logged(const char* json)
{
    auto const tl = tl::schema::json_to_tl(apps::api_schema(), boost::json::parse(json));
    INFO((tl ? std::string() : tl.error().message()));
    REQUIRE(tl.has_value());
    return daemon::loggable_request(*tl);
}
bool has(const std::string& text, std::string_view part)
{
    UNSCOPED_INFO(text);
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("requests are logged without what they keep secret", "[log]")
{
    auto const sign_in = logged(R"({"_":"auth.signIn","phone_number":"+15550001","phone_code_hash":"canary","phone_code":"13579"})");
    CHECK(has(sign_in, "auth.signIn"));
    CHECK(has(sign_in, "+15****01"));
    for (auto const* secret : {"canary", "13579", "+15550001"})
        CHECK_FALSE(has(sign_in, secret));

    auto const code = logged(
        R"({"_":"auth.sendCode","phone_number":"+15550001","api_id":1,"api_hash":"canary","settings":{"_":"codeSettings"}})");
    CHECK_FALSE(has(code, "canary"));

    CHECK_FALSE(has(logged(R"({"_":"auth.importBotAuthorization","flags":0,"api_id":1,"api_hash":"canary","bot_auth_token":"canary"})"),
                    "canary"));

    auto const text = logged(
        R"({"_":"messages.sendMessage","peer":{"_":"inputPeerSelf"},"message":"canary","random_id":"7"})");
    CHECK(has(text, "inputPeerSelf"));
    CHECK(has(text, "[6 characters]"));
    CHECK_FALSE(has(text, "canary"));

    auto const part = logged(R"({"_":"upload.saveFilePart","file_id":"1","file_part":0,"bytes":"Y2FuYXJ5"})");
    CHECK_FALSE(has(part, "Y2FuYXJ5"));

    // Inside of wrappers too.
    CHECK_FALSE(has(logged(R"({"_":"invokeWithoutUpdates","query":{"_":"auth.signIn","phone_number":"+15550001",
        "phone_code_hash":"canary","phone_code":"13579"}})"),
                    "canary"));
    CHECK(daemon::loggable_request({std::byte(1)}) == "[cannot be read]");
}
