#include "catch.hpp"

#include <mtproto/client/access_file.hpp>
#include <mtproto/client/access_manager.hpp>

#include <filesystem>
#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

using namespace mtproto;

namespace {

api::user bob(std::int64_t hash, bool min = false)
{
    api::user made;
    made.id = 5;
    made.access_hash = hash;
    made.min = min;
    made.first_name = min ? "Bobby" : "Bob";
    made.last_name = "Baker";
    made.username = "bob_baker";
    return made;
}
api::channel news(std::int64_t hash, bool min = false)
{
    api::channel made;
    made.id = 5; // channels and users count separately
    made.access_hash = hash;
    made.min = min;
    made.title = "News";
    made.username = "news";
    return made;
}

/// An answer such as messages.Dialogs or contacts.Contacts: what counts are the two lists.
struct answer
{
    std::vector<api::User> users{};
    std::vector<api::Chat> chats{};
};

struct temporary
{
    std::string path = (std::filesystem::temp_directory_path() / ("mtproto-access-" + std::to_string(::getpid()))).string();
    ~temporary() { (void)::unlink(path.c_str()); }
};

} // namespace

TEST_CASE("peers by id and by username")
{
    access_manager known;
    answer all;
    all.users.emplace_back(bob(123));
    all.chats.emplace_back(news(456));
    api::chat family;
    family.id = 9;
    family.title = "Family";
    all.chats.emplace_back(family);
    api::user me;
    me.id = 1;
    me.self = true;
    all.users.emplace_back(me);
    known.learn(all);

    auto const user = known.user(5);
    REQUIRE(user.has_value());
    CHECK(tl::get_if<api::inputUser>(*user)->access_hash == 123);
    auto const channel = known.channel("@NEWS");
    REQUIRE(channel.has_value());
    CHECK(tl::get_if<api::inputChannel>(*channel)->access_hash == 456);
    auto const peer = known.peer("Bob_Baker");
    REQUIRE(peer.has_value());
    CHECK(tl::get_if<api::inputPeerUser>(*peer)->user_id == 5);
    api::peerChannel where;
    where.channel_id = 5;
    CHECK(tl::get_if<api::inputPeerChannel>(*known.peer(where))->access_hash == 456);
    api::peerChat chat;
    chat.chat_id = 77; // never heard of, and needs no hash
    CHECK(tl::get_if<api::inputPeerChat>(*known.peer(chat))->chat_id == 77);
    CHECK(tl::holds<api::inputUserSelf>(*known.user(1)));
    CHECK(known.account() == 1);

    CHECK(known.user(6).error().is(errc::bad_argument));
    CHECK(known.channel("bob_baker").error().text().find("not a channel") != std::string::npos);
    CHECK(known.user("news").error().text().find("not a user") != std::string::npos);
}

TEST_CASE("a min constructor never takes the place of a whole one")
{
    access_manager known;
    known.learn(bob(111, true));
    known.learn(news(222, true));
    // Their hashes are of no use, so there is no way to name them yet.
    CHECK(known.user(5).error().text().find("in passing") != std::string::npos);
    CHECK(known.channel(5).has_error());
    CHECK(access_to_json(known).find("Bobby") == std::string::npos);

    known.learn(bob(123));
    known.learn(news(456));
    known.learn(bob(111, true));
    known.learn(news(222, true));
    CHECK(tl::get_if<api::inputUser>(*known.user(5))->access_hash == 123);
    CHECK(tl::get_if<api::inputChannel>(*known.channel(5))->access_hash == 456);
    CHECK(known.find(access_book::space::users, 5)->title == "Bob Baker");

    known.learn(bob(124)); // hashes may change
    CHECK(tl::get_if<api::inputUser>(*known.user(5))->access_hash == 124);
}

TEST_CASE("a username may go to somebody else")
{
    access_manager known;
    known.learn(bob(123));
    auto other = bob(7);
    other.id = 6;
    known.learn(other);
    CHECK(known.find("bob_baker")->id == 6);
    auto nameless = bob(8);
    nameless.id = 6;
    nameless.username.reset();
    known.learn(nameless);
    CHECK_FALSE(known.find("bob_baker"));
}

TEST_CASE("access hashes in a file")
{
    temporary file;
    access_manager known;
    auto me = bob(1);
    me.id = 1;
    me.self = true;
    me.username.reset();
    known.learn(me);
    known.learn(bob(-9007199254740993));
    known.learn(news(456));
    api::chat family;
    family.id = 9;
    family.title = "Family \"quoted\"";
    known.learn(family);
    REQUIRE(save_access(file.path, known).has_value());
    struct ::stat about{};
    REQUIRE(::stat(file.path.c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0600);

    access_manager again;
    REQUIRE(load_access(file.path, again).has_value());
    CHECK(again.entries() == known.entries());
    CHECK(again.account() == 1);
    CHECK(tl::get_if<api::inputUser>(*again.user("bob_baker"))->access_hash == -9007199254740993);

    access_book stranger;
    REQUIRE(stranger.belong_to(2).has_value());
    CHECK(load_access(file.path, stranger).error().is(errc::bad_argument));
    CHECK(stranger.entries().empty());
    CHECK(load_access(file.path + "-none", again).error().is(errc::storage_failed));
    for (auto const* const text :
         {"", "[]", "{}", R"({"mtproto_access":2,"entries":[]})", R"({"mtproto_access":1})",
          R"({"mtproto_access":1,"entries":[7]})", R"({"mtproto_access":1,"entries":[{"kind":"user","id":"5"}]})",
          R"({"mtproto_access":1,"entries":[{"kind":"elf","id":"5","access_hash":"1"}]})",
          R"({"mtproto_access":1,"entries":[{"kind":"user","id":"x","access_hash":"1"}]})"}) {
        access_book none;
        CHECK(access_from_json(text, none).error().is(errc::bad_json));
    }
}
