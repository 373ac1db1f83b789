#include "phone.hpp"

#include "client.hpp"
#include "fakes.hpp"

#include "catch.hpp"

#include "../../../apps/mtproto/local_sandbox.hpp"

#include <mtproto/proxy/api_methods.hpp>
#include <mtproto/proxy/client_account.hpp>

using namespace proxy_test;
using namespace std::chrono_literals;
using proxy::detail::put_number;
using proxy::detail::put_text;

namespace {

std::string in(std::uint32_t field, std::string_view message)
{
    std::string out;
    put_text(out, field, message);
    return out;
}
std::string path(std::string_view message, std::initializer_list<std::uint32_t> fields)
{
    std::string out(message);
    for (auto const number : fields)
        out = field(out, number);
    return out;
}

// Numbers as in proto/mtproto.
std::string get_self() { return in(1, in(2, "")); }                // ReqUsersGetUsers { id: { input_user_self {} } }
std::string send_message(std::string_view peer, std::string_view text)
{
    std::string out;
    put_text(out, 9, peer);
    put_text(out, 11, text);
    put_number(out, 12, static_cast<std::uint64_t>(std::hash<std::string_view>()(text)));
    return out;
}
/// ReqContactsResolveUsername, and of its answer the TypeInputPeer.
std::string resolve(const grpc_client& to, std::string_view username, const call_settings& how)
{
    auto const found = to.call("ContactsResolveUsername", in(1, username), how);
    REQUIRE(found.code == 0);
    // TypeContactsResolvedPeer.contacts_resolved_peer.users[0].user
    auto const user = path(found.body, {1, 3, 2});
    std::string peer;
    put_number(peer, 1, std::stoull(field(user, 31)));
    put_number(peer, 2, std::stoull(field(user, 32)));
    return in(4, peer);
}
call_settings as(std::string account) { return {.metadata = {{"mtproto-account", std::move(account)}}}; }

} // namespace

TEST_CASE("two accounts of a data centre, over gRPC", "[proxy][sandbox]")
{
    auto const data_centre = std::move(apps::local_sandbox::open({}).value());
    phone ada(*data_centre, data_centre->users().at(0)), bob(*data_centre, data_centre->users().at(1));

    auto const watch = std::make_shared<fake_observer>();
    proxy::server server(quiet_options(), std::make_shared<proxy::api_methods>(), watch);
    REQUIRE(server.add_account("ada", std::make_shared<proxy::client_account>(ada.client())));
    REQUIRE(server.add_account("bob", std::make_shared<proxy::client_account>(bob.client())));
    REQUIRE(server.start());
    ada.pump_into(server, "ada");
    bob.pump_into(server, "bob");
    grpc_client const to("127.0.0.1:" + std::to_string(server.ports().at(0)));

    // TypeVectorUser.values[0].user.id
    auto const self = to.call("UsersGetUsers", get_self());
    REQUIRE(self.code == 0);
    CHECK(path(self.body, {1, 2, 31}) == std::to_string(ada.user_id()));
    auto const other = to.call("UsersGetUsers", get_self(), as("bob"));
    CHECK(path(other.body, {1, 2, 31}) == std::to_string(bob.user_id()));

    // An error of the data centre.
    auto const refused = to.call("ContactsResolveUsername", in(1, "nobody_of_that_name"));
    CHECK(refused.code == 3);
    CHECK(refused.message == "USERNAME_NOT_OCCUPIED");
    CHECK(details::of(refused.details).domain == "telegram.org");
    // A request without what it must have.
    auto const half = to.call("MessagesSendMessage", "");
    CHECK(half.code == 3);
    CHECK(half.message.find("peer") != std::string::npos);

    // A call inside of another one: AnyMethod.users_get_users, AnyResult.vector_user.
    auto const wrapped = to.call("InvokeWithoutUpdates", in(1, in(811, get_self())));
    REQUIRE(wrapped.code == 0);
    CHECK(path(wrapped.body, {290, 1, 2, 31}) == std::to_string(ada.user_id()));

    // Updates, of the one who gets a message and of the one who sent it.
    stream heard(to, "/mtproto.UpdateStreamer/ListenOnUpdates", as("bob"));
    REQUIRE(heard.write(in(2, "updateNewMessage")));
    REQUIRE(heard.headers().count("mtproto-cursor") == 1);
    auto const peer = resolve(to, data_centre->users().at(1).username, as("ada"));
    CHECK(to.call("MessagesSendMessage", send_message(peer, "first"), as("ada")).code == 0);
    CHECK(to.call("MessagesSendMessage", send_message(peer, "second"), as("ada")).code == 0);
    // update.update_new_message.message.message.message
    auto const text = [](std::string_view update) { return path(update, {2, 1, 1, 2, 28}); };
    auto const first = heard.read(10s).value_or("");
    CHECK(text(first) == "first");
    CHECK_FALSE(fields(first, 3).empty()); // with who wrote it
    heard.cancel();
    (void)heard.finish();
    CHECK(to.call("MessagesSendMessage", send_message(peer, "third"), as("ada")).code == 0);
    stream again(to, "/mtproto.UpdateStreamer/ListenOnUpdates", as("bob"));
    REQUIRE(again.write(in(1, field(first, 1)) + in(2, "updateNewMessage")));
    CHECK(text(again.read(10s).value_or("")) == "second");
    CHECK(text(again.read(10s).value_or("")) == "third");

    // Health follows the client.
    CHECK(to.call("/grpc.health.v1.Health/Check", in(1, "bob")).body == "\x08\x01");
    bob.close();
    CHECK(to.call("/grpc.health.v1.Health/Check", in(1, "bob")).body == "\x08\x02");
    CHECK(to.call("UsersGetUsers", get_self(), as("bob")).code == 14);
    CHECK(to.call("UsersGetUsers", get_self(), as("ada")).code == 0);
    server.shutdown();
}

TEST_CASE("reflection describes the whole contract", "[proxy][sandbox]")
{
    proxy::server server(quiet_options(), std::make_shared<proxy::api_methods>());
    REQUIRE(server.start());
    grpc_client const to("127.0.0.1:" + std::to_string(server.ports().at(0)));
    stream talk(to, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo");
    for (auto const* const symbol : {"mtproto.Mtproto", "mtproto.UpdateStreamer.ListenOnUpdates", "mtproto.TypeUpdates",
                                     "mtproto.Mtproto.MessagesSendMessage", "mtproto.PredUser.first_name"}) {
        REQUIRE(talk.write(in(4, symbol)));
        CHECK_FALSE(fields(field(talk.read().value_or(""), 4), 1).empty());
    }
    CHECK(to.call("UsersGetUsers", "").code == 5); // no account yet
    server.shutdown();
}
