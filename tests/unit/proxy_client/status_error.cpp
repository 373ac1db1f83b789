#include <mtproto/proxy/status.hpp>
#include <mtproto/proxy/status_error.hpp>

#include "catch.hpp"

using namespace mtproto;

TEST_CASE("errors survive the way through a status", "[proxy][status]")
{
    for (auto const& before :
         {error::from_rpc(420, "FLOOD_WAIT_17"), error::from_rpc(400, "PEER_ID_INVALID"), error::from_rpc(-503, "Timeout"),
          error(errc::timed_out), error(errc::cancelled), error(errc::session_lost), error(errc::auth_key_unknown)}) {
        auto const status = proxy::status_of(before);
        CHECK(proxy::error_of_status(status.code, status.message, status.details) == before);
    }
    CHECK(proxy::error_of_status(proxy::status_code::unavailable, "gone", "").is(errc::not_connected));
    CHECK(proxy::error_of_status(proxy::status_code::unimplemented, "", "").is(errc::bad_argument));
    auto const limited = proxy::proxy_status(proxy::status_code::resource_exhausted, "RATE_LIMITED", "slow down");
    auto const refused = proxy::error_of_status(limited.code, limited.message, limited.details);
    CHECK(refused.is(errc::refused));
    CHECK(refused.text() == "RATE_LIMITED: slow down");
}

TEST_CASE("details that are no details do no harm", "[proxy][status]")
{
    for (std::string_view const bytes : {"\xff", "\x1a\x05"
                                                 "abc",
                                         "\x1a\x02\x0a\x7f", "\x08\x01"})
        CHECK(proxy::error_of_status(proxy::status_code::internal, "x", bytes).is(errc::refused));
}
