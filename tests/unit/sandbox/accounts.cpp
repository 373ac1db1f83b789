#include "mtproto/sandbox/accounts.hpp"

#include "catch.hpp"
#include "outcome.hpp"

using namespace mtproto;

TEST_CASE("phones are compared by their digits")
{
    CHECK(sandbox::normalise_phone("+1 (555) 010-0001") == "15550100001");
    CHECK(sandbox::normalise_phone("hello").empty());
    CHECK(sandbox::normalise_phone("123").empty());
    CHECK(sandbox::normalise_phone("+999123456789012345678901").empty());
}

TEST_CASE("accounts are found by phone, username and token")
{
    sandbox::directory people;
    auto ada = people.add({.phone = "+1 555 0100", .first_name = "Ada", .username = "Ada"});
    REQUIRE(ok(ada));
    CHECK((*ada)->id == sandbox::directory::first_user_id);
    CHECK(people.by_phone("1-555-0100") == *ada);
    CHECK(people.by_username("aDA") == *ada);
    CHECK(people.by_username("") == nullptr);
    CHECK(people.find((*ada)->id) == *ada);

    CHECK(people.add({.phone = "15550100"}).error().text() == "PHONE_NUMBER_OCCUPIED");
    CHECK(people.add({.phone = "abc"}).error().text() == "PHONE_NUMBER_INVALID");

    auto echo = people.add({.bot = true, .token = "7000000042:secret"});
    REQUIRE(ok(echo));
    CHECK((*echo)->id == 7'000'000'042);
    CHECK(people.by_token("7000000042:secret") == *echo);
    CHECK(people.add({.bot = true, .token = "7000000042:secret"}).error().text() == "ACCESS_TOKEN_INVALID");
    CHECK(people.add({.bot = true}).has_error());
}
