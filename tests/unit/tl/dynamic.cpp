// JSON and layers by a schema read at run time, without types.
#include "catch.hpp"

#include "sample.hpp"

#include "mtproto/tl/encode.hpp"
#include "mtproto/tl/json.hpp"
#include "mtproto/tl/schema/dynamic_json.hpp"
#include "mtproto/tl/schema/parser.hpp"
#include "mtproto/tl/schema/transcode.hpp"

using namespace mtproto;
using tl::schema::json_to_tl;
using tl::schema::tl_to_json;
using tl::schema::transcode;

namespace {

std::vector<std::byte> bytes(std::string_view json, const tl::schema::schema& with)
{
    return json_to_tl(with, tl::parse_json(json).value()).value();
}
std::string text(tl::bytes_view data, const tl::schema::schema& with)
{
    return boost::json::serialize(tl_to_json(with, data).value());
}
/// What `json` of one schema becomes in another.
std::string moved(std::string_view json, const tl::schema::schema& from, const tl::schema::schema& to)
{
    return text(transcode(from, to, bytes(json, from)).value(), to);
}
std::string failure(std::string_view json, const tl::schema::schema& with)
{
    auto const made = json_to_tl(with, tl::parse_json(json).value());
    REQUIRE(made.has_error());
    CHECK(made.error().is(errc::bad_json));
    return made.error().text();
}

tl::schema::schema schema_of(std::string text) { return tl::schema::parse(std::move(text)).value(); }

tl::schema::schema sample_schema()
{
    std::string all;
    auto const add = [&](std::string_view line) { all.append(line) += ";\n"; };
    add("vector#1cb5c415 {t:Type} # [ t ] = Vector t");
    add(sample::inputPeerSelf::tl_line);
    add(sample::inputPeerChat::tl_line);
    add(sample::inputPeerNested::tl_line);
    add(sample::point::tl_line);
    add(sample::path::tl_line);
    all += "---functions---\n";
    add(sample::messages::sendMessage::tl_line);
    add(sample::invokeWithLayer<tl::object>::tl_line);
    return schema_of(std::move(all));
}

auto const older = schema_of(R"(
userEmpty id:int = User;
user flags:# self:flags.1?true id:int name:string phone:flags.0?string status:UserStatus = User;
statusEmpty = UserStatus;
statusOnline expires:int = UserStatus;
mediaEmpty = Media;
mediaUnsupported = Media;
mediaPhoto url:string = Media;
message flags:# id:int from:int text:string media:flags.0?Media views:flags.1?int forwards:flags.1?int date:int = Message;
chats users:Vector<User> messages:Vector<Message> = Chats;
updateUser id:int = Update;
updateMessage message:Message = Update;
---functions---
getUsers ids:Vector<int> = Vector<User>;
send text:string = Update;
wrap {X:Type} layer:int query:!X = X;
)");

auto const newer = schema_of(R"(
userEmpty id:long = User;
user flags:# self:flags.1?true premium:flags.2?true id:long name:string flags2:#
  usernames:flags2.0?Vector<string> phone:flags.0?string status:UserStatus = User;
userBot id:long name:string = User;
statusEmpty = UserStatus;
statusOnline expires:int = UserStatus;
statusRecently flags:# by_me:flags.0?true = UserStatus;
mediaEmpty = Media;
mediaUnsupported = Media;
mediaPhoto url:string = Media;
mediaStory id:int = Media;
message flags:# id:int from:long text:string media:flags.0?Media
  views:flags.1?int forwards:flags.1?int reply:flags.2?Reply date:int = Message;
reply id:int = Reply;
chats users:Vector<User> messages:Vector<Message> total:int colour:Colour extra:Vector<int> note:string ok:Bool weight:double = Chats;
colourRed = Colour;
colourRgb r:int g:int b:int = Colour;
updateUser id:long = Update;
updateMessage message:Message = Update;
updateStory id:int = Update;
updates list:Vector<Update> = Updates;
---functions---
getUsers ids:Vector<long> = Vector<User>;
send flags:# silent:flags.0?true text:string media:flags.1?Media = Update;
wrap {X:Type} layer:int query:!X = X;
newCall = Bool;
)");

} // namespace

TEST_CASE("a schema read at run time writes and reads the JSON of typed values")
{
    auto const with = sample_schema();
    sample::messages::sendMessage request{
        .silent = true,
        .peer = sample::inputPeerNested{.peer = sample::inputPeerChat{.chat_id = 7}},
        .message = "\xff",
        .random_id = -1,
        .cover = true,
        .shape = std::vector<sample::point>{{.x = 1, .y = -0.0}},
        .twin = 4};
    sample::path path{
        .points = {{.x = 1}}, .grid = {{1, 2}, {}}, .open = {true, false}, .data = {std::byte{1}}};
    sample::invokeWithLayer<sample::messages::sendMessage> wrapped{.layer = 7, .query = request};
    auto const same = [&](const auto& value) {
        auto const json = tl::to_json(value);
        auto const encoded = tl::encode(value).value();
        CHECK(json_to_tl(with, json).value() == encoded);
        CHECK(tl_to_json(with, encoded).value() == json);
        CHECK(transcode(with, with, encoded).value() == encoded);
        for (std::size_t length = 0; length < encoded.size(); ++length) {
            CHECK(tl_to_json(with, std::span(encoded).first(length)).has_error());
            CHECK(transcode(with, with, std::span(encoded).first(length)).has_error());
        }
    };
    same(request);
    same(path);
    same(wrapped);
}

TEST_CASE("errors by a schema carry the path")
{
    auto const with = sample_schema();
    CHECK(failure("[]", with) == "expected an object");
    CHECK(failure("{}", with) == "_: missing");
    CHECK(failure(R"({"_":"nothing"})", with) == "_: unknown constructor or method: nothing");
    CHECK(failure(R"({"_":"inputPeerChat","chat_id":[]})", with) == "chat_id: expected a number");
    CHECK(failure(R"({"_":"inputPeerChat","chat_id":1,"x":1})", with) == "x: unknown field of inputPeerChat");
    CHECK(failure(R"({"_":"inputPeerNested","peer":{"_":"path"},"msg_id":1})", with) ==
          "peer._: not a constructor of this type: path");
    CHECK(
        failure(
            R"({"_":"messages.sendMessage","peer":{"_":"inputPeerSelf"},"message":"","random_id":1,"twin":1})",
            with) == "shape: missing, though another field with the same flag is present");
    CHECK(
        failure(
            R"({"_":"messages.sendMessage","flags":3,"peer":{"_":"inputPeerSelf"},"message":"","random_id":1})",
            with) == "flags: unknown field of messages.sendMessage");
    CHECK(failure(R"({"_":"path","points":[{"x":1,"y":"b"}]})", with) == "points[0].y: expected a number");
    CHECK(failure(R"({"_":"invokeWithLayer","layer":1,"query":{"@base64":"AAA="}})", with) ==
          "query.@base64: serialized values fill whole words of 4 bytes");
    CHECK(tl_to_json(with, std::vector<std::byte>(4)).error().is(errc::unknown_constructor));
    std::vector<std::byte> deep;
    for (int i = 0; i < 100; ++i)
        for (int b : {4, 3, 2, 1})
            deep.push_back(static_cast<std::byte>(b));
    CHECK(tl_to_json(with, deep).error().is(errc::too_deep));
    CHECK(transcode(with, with, deep).error().is(errc::too_deep));
}

TEST_CASE("results are read by the type that the function gives")
{
    auto const* get = newer.find_function("getUsers");
    tl::writer out;
    out.id(tl::vector_id);
    out.number(std::uint32_t{1});
    out.raw(bytes(R"({"_":"userEmpty","id":5})", newer));
    CHECK(boost::json::serialize(tl_to_json(newer, get->result, out.view()).value()) ==
          R"([{"_":"userEmpty","id":"5"}])");
    CHECK(tl_to_json(newer, newer.find_function("newCall")->result, tl::encode(true).value()).value() ==
          boost::json::value(true));
    CHECK(tl_to_json(newer, get->result, tl::encode(true).value()).error().is(errc::unknown_constructor));
    auto longer = tl::encode(true).value();
    longer.resize(8);
    CHECK(tl_to_json(newer, newer.find_function("newCall")->result, longer).error().is(errc::trailing_bytes));
    // A type variable: whatever value it is.
    auto const* wrap = newer.find_function("wrap");
    CHECK(tl_to_json(newer, wrap->result, bytes(R"({"_":"reply","id":3})", newer)).value() ==
          tl::parse_json(R"({"_":"reply","id":3})").value());
}

TEST_CASE("fields go by name to another layer")
{
    // Down: fields dropped, numbers narrowed.
    auto const whole = R"({"_":"user","self":true,"premium":true,"id":"7","name":"a","usernames":["x"],)"
                       R"("phone":"1","status":{"_":"statusOnline","expires":3}})";
    CHECK(moved(whole, newer, older) ==
          R"({"_":"user","self":true,"id":7,"name":"a","phone":"1","status":{"_":"statusOnline","expires":3}})");
    // Up: fields defaulted, numbers widened.
    CHECK(
        moved(R"({"_":"chats","users":[{"_":"userEmpty","id":-3}],"messages":[]})", older, newer) ==
        R"({"_":"chats","users":[{"_":"userEmpty","id":"-3"}],"messages":[],"total":0,"colour":{"_":"colourRed"},"extra":[],)"
        R"("note":"","ok":false,"weight":0E0})");
    CHECK(moved(R"({"_":"user","id":"5000000000","name":"","status":{"_":"statusEmpty"}})", newer, older) ==
          R"({"_":"user","id":0,"name":"","status":{"_":"statusEmpty"}})");
}

TEST_CASE("what another layer does not know is replaced or dropped")
{
    // Replaced in a field.
    CHECK(moved(R"({"_":"message","id":1,"from":2,"text":"t","media":{"_":"mediaStory","id":4},"date":9})",
                newer, older) ==
          R"({"_":"message","id":1,"from":2,"text":"t","media":{"_":"mediaUnsupported"},"date":9})");
    CHECK(moved(R"({"_":"user","id":7,"name":"a","status":{"_":"statusRecently"}})", newer, older) ==
          R"({"_":"user","id":7,"name":"a","status":{"_":"statusEmpty"}})");
    // An optional field of an unknown type is dropped with its flag; fields that share one stay together.
    CHECK(
        moved(
            R"({"_":"message","id":1,"from":2,"text":"t","views":5,"forwards":6,"reply":{"_":"reply","id":1},"date":9})",
            newer, older) == R"({"_":"message","id":1,"from":2,"text":"t","views":5,"forwards":6,"date":9})");
    // The stand-in takes over fields of the same name.
    auto const chats = R"({"_":"chats","users":[{"_":"userBot","id":8,"name":"b"},{"_":"userEmpty","id":2}],"messages":[],)"
                       R"("total":0,"colour":{"_":"colourRed"},"extra":[],"note":"","ok":true,"weight":0})";
    CHECK(moved(chats, newer, older) ==
          R"({"_":"chats","users":[{"_":"userEmpty","id":8},{"_":"userEmpty","id":2}],"messages":[]})");
    // Nothing stands in for an update: an error alone, dropped from a vector.
    auto const story = transcode(newer, older, bytes(R"({"_":"updateStory","id":1})", newer));
    CHECK(story.error().is(errc::unknown_constructor));
    CHECK(story.error().text() == "updateStory cannot be expressed in the other layer");
    auto const with_updates = schema_of(std::string(older.text().substr(0, older.text().find("---f"))) +
                                        "updates list:Vector<Update> = Updates;");
    CHECK(moved(R"({"_":"updates","list":[{"_":"updateStory","id":1},{"_":"updateUser","id":2}]})", newer,
                with_updates) == R"({"_":"updates","list":[{"_":"updateUser","id":2}]})");
}

TEST_CASE("calls and results go to another layer")
{
    CHECK(moved(R"({"_":"send","text":"hi"})", older, newer) == R"({"_":"send","text":"hi"})");
    CHECK(moved(R"({"_":"wrap","layer":9,"query":{"_":"getUsers","ids":[1,2]}})", older, newer) ==
          R"({"_":"wrap","layer":9,"query":{"_":"getUsers","ids":["1","2"]}})");
    CHECK(transcode(newer, older, bytes(R"({"_":"newCall"})", newer)).error().is(errc::unknown_constructor));
    CHECK(transcode(newer, older, std::vector<std::byte>(3)).error().is(errc::truncated));

    tl::writer out;
    out.id(tl::vector_id);
    out.number(std::uint32_t{2});
    out.raw(bytes(R"({"_":"userBot","id":5,"name":"b"})", newer));
    out.raw(bytes(R"({"_":"userEmpty","id":6})", newer));
    auto const users = transcode(newer, older, newer.find_function("getUsers")->result, out.view()).value();
    CHECK(boost::json::serialize(tl_to_json(older, older.find_function("getUsers")->result, users).value()) ==
          R"([{"_":"userEmpty","id":5},{"_":"userEmpty","id":6}])");
    auto const yes = tl::encode(true).value();
    CHECK(transcode(newer, older, newer.find_function("newCall")->result, yes).value() == yes);
}
