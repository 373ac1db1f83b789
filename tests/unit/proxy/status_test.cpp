#include "fakes.hpp"

#include "catch.hpp"

#include <mtproto/crypto/bytes.hpp>
#include <mtproto/proxy/status.hpp>

using namespace proxy_test;
using proxy::status_code;

TEST_CASE("Telegram's codes become gRPC's", "[proxy][status]")
{
    CHECK(proxy::code_of_rpc(400) == status_code::invalid_argument);
    CHECK(proxy::code_of_rpc(401) == status_code::unauthenticated);
    CHECK(proxy::code_of_rpc(403) == status_code::permission_denied);
    CHECK(proxy::code_of_rpc(404) == status_code::not_found);
    CHECK(proxy::code_of_rpc(406) == status_code::failed_precondition);
    CHECK(proxy::code_of_rpc(420) == status_code::resource_exhausted);
    CHECK(proxy::code_of_rpc(500) == status_code::internal);
    CHECK(proxy::code_of_rpc(-503) == status_code::deadline_exceeded);
    CHECK(proxy::code_of_rpc(-500) == status_code::internal);
    CHECK(proxy::code_of_rpc(402) == status_code::unknown);
}

TEST_CASE("an RPC error keeps its words, its number and the time to wait", "[proxy][status]")
{
    auto const status = proxy::status_of(error::from_rpc(420, "FLOOD_WAIT_17"));
    CHECK(status.code == status_code::resource_exhausted);
    CHECK(status.message == "FLOOD_WAIT_17");
    auto const said = details::of(status.details);
    CHECK(said.code == "8");
    CHECK(said.message == "FLOOD_WAIT_17");
    CHECK(said.reason == "FLOOD_WAIT");
    CHECK(said.domain == "telegram.org");
    CHECK(said.metadata == std::map<std::string, std::string>{{"code", "420"}, {"text", "FLOOD_WAIT_17"}, {"value", "17"}});
    CHECK(said.retry_seconds == "17");
    CHECK(said.retry_nanos.empty());

    auto const plain = details::of(proxy::status_of(error::from_rpc(400, "PEER_ID_INVALID")).details);
    CHECK(plain.reason == "PEER_ID_INVALID");
    CHECK(plain.metadata.count("value") == 0);
    CHECK(plain.retry_seconds.empty());
}

TEST_CASE("the bytes of google.rpc.Status are protobuf's", "[proxy][status]")
{
    auto const bytes = proxy::details_bytes(status_code::unavailable, "m", {"R", "d", {{"k", "v"}}, std::chrono::milliseconds(1500)});
    // protoc --encode=google.rpc.Status says so.
    CHECK(crypto::to_hex(crypto::as_bytes(bytes)) ==
          "080e12016d1a3a0a28747970652e676f6f676c65617069732e636f6d2f676f6f676c652e7270632e4572726f72496e666f12"
          "0e0a01521201641a060a016b1201761a360a28747970652e676f6f676c65617069732e636f6d2f676f6f676c652e7270632e"
          "5265747279496e666f120a0a0808011080cab5ee01");
}

TEST_CASE("failures of our own", "[proxy][status]")
{
    auto const of = [](errc e) { return proxy::status_of(e).code; };
    CHECK(of(errc::timed_out) == status_code::deadline_exceeded);
    CHECK(of(errc::cancelled) == status_code::cancelled);
    CHECK(of(errc::not_connected) == status_code::unavailable);
    CHECK(of(errc::connect_failed) == status_code::unavailable);
    CHECK(of(errc::session_lost) == status_code::unknown);
    CHECK(of(errc::auth_key_unknown) == status_code::unauthenticated);
    CHECK(of(errc::wrong_result) == status_code::internal);
    CHECK(of(errc::too_large) == status_code::resource_exhausted);
    CHECK(proxy::status_of_bad_request(errc::truncated).code == status_code::invalid_argument);
    CHECK(details::of(proxy::status_of(errc::not_connected).details).domain == "mtproto");
}

TEST_CASE("what is not UTF-8 does not break the reader of a status", "[proxy][status]")
{
    CHECK(mtproto::tl::utf8_or_replaced("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80") ==
          "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80");
    CHECK(mtproto::tl::utf8_or_replaced("a\xff z") == "a\xef\xbf\xbd z");
    CHECK(mtproto::tl::utf8_or_replaced("\xc0\x80") == "\xef\xbf\xbd\xef\xbf\xbd");         // overlong
    CHECK(mtproto::tl::utf8_or_replaced("\xed\xa0\x80").find('\xa0') == std::string::npos); // surrogate
    CHECK(mtproto::tl::utf8_or_replaced("\xe2\x82") == "\xef\xbf\xbd\xef\xbf\xbd");         // cut off
    CHECK(proxy::status_of(error::from_rpc(400, "BAD\xff")).message == "BAD\xef\xbf\xbd");
}

TEST_CASE("the reader of fields gives up on what is malformed", "[proxy][status]")
{
    using proxy::detail::wire_reader;
    for (std::string_view const bad : {std::string_view("\x0a\x05"
                                                        "abc"),
                                       std::string_view("\x0b"), std::string_view("\x80"),
                                       std::string_view("\x00", 1), std::string_view("\x0d\x01"),
                                       std::string_view("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")}) {
        wire_reader reader(bad);
        while (reader.next()) {
        }
        CHECK(reader.failed());
    }
}
