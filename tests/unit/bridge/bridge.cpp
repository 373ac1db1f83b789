// Methods of the API between protobuf and TL, by their names, as a server uses them.
#include "catch.hpp"

#include "mtproto/api/methods/core.hpp"
#include "mtproto/api/methods/help.hpp"
#include "mtproto/api/methods/users.hpp"
#include "mtproto/api/types/core_i.hpp"
#include "mtproto/proxy/bridge.hpp"
#include "mtproto/tl/encode.hpp"
#include "mtproto/tl/equal.hpp"
#include "mtproto/tl/protobuf_text.hpp"
#include "mtproto/tl/protobuf_writer.hpp"

#include <algorithm>

using namespace mtproto;

namespace {

tl::protobuf_writer message(auto&& fill)
{
    tl::protobuf_writer to;
    fill(to);
    return to;
}
bool same(tl::bytes_view a, tl::bytes_view b)
{
    return std::ranges::equal(a, b);
}

} // namespace

TEST_CASE("methods are found by rpc and by id")
{
    auto const* const found = proxy::find_method("MessagesSendMessage");
    REQUIRE(found);
    CHECK(found->tl_name == "messages.sendMessage");
    CHECK(found->result == "TypeUpdates");
    CHECK(proxy::find_method(found->id) == found);
    CHECK(proxy::find_method("MessagesSendMessag") == nullptr);
    CHECK(proxy::find_method("") == nullptr);
    CHECK(proxy::find_method("zzz") == nullptr);
    CHECK(proxy::find_method(1u) == nullptr);
    for (auto const& method : proxy::contract::methods) {
        CHECK(proxy::find_method(method.rpc) == &method);
        CHECK(proxy::find_method(method.id) == &method);
    }
}

TEST_CASE("a request becomes the TL of its call, with words for what is missing")
{
    // users.getUsers { id: [inputUserSelf] }
    auto const self = message([](auto& to) {
        auto const type = to.begin(1);
        auto const user = to.begin(2); // inputUserEmpty is 1
        to.end(user);
        to.end(type);
    });
    auto const& method = *proxy::find_method("UsersGetUsers");
    api::users::getUsers const request{.id = {api::inputUserSelf{}}};
    CHECK(same(proxy::request_to_tl(method, self.view()).value(), tl::encode(request).value()));

    auto const& send = *proxy::find_method("MessagesSendMessage");
    auto const empty = proxy::request_to_tl(send, {});
    REQUIRE(empty.has_error());
    CHECK(empty.error().is(errc::bad_argument));
    CHECK(empty.error().text() == "messages.sendMessage: peer is not set: choose one of TypeInputPeer");
}

TEST_CASE("every method takes an empty message or says what it lacks")
{
    for (auto const& method : proxy::contract::methods) {
        INFO(method.rpc);
        auto const made = proxy::request_to_tl(method, {});
        if (made)
            CHECK(made->size() >= 4);
        else
            CHECK(made.error().text().starts_with(std::string(method.tl_name) + ": "));
        // There is a way back for each result: it ends inside a value, or is the empty message of a vector.
        if (method.any_result != 0)
            CHECK(proxy::result_to_protobuf(method, {}, {}).error().is(errc::truncated));
    }
}

TEST_CASE("results are messages of their own")
{
    auto const get = [](std::string_view rpc) { return *proxy::find_method(rpc); };
    auto const yes = tl::encode(true).value();
    auto const bytes = proxy::result_to_protobuf(get("AuthResetAuthorizations"), yes, {}).value();
    CHECK(tl::as_text(bytes) == "\x08\x01");
    auto const no = tl::encode(false).value();
    CHECK(proxy::result_to_protobuf(get("AuthResetAuthorizations"), no, {})->empty());

    auto const users = tl::encode(std::vector<api::User>{api::userEmpty{.id = 5}}).value();
    // TypeVectorUser { values { user_empty { id } } }
    CHECK(tl::as_text(proxy::result_to_protobuf(get("UsersGetUsers"), users, {}).value()) == std::string_view("\x0a\x04\x0a\x02\x08\x05"));
    CHECK(proxy::result_to_protobuf(get("UsersGetUsers"), yes, {}).error().is(errc::unknown_constructor));
    auto longer = users;
    longer.resize(longer.size() + 4);
    CHECK(proxy::result_to_protobuf(get("UsersGetUsers"), longer, {}).error().is(errc::trailing_bytes));
}

TEST_CASE("methods carry others, and results come back as what the innermost returns")
{
    auto const& layer = *proxy::find_method("InvokeWithLayer");
    auto const& without = *proxy::find_method("InvokeWithoutUpdates");
    auto const& users = *proxy::find_method("UsersGetUsers");
    auto const request = message([&](auto& to) {
        to.number_field(1, 200);      // layer
        auto const query = to.begin(2); // query: AnyMethod
        auto const outer = to.begin(without.any_method);
        auto const inner_query = to.begin(1);
        auto const inner = to.begin(users.any_method);
        auto const type = to.begin(1);
        auto const self = to.begin(2);
        to.end(self);
        to.end(type);
        to.end(inner);
        to.end(inner_query);
        to.end(outer);
        to.end(query);
    });
    auto const made = proxy::request_to_tl(layer, request.view()).value();
    using carried = api::invokeWithoutUpdates<api::users::getUsers>;
    api::invokeWithLayer<carried> const call{.layer = 200, .query = {.query = {.id = {api::inputUserSelf{}}}}};
    CHECK(same(made, tl::encode(call).value()));

    auto const inside = proxy::inner_methods(layer, made).value();
    REQUIRE(inside.size() == 2);
    CHECK(inside[0] == &without);
    CHECK(inside[1] == &users);
    CHECK(proxy::inner_methods(users, made)->empty());

    auto const result = tl::encode(std::vector<api::User>{api::userEmpty{.id = 5}}).value();
    auto const wanted = message([&](auto& to) {
        auto const any = to.begin(users.any_result);
        auto const values = to.begin(1);
        auto const empty = to.begin(1);
        to.number_field(1, 5);
        to.end(empty);
        to.end(values);
        to.end(any);
    });
    CHECK(same(proxy::result_to_protobuf(layer, result, made).value(), wanted.view()));
    CHECK(proxy::request_to_tl(layer, {}).error().text() ==
          "invokeWithLayer: query is not set: choose one of the methods of AnyMethod");
    CHECK(proxy::inner_methods(layer, tl::bytes_view(made).first(10)).has_error());

    // What is before the query is passed over, whatever it holds.
    using connection = api::initConnection<api::help::getConfig>;
    api::jsonArray const params{.value = {api::jsonNumber{.value = 1}, api::jsonBool{}}};
    connection const init{.api_id = 1, .device_model = "x", .params = params};
    auto const config = proxy::inner_methods(*proxy::find_method("InitConnection"), tl::encode(init).value()).value();
    REQUIRE(config.size() == 1);
    CHECK(config[0]->rpc == "HelpGetConfig");

    // Methods within methods without end.
    std::string nested;
    for (int i = 0; i < 100; ++i) {
        auto const one = message([&](auto& to) {
            auto const query = to.begin(1);
            to.bytes_field(without.any_method, std::as_bytes(std::span(nested)));
            to.end(query);
        });
        nested = tl::as_text(one.view());
    }
    CHECK(proxy::request_to_tl(without, std::as_bytes(std::span(nested))).error().is(errc::too_deep));
}

TEST_CASE("updates have a kind")
{
    auto const tl = tl::encode(api::Update(api::updateConfig{})).value();
    auto const update = proxy::update_to_protobuf(tl).value();
    CHECK(update.kind == "updateConfig");
    CHECK(!update.update.empty());
    CHECK(proxy::update_to_protobuf({}).has_error());
    CHECK(proxy::is_update_kind("updateNewMessage"));
    CHECK_FALSE(proxy::is_update_kind("updateNewMessages"));
    CHECK(tl::as_text(proxy::user_to_protobuf(tl::encode(api::User(api::userEmpty{.id = 5})).value()).value()) ==
          std::string_view("\x0a\x02\x08\x05"));
    CHECK(tl::as_text(proxy::chat_to_protobuf(tl::encode(api::Chat(api::chatEmpty{.id = 5})).value()).value()) ==
          std::string_view("\x0a\x02\x08\x05"));
}
