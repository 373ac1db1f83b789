// What the client writes is what the bridge reads.
#include <mtproto/proxy/bridge.hpp>
#include <mtproto/proxy/detail/messages.hpp>

#include <mtproto/api/methods/core.hpp>
#include <mtproto/api/methods/help.hpp>
#include <mtproto/api/types/core_n.hpp>
#include <mtproto/tl/encode.hpp>

#include "catch.hpp"

using namespace mtproto;

TEST_CASE("rpcs are named after their methods", "[proxy][client]")
{
    CHECK(proxy::detail::method_path<api::help::getNearestDc>() == "/mtproto.Mtproto/HelpGetNearestDc");
    for (auto const& method : proxy::contract::methods)
        CHECK(proxy::detail::rpc_name(method.tl_name) == method.rpc);
}

namespace {

template <class Q>
void check_request(const Q& request)
{
    auto const message = proxy::detail::request_message(request);
    REQUIRE(message.has_value());
    auto const* const method = proxy::find_method(Q::tl_id);
    REQUIRE(method);
    auto const tl = proxy::request_to_tl(*method, std::as_bytes(std::span(*message)));
    INFO((tl ? std::string() : tl.error().message()));
    REQUIRE(tl.has_value());
    CHECK(*tl == tl::encode(request).value());

    // And back: the answer comes in the message that the method has for it.
    api::nearestDc nearest;
    nearest.country = "NL";
    api::NearestDc const answer(nearest);
    auto const reply = proxy::result_to_protobuf(*method, tl::encode(answer).value(), *tl);
    REQUIRE(reply.has_value());
    auto const read = proxy::detail::read_result<Q>(*reply);
    REQUIRE(read.has_value());
    CHECK(tl::get_if<api::nearestDc>(*read)->country == "NL");
}

} // namespace

TEST_CASE("requests, and requests within requests", "[proxy][client]")
{
    api::help::getNearestDc const plain;
    check_request(plain);
    api::invokeWithoutUpdates<api::help::getNearestDc> wrapped;
    check_request(wrapped);
    api::invokeAfterMsg<api::invokeWithoutUpdates<api::help::getNearestDc>> twice;
    twice.msg_id = 77;
    check_request(twice);
}
