#include "catch.hpp"

#include <mtproto/api/schema_text.hpp>
#include <mtproto/crypto/random.hpp>
#include <mtproto/sandbox/calls.hpp>
#include <mtproto/sandbox/membership.hpp>
#include <mtproto/tl/schema/dynamic_json.hpp>
#include <mtproto/tl/schema/parser.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

using namespace mtproto;
namespace json = boost::json;
using sandbox::peer;

namespace {

const tl::schema::schema& native()
{
    static auto const parsed = tl::schema::parse_pieces(api::schema_text, "api.tl").value();
    return parsed;
}

/// Ada, who is signed in, and Bob; calls and answers are JSON.
struct desk
{
    crypto::seeded_random random{5};
    sandbox::office at{sandbox::options{}, random};
    std::int64_t ada = (*at.in.people.add({.phone = "15550001", .first_name = "Ada", .username = "ada_lovelace", .dc = 2}))->id;
    std::int64_t bob = (*at.in.people.add({.phone = "15550002", .first_name = "Bob", .username = "bob_baker", .dc = 2}))->id;
    sandbox::key_record& key = at.keys.add(crypto::auth_key(std::array<std::byte, crypto::auth_key::size>{}), 2, std::nullopt);

    desk() { key.user = ada; }

    sandbox::answer ask(std::string_view method, json::object fields)
    {
        fields["_"] = method;
        auto const query = tl::schema::json_to_tl(native(), fields);
        INFO(method << ' ' << json::serialize(fields));
        REQUIRE(query.has_value());
        sandbox::call c{.at = at,
                        .used = key,
                        .key = key,
                        .me = at.in.people.find(ada),
                        .now = 1000,
                        .dc = 2,
                        .msg_id = 1,
                        .session_id = 1};
        return sandbox::answer_call(c, *query, native());
    }
    json::value get(std::string_view method, json::object fields = {})
    {
        auto const made = ask(method, std::move(fields));
        INFO(method << ": " << (made.refused ? made.refused->text() : std::string("answered")));
        REQUIRE_FALSE(made.refused);
        return tl::schema::tl_to_json(native(), native().find_function(method)->result, made.value).value();
    }
    std::string refusal(std::string_view method, json::object fields = {})
    {
        auto const made = ask(method, std::move(fields));
        return made.refused ? made.refused->text() : std::string();
    }
    json::object user(std::int64_t id)
    {
        return {{"_", "inputUser"}, {"user_id", id}, {"access_hash", at.in.access_hash(ada, peer::user(id))}};
    }
    json::object to(std::int64_t id)
    {
        auto one = user(id);
        one["_"] = "inputPeerUser";
        return one;
    }
};

std::vector<std::string> kinds(const json::value& updates)
{
    std::vector<std::string> out;
    for (auto const& one : updates.at("updates").as_array())
        out.emplace_back(one.at("_").as_string());
    return out;
}

} // namespace

TEST_CASE_METHOD(desk, "what makes a group tells the id of the message that says so")
{
    // TDLib takes the answer for another's otherwise: it looks for exactly one updateMessageID.
    using names = std::vector<std::string>;
    auto const group = get("messages.createChat", {{"users", {user(bob)}}, {"title", "Fresh"}}).at("updates");
    CHECK(kinds(group) == names{"updateMessageID", "updateNewMessage", "updateChatParticipants"});
    auto const& list = group.at("updates").as_array();
    CHECK(list[0].at("id") == list[1].at("message").at("id"));
    CHECK(list[0].at("random_id") != json::value("0"));
    auto const channel = get("channels.createChannel", {{"megagroup", true}, {"title", "Super"}, {"about", ""}});
    CHECK(kinds(channel) == names{"updateMessageID", "updateChannel", "updateNewChannelMessage"});
}

TEST_CASE_METHOD(desk, "what clients ask for at their start has the form that they rely on")
{
    CHECK(get("messages.getDialogFilters").at("filters").at(0).at("_") == "dialogFilterDefault");
    CHECK_FALSE(get("stories.getAllStories").at("state").as_string().empty());
    auto const stories = get("stories.getPeerStories", {{"peer", to(bob)}}).at("stories");
    CHECK(json::serialize(stories.at("peer").at("user_id")) == '"' + std::to_string(bob) + '"');
    CHECK(stories.at("stories").as_array().empty());
    CHECK(get("aicompose.getTones", {{"hash", 0}}).at("_") == "aicompose.tones");
    CHECK(get("account.getWebBrowserSettings", {{"hash", 0}}).at("_") == "account.webBrowserSettings");
    CHECK(get("payments.getStarsStatus", {{"peer", to(ada)}}).at("balance").at("amount") == json::value("0"));
    json::object const animated{{"_", "inputStickerSetAnimatedEmoji"}};
    CHECK(refusal("messages.getStickerSet", {{"stickerset", animated}, {"hash", 0}}) == "STICKERSET_INVALID");
}

TEST_CASE_METHOD(desk, "the prime of secret chats is told once")
{
    auto const made = get("messages.getDhConfig", {{"version", 0}, {"random_length", 256}});
    CHECK(made.at("_") == "messages.dhConfig");
    CHECK(made.at("g") == 3);
    CHECK(made.at("p").as_string().size() == 344); // 256 bytes in base64
    CHECK(made.at("random").as_string().size() == 344);
    auto const again = get("messages.getDhConfig", {{"version", made.at("version")}, {"random_length", 0}});
    CHECK(again.at("_") == "messages.dhConfigNotModified");
    CHECK(refusal("messages.getDhConfig", {{"version", 0}, {"random_length", 1025}}) == "RANDOM_LENGTH_INVALID");
}

TEST_CASE_METHOD(desk, "nothing that is read twice changes the state of updates")
{
    REQUIRE(sandbox::send(at.in, bob, peer::user(ada), {.text = "hello"}, 900).has_value());
    auto const pts = get("updates.getState").at("pts");
    for (auto const* const method : {"messages.readMentions", "messages.readReactions", "messages.unpinAllMessages"}) {
        auto const done = get(method, {{"peer", to(bob)}});
        CHECK(done.at("pts") == pts);
        CHECK(done.at("pts_count") == 0);
        CHECK(done.at("offset") == 0);
    }
    CHECK(get("updates.getState").at("pts") == pts);
}

TEST_CASE_METHOD(desk, "whose message may be edited is told")
{
    auto const mine = sandbox::send(at.in, ada, peer::user(bob), {.text = "mine"}, 900);
    REQUIRE(sandbox::send(at.in, bob, peer::user(ada), {.text = "theirs"}, 901).has_value());
    CHECK(get("messages.getMessageEditData", {{"peer", to(bob)}, {"id", mine->id}}).at("_") == "messages.messageEditData");
    CHECK(refusal("messages.getMessageEditData", {{"peer", to(bob)}, {"id", mine->id + 1}}) == "MESSAGE_AUTHOR_REQUIRED");
    CHECK(refusal("messages.getMessageEditData", {{"peer", to(bob)}, {"id", 77}}) == "MESSAGE_ID_INVALID");
}

TEST_CASE_METHOD(desk, "a username that is too short for Telegram stands for the one account that goes on with it")
{
    auto const found = [&](std::string_view name) {
        auto const answer = get("contacts.resolveUsername", {{"username", name}});
        return answer.at("users").at(0).at("username");
    };
    CHECK(found("bob_baker") == "bob_baker");
    CHECK(found("bob") == "bob_baker");
    CHECK(found("@Ada") == "ada_lovelace");
    CHECK(refusal("contacts.resolveUsername", {{"username", "ada_"}}) == "USERNAME_NOT_OCCUPIED");
    CHECK(refusal("contacts.resolveUsername", {{"username", "eve"}}) == "USERNAME_NOT_OCCUPIED");
    REQUIRE(at.in.people.add({.phone = "15550003", .first_name = "Bob", .username = "bob_brown", .dc = 2}).has_value());
    CHECK(refusal("contacts.resolveUsername", {{"username", "bob"}}) == "USERNAME_NOT_OCCUPIED"); // which of the two?
}
