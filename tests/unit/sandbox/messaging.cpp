#include "mtproto/sandbox/membership.hpp"
#include "mtproto/sandbox/message_changes.hpp"

#include "catch.hpp"
#include "outcome.hpp"

using namespace mtproto;
using sandbox::event;
using sandbox::peer;

namespace {

struct town
{
    sandbox::world in{42};
    std::int64_t ada = (*in.people.add({.phone = "15550001", .first_name = "Ada"}))->id;
    std::int64_t bob = (*in.people.add({.phone = "15550002", .first_name = "Bob"}))->id;
    std::int64_t eve = (*in.people.add({.phone = "15550003", .first_name = "Eve"}))->id;
    std::int32_t now = 1000;

    result<sandbox::sent> say(std::int64_t who, peer to, std::string text, std::int64_t random_id = 0)
    {
        return sandbox::send(in, who, to, {.text = std::move(text), .random_id = random_id}, ++now);
    }
};

} // namespace

TEST_CASE_METHOD(town, "a private message lies in two boxes, each with its own number")
{
    CHECK(say(eve, peer::user(bob), "first")->id == 1);
    auto const sent = say(ada, peer::user(bob), "hello");
    REQUIRE(ok(sent));
    CHECK(sent->id == 1);
    CHECK(sent->pts == 2);
    auto const* mine = in.box_of(ada).find(1);
    auto const* theirs = in.box_of(bob).find(2);
    REQUIRE(mine);
    REQUIRE(theirs);
    CHECK(mine->out);
    CHECK_FALSE(theirs->out);
    CHECK(mine->chat == peer::user(bob));
    CHECK(theirs->chat == peer::user(ada));
    CHECK(theirs->from == peer::user(ada));
    CHECK(in.box_of(bob).unread(peer::user(ada), 0) == 1);
    auto const told = in.take_notices();
    REQUIRE(told.size() == 4);
    CHECK(told[3].to == bob);
    CHECK(told[3].actor == ada);
    CHECK(told[3].what.pts == 3);
}

TEST_CASE_METHOD(town, "a message to oneself is one message")
{
    CHECK(say(ada, peer::user(ada), "note")->id == 1);
    CHECK(in.box_of(ada).messages().size() == 1);
    CHECK(in.box_of(ada).pts() == 2);
}

TEST_CASE_METHOD(town, "what cannot be sent")
{
    CHECK(why(say(ada, peer::user(bob), "")) == "MESSAGE_EMPTY");
    CHECK(why(say(ada, peer::user(bob), std::string(4097, 'x'))) == "MESSAGE_TOO_LONG");
    std::string euros;
    for (int i = 0; i < 4096; ++i)
        euros += "\xe2\x82\xac"; // length counts characters, not bytes
    CHECK(ok(say(ada, peer::user(bob), euros)));
    CHECK(why(say(ada, peer::user(1), "x")) == "PEER_ID_INVALID");
    CHECK(why(say(ada, peer::channel(1), "x")) == "CHANNEL_INVALID");
    CHECK(why(say(ada, peer::chat(1), "x")) == "CHAT_ID_INVALID");
    auto const bot = (*in.people.add({.bot = true, .token = "7000000009:x"}))->id;
    CHECK(why(say(bot, peer::user(ada), "spam")) == "PEER_ID_INVALID");
    CHECK(ok(say(ada, peer::user(bot), "/start")));
    CHECK(ok(say(bot, peer::user(ada), "welcome")));
}

TEST_CASE_METHOD(town, "a random_id is applied once")
{
    auto const first = say(ada, peer::user(bob), "hello", 77);
    auto const again = say(ada, peer::user(bob), "hello", 77);
    REQUIRE(ok(again));
    CHECK(again->id == first->id);
    CHECK(again->pts == first->pts);
    CHECK(again->repeated);
    CHECK(in.box_of(bob).messages().size() == 1);
    auto const* entry = in.ledger.find(ada, 77);
    REQUIRE(entry);
    CHECK(entry->asked == 2);
    CHECK(entry->done == 1);
    CHECK(say(bob, peer::user(ada), "hello", 77)->id == 2); // ids of others are their own
}

TEST_CASE_METHOD(town, "a group's message goes to every member")
{
    auto& group = *in.rooms.find(sandbox::create_room(in, {.self = peer::chat(0), .title = "Trio", .creator = ada}, {bob}, 1));
    CHECK(in.box_of(bob).messages().size() == 1); // "created"
    CHECK(why(say(eve, group.self, "hi")) == "PEER_ID_INVALID");
    CHECK(ok(say(bob, group.self, "hi")));
    CHECK(in.box_of(ada).find(2)->text == "hi");
    CHECK(ok(sandbox::add_member(in, group, ada, eve, 2)));
    CHECK(why(sandbox::add_member(in, group, ada, eve, 2)) == "USER_ALREADY_PARTICIPANT");
    CHECK(in.box_of(eve).messages().size() == 1);
    CHECK(ok(sandbox::remove_member(in, group, eve, eve, 3)));
    CHECK(why(say(eve, group.self, "still here?")) == "PEER_ID_INVALID");
}

TEST_CASE_METHOD(town, "a channel keeps its own messages, and only administrators write")
{
    sandbox::room const channel{.self = peer::channel(0), .title = "News", .broadcast = true, .creator = ada};
    auto& news = *in.rooms.find(sandbox::create_room(in, channel, {bob}, 1));
    in.take_notices();
    CHECK(why(say(bob, news.self, "me too")) == "CHAT_WRITE_FORBIDDEN");
    CHECK(why(say(eve, news.self, "me too")) == "CHANNEL_PRIVATE");
    auto const post = say(ada, news.self, "today");
    REQUIRE(ok(post));
    CHECK(post->id == 2);
    CHECK(in.channel_box(news.self.id).find(2)->from == news.self);
    CHECK(sandbox::author_of(*in.channel_box(news.self.id).find(2)) == ada);
    CHECK(in.box_of(bob).messages().empty());
    auto const told = in.take_notices();
    REQUIRE(told.size() == 2);
    CHECK(told[0].of_channel);
    CHECK(told[0].what.pts == post->pts);
    sandbox::read_posts(in, bob, news, 0);
    CHECK(in.box_of(bob).dialogs()[news.self].read_inbox == 2);
    CHECK(why(sandbox::erase_posts(in, bob, news, {2})) == "MESSAGE_DELETE_FORBIDDEN");
    CHECK(sandbox::erase_posts(in, ada, news, {2, 99})->count == 1);
}

TEST_CASE_METHOD(town, "editing changes every copy")
{
    auto const sent = say(ada, peer::user(bob), "helo");
    in.take_notices();
    CHECK(why(sandbox::edit(in, bob, peer::user(ada), 1, "x", {}, {}, 5)) == "MESSAGE_AUTHOR_REQUIRED");
    CHECK(why(sandbox::edit(in, ada, peer::user(bob), 9, "x", {}, {}, 5)) == "MESSAGE_ID_INVALID");
    CHECK(why(sandbox::edit(in, ada, peer::user(bob), 1, "helo", {}, {}, 5)) == "MESSAGE_NOT_MODIFIED");
    CHECK(sandbox::edit(in, ada, peer::user(bob), sent->id, "hello", {}, {}, 5)->pts == 3);
    CHECK(in.box_of(bob).find(1)->text == "hello");
    CHECK(in.box_of(bob).find(1)->edited == 5);
    CHECK(in.take_notices().size() == 2);
}

TEST_CASE_METHOD(town, "deleting for oneself and for all")
{
    say(ada, peer::user(bob), "one");
    say(ada, peer::user(bob), "two");
    auto const mine = sandbox::erase_messages(in, ada, {1}, false);
    CHECK(mine.count == 1);
    CHECK(in.box_of(bob).messages().size() == 2);
    CHECK(sandbox::erase_messages(in, ada, {1, 2}, true).count == 1);
    CHECK(in.box_of(bob).messages().size() == 1);
    CHECK(in.box_of(bob).log().back().what == event::kind::deleted);
    CHECK(sandbox::erase_messages(in, ada, {1, 2}, true).count == 0);
}

TEST_CASE_METHOD(town, "reading tells the sender")
{
    say(eve, peer::user(bob), "offset");
    say(ada, peer::user(bob), "one");
    say(ada, peer::user(bob), "two");
    in.take_notices();
    auto const done = sandbox::read(in, bob, peer::user(ada), 2);
    CHECK(done.count == 1);
    CHECK(in.box_of(bob).unread(peer::user(ada), in.box_of(bob).dialogs()[peer::user(ada)].read_inbox) == 1);
    CHECK(in.box_of(ada).dialogs()[peer::user(bob)].read_outbox == 1);
    CHECK(in.box_of(ada).log().back().what == event::kind::read_outbox);
    CHECK(sandbox::read(in, bob, peer::user(ada), 1).count == 0);
    CHECK(sandbox::read(in, bob, peer::user(ada), 0).count == 1);
}

TEST_CASE_METHOD(town, "the log of a box counts without gaps")
{
    for (int i = 0; i < 5; ++i)
        say(ada, peer::user(bob), "n" + std::to_string(i));
    sandbox::read(in, bob, peer::user(ada), 3);
    sandbox::erase_messages(in, bob, {1, 2}, false);
    std::int32_t pts = 1;
    for (auto const& e : in.box_of(bob).log()) {
        CHECK(e.pts == pts + e.pts_count);
        pts = e.pts;
    }
    CHECK(pts == in.box_of(bob).pts());
}

TEST_CASE_METHOD(town, "dialogs are sorted by their newest message")
{
    say(ada, peer::user(bob), "1");
    say(ada, peer::user(eve), "2");
    CHECK(in.dialogs(ada) == std::vector{peer::user(eve), peer::user(bob)});
    say(bob, peer::user(ada), "3");
    CHECK(in.dialogs(ada) == std::vector{peer::user(bob), peer::user(eve)});
    in.box_of(ada).dialogs()[peer::user(eve)].pinned = true;
    CHECK(in.dialogs(ada) == std::vector{peer::user(eve), peer::user(bob)});
}
