#include "mtproto/sandbox/login.hpp"

#include "catch.hpp"
#include "outcome.hpp"

using namespace mtproto;

TEST_CASE("codes are checked against what was sent, for five minutes and five tries")
{
    sandbox::code_desk desk(3);
    auto const hash = desk.send("15550001", "12345", 1000);
    CHECK(desk.last("15550001") == "12345");
    CHECK(why(desk.check("15550001", "", "12345", 1001)) == "PHONE_CODE_HASH_EMPTY");
    CHECK(why(desk.check("15550001", hash, "", 1001)) == "PHONE_CODE_EMPTY");
    CHECK(why(desk.check("15550001", "nonsense", "12345", 1001)) == "PHONE_CODE_EXPIRED");
    CHECK(why(desk.check("15550002", hash, "12345", 1001)) == "PHONE_CODE_EXPIRED");
    CHECK(why(desk.check("15550001", hash, "12345", 1300)) == "PHONE_CODE_EXPIRED");
    CHECK(why(desk.check("15550001", hash, "54321", 1001)) == "PHONE_CODE_INVALID");
    CHECK(ok(desk.check("15550001", hash, "12345", 1299)));

    auto const newer = desk.send("15550001", {}, 2000);
    CHECK(newer != hash);
    CHECK(desk.last("15550001")->size() == 5);
    CHECK(why(desk.check("15550001", hash, "12345", 2001)) == "PHONE_CODE_EXPIRED");
    for (int i = 0; i < 5; ++i)
        CHECK(why(desk.check("15550001", newer, "0", 2001)) == "PHONE_CODE_INVALID");
    CHECK(why(desk.check("15550001", newer, *desk.last("15550001"), 2001)) == "PHONE_CODE_EXPIRED");
}
