// The contract's descriptors as a program has them.
#include "mtproto/proxy/descriptors.hpp"

#include "mtproto/proxy/contract/methods.hpp"

#include "catch.hpp"

#include <algorithm>
#include <iterator>
#include <string>

namespace contract = mtproto::proxy::contract;

TEST_CASE("descriptors are found by what they declare")
{
    auto const in = [](std::string_view symbol) {
        auto const* file = contract::descriptor_file_of(symbol);
        return file != nullptr ? std::string(file->name) : "";
    };
    CHECK(in("mtproto.Mtproto") == "mtproto/mtproto.proto");
    CHECK(in("mtproto.Mtproto.UsersGetUsers") == "mtproto/mtproto.proto");
    CHECK(in("mtproto.UpdateStreamer.ListenOnUpdates") == "mtproto/updates.proto");
    CHECK(in("mtproto.TypeUpdates") == "mtproto/types.proto");
    CHECK(in("mtproto.PredInputPeerSelf") == "mtproto/types.proto");
    for (auto const unknown : {"", "mtproto", "mtproto.", "Mtproto", "mtproto.Mtproto.",
                               "mtproto.Mtproto.None", "mtproto.TypeUpdates.x", "grpc.health.v1.Health"})
        CHECK(in(unknown).empty());
}

TEST_CASE("each method has its call, its request and its result in the descriptors")
{
    for (auto const& method : contract::methods) {
        INFO(method.rpc);
        CHECK(contract::descriptor_file_of("mtproto.Mtproto." + std::string(method.rpc)));
        CHECK(contract::descriptor_file_of("mtproto.Req" + std::string(method.rpc)));
        CHECK(contract::descriptor_file_of("mtproto." + std::string(method.result)));
        CHECK((method.any_result == 0) == (method.result == "AnyResult"));
        CHECK(method.any_method != 0);
    }
    CHECK(std::is_sorted(std::begin(contract::methods), std::end(contract::methods),
                         [](const auto& a, const auto& b) { return a.rpc < b.rpc; }));
}
