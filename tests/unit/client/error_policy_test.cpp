#include "catch.hpp"

#include <mtproto/client/error_policy.hpp>

using namespace mtproto;
using namespace std::chrono_literals;

namespace {

verdict judged(int number, const char* text, call_history history = {})
{
    return judge(error::from_rpc(number, text), history);
}

} // namespace

TEST_CASE("moves to other data centres")
{
    for (auto const* text : {"PHONE_MIGRATE_4", "NETWORK_MIGRATE_4", "USER_MIGRATE_4"}) {
        CHECK(judged(303, text).what == remedy::move_home);
        CHECK(judged(303, text).dc == 4);
    }
    CHECK(judged(303, "FILE_MIGRATE_5").what == remedy::move_call);
    CHECK(judged(303, "STATS_MIGRATE_5").dc == 5);
    CHECK(judged(303, "FILE_MIGRATE_5", {.moves = 2}).what == remedy::tell);
    CHECK(judged(303, "FILE_MIGRATE_X").what == remedy::tell);
    CHECK(judged(303, "FILE_MIGRATE_0").what == remedy::tell);
    CHECK(judged(400, "PHONE_MIGRATE_4").what == remedy::tell);
}

TEST_CASE("flood waits")
{
    CHECK(judged(420, "FLOOD_WAIT_3").what == remedy::wait);
    CHECK(judged(420, "FLOOD_WAIT_3").wait == 3s);
    CHECK(judged(420, "FLOOD_WAIT_0").wait == 100ms);
    CHECK(judged(420, "FLOOD_PREMIUM_WAIT_10").wait == 10s);
    CHECK(judged(420, "SLOWMODE_WAIT_11").what == remedy::tell);
    CHECK(judged(420, "FLOOD_WAIT_3", {.flood_wait_limit = 0s}).what == remedy::tell);
    CHECK(judged(420, "FLOOD_WAIT_99999999999").what == remedy::tell);
    CHECK(judged(420, "FLOOD_WAIT").what == remedy::tell);
}

TEST_CASE("internal errors are retried a few times")
{
    for (auto const* text : {"INTERNAL", "RPC_CALL_FAIL", "INTERDC_2_CALL_ERROR"})
        CHECK(judged(500, text).what == remedy::wait);
    CHECK(judged(-503, "Timeout").what == remedy::wait);
    CHECK(judged(500, "INTERNAL", {.retries = 0}).wait == 500ms);
    CHECK(judged(500, "INTERNAL", {.retries = 2}).wait == 2s);
    CHECK(judged(500, "INTERNAL", {.retries = 4}).what == remedy::tell);
}

TEST_CASE("the end of a session")
{
    CHECK(judged(401, "AUTH_KEY_UNREGISTERED").what == remedy::tell);
    CHECK(judged(401, "AUTH_KEY_UNREGISTERED", {.signed_in = true}).what == remedy::session_over);
    CHECK(judged(401, "AUTH_KEY_UNREGISTERED", {.foreign = true}).what == remedy::bring_authorization);
    CHECK(judged(401, "AUTH_KEY_UNREGISTERED", {.authorizations = 1, .foreign = true}).what == remedy::tell);
    CHECK(judged(401, "SESSION_REVOKED").what == remedy::session_over);
    CHECK(judged(406, "AUTH_KEY_DUPLICATED").what == remedy::session_over);
    CHECK(judged(401, "SESSION_PASSWORD_NEEDED", {.signed_in = true}).what == remedy::tell);
}

TEST_CASE("all else is the caller's")
{
    CHECK(judged(400, "PHONE_CODE_INVALID").what == remedy::tell);
    CHECK(judged(400, "CONNECTION_NOT_INITED").what == remedy::init);
    CHECK(judged(400, "CONNECTION_NOT_INITED", {.inits = 1}).what == remedy::tell);
    CHECK(judge(errc::timed_out, {}).what == remedy::tell);
}
