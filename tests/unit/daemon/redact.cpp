#include "redact.hpp"

#include "catch.hpp"

using namespace mtproto::daemon;

TEST_CASE("names of secrets are known in every spelling", "[redact]")
{
    for (auto const* name : {"phone_code", "phoneCode", "phone-code-hash", "password", "new_password_hash", "auth_key", "AUTH_KEY",
                             "api_hash", "apihash", "bot_auth_token", "token", "authorization", "session", "session_string",
                             "secret", "private_key", "code", "email_code"}) {
        INFO(name);
        CHECK(names_secret(name));
        CHECK(shown(name, "hunter2hunter2") == redaction);
    }
    for (auto const* name : {"account", "method", "status", "error_code", "peer", "dc", "why", "address", "message_id"}) {
        INFO(name);
        CHECK_FALSE(names_secret(name));
        CHECK(shown(name, "plain") == "plain");
    }
}

TEST_CASE("phone numbers keep enough to tell accounts apart", "[redact]")
{
    CHECK(shown("phone", "+15550001") == "+15****01");
    CHECK(shown("phone_number", "15550001") == "15****01");
    CHECK(shown("phone", "+1555") == redaction); // too short to hide anything in
    CHECK(shown("phone", "").empty());
}

TEST_CASE("known secrets are found in any text", "[redact]")
{
    known_secrets all;
    all.add("s3cret");
    all.add("s3cret-and-longer");
    all.add("abc"); // too short: it would hit by chance
    all.add_phone("+15550001");
    CHECK(all.scrub("token s3cret-and-longer, s3cret") == "token [redacted], [redacted]");
    CHECK(all.scrub("abc") == "abc");
    CHECK(all.scrub("user 15550001 and +15550001") == "user 15****01 and +15****01");
    CHECK(all.scrub("").empty());
}
