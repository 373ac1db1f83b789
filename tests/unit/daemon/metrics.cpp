#include "metrics.hpp"

#include "catch.hpp"

#include <string>

using namespace mtproto;

namespace {

bool has(const std::string& text, const std::string& line) { return text.find(line) != std::string::npos; }

} // namespace

TEST_CASE("calls are counted by account, method and status", "[metrics]")
{
    daemon::metrics counts;
    bool up = true;
    counts.account_added("ada", [&] { return up; });
    proxy::call_info const call{"UsersGetUsers", "ada", "reporting", "unix:"};
    counts.call_started(call);
    CHECK(has(counts.text(), "mtprotod_calls_in_flight 1"));
    counts.call_finished(call, {proxy::status_code::ok, "", std::chrono::milliseconds(3), 10, 20});
    counts.call_started(call);
    counts.call_finished(call, {proxy::status_code::resource_exhausted, "FLOOD_WAIT_17", std::chrono::milliseconds(3), 10, 0});
    auto const text = counts.text();
    INFO(text);
    CHECK(has(text, R"(mtprotod_calls_total{account="ada",code="OK",method="UsersGetUsers"} 1)"));
    CHECK(has(text, R"(mtprotod_calls_total{account="ada",code="RESOURCE_EXHAUSTED",method="UsersGetUsers"} 1)"));
    CHECK(has(text, R"(mtprotod_call_seconds_bucket{account="ada",method="UsersGetUsers",le="0.005"} 2)"));
    CHECK(has(text, R"(mtprotod_request_bytes_total{account="ada"} 20)"));
    CHECK(has(text, R"(mtprotod_reply_bytes_total{account="ada"} 20)"));
    CHECK(has(text, R"(mtprotod_token_calls_total{code="OK",token="reporting"} 1)"));
    CHECK(has(text, "mtprotod_calls_in_flight 0"));
    CHECK(has(text, R"(mtprotod_account_connected{account="ada"} 1)"));
    CHECK_FALSE(has(text, "FLOOD_WAIT_17"));
    up = false;
    CHECK(has(counts.text(), R"(mtprotod_account_connected{account="ada"} 0)"));
}

TEST_CASE("updates and listeners are counted", "[metrics]")
{
    daemon::metrics counts;
    proxy::call_info const call{"ListenOnUpdates", "ada", "", "unix:"};
    counts.listener_opened(call);
    counts.updates_published("ada", "updateNewMessage", 3, 300);
    counts.updates_published("ada", "updateUserStatus", 1, 20);
    counts.updates_published("ada", "", 1, 10);
    counts.updates_sent("ada", 2, 200);
    counts.queue_depth("ada", 1);
    CHECK(has(counts.text(), R"(mtprotod_listeners{account="ada"} 1)"));
    CHECK(has(counts.text(), R"(mtprotod_listener_queue_updates{account="ada"} 1)"));
    counts.updates_dropped("ada", 1);
    counts.listener_closed(call, true);
    counts.account_reconnected("ada");
    auto const text = counts.text();
    CHECK(has(text, R"(mtprotod_listeners{account="ada"} 0)"));
    CHECK(has(text, R"(mtprotod_listeners_dropped_total{account="ada"} 1)"));
    CHECK(has(text, R"(mtprotod_updates_published_total{account="ada",kind="updateNewMessage"} 3)"));
    CHECK(has(text, R"(mtprotod_updates_published_total{account="ada",kind="updateUserStatus"} 1)"));
    CHECK(has(text, R"(mtprotod_updates_published_total{account="ada",kind="reset"} 1)"));
    CHECK(has(text, R"(mtprotod_updates_sent_total{account="ada"} 2)"));
    CHECK(has(text, R"(mtprotod_reconnects_total{account="ada"} 1)"));
}

TEST_CASE("the page is served on loopback only", "[metrics]")
{
    daemon::metrics counts;
    auto const at = counts.serve("0");
    REQUIRE(at);
    CHECK(at->starts_with("127.0.0.1:"));
    CHECK(*at != "127.0.0.1:0");
    daemon::metrics second;
    CHECK(second.serve(*at).error().is(errc::connect_failed));
    CHECK(second.serve("0.0.0.0:0").error().is(errc::bad_argument));
    CHECK(second.serve("nonsense").error().is(errc::bad_argument));
}
