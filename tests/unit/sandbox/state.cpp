#include "mtproto/sandbox/state.hpp"
#include "mtproto/sandbox/membership.hpp"
#include "mtproto/sandbox/message_changes.hpp"

#include "catch.hpp"
#include "outcome.hpp"

using namespace mtproto;
using sandbox::peer;

TEST_CASE("a state is the same after saving and loading")
{
    crypto::seeded_random random(5);
    sandbox::office before({}, random);
    auto const ada = (*before.in.people.add({.phone = "15550001", .first_name = "Ada", .contacts = {7}}))->id;
    auto const bob = (*before.in.people.add({.phone = "15550002", .password = sandbox::password_record{.hint = "usual"}}))->id;
    sandbox::room const trio{.self = peer::chat(0), .title = "Trio", .creator = ada};
    sandbox::room const channel{.self = peer::channel(0), .title = "News", .broadcast = true, .creator = ada};
    auto const& group = *before.in.rooms.find(sandbox::create_room(before.in, trio, {bob}, 10));
    auto const& news = *before.in.rooms.find(sandbox::create_room(before.in, channel, {}, 11));
    auto const file = before.in.files.add({.name = "x", .data = sandbox::bytes(300, std::byte{7})}).id;
    REQUIRE(ok(sandbox::send(before.in, ada, peer::user(bob), {.text = "hello", .file = file, .random_id = 9}, 12)));
    REQUIRE(ok(sandbox::send(before.in, ada, news.self, {.text = "post"}, 13)));
    sandbox::read(before.in, bob, peer::user(ada), 0);
    crypto::auth_key const key(crypto::random_bytes<256>(random));
    before.keys.add(key, 2, std::nullopt).user = ada;

    auto const saved = sandbox::save_state(before);
    sandbox::office after({}, random);
    REQUIRE(ok(sandbox::load_state(after, saved)));
    CHECK(sandbox::save_state(after) == saved);
    CHECK(after.keys.find(key.id())->user == ada);
    CHECK(after.in.people.by_phone("15550002")->password->hint == "usual");
    CHECK(after.in.rooms.find(group.self)->members.size() == 2);
    CHECK(after.in.box_of(bob).find(2)->text == "hello");
    CHECK(after.in.dialogs(ada) == before.in.dialogs(ada));
    // What comes next does not meet what was there.
    CHECK(sandbox::send(after.in, ada, peer::user(bob), {.text = "hello", .random_id = 9}, 14)->repeated);
    CHECK(after.in.files.add({}).id != file);
    CHECK((*after.in.people.add({.phone = "15550003"}))->id > bob);

    CHECK(sandbox::load_state(after, saved).has_error()); // not empty any more
    sandbox::office other({.seed = 2}, random);
    CHECK(sandbox::load_state(other, saved).error().is(errc::storage_failed));
    for (std::size_t cut = 0; cut < saved.size(); cut += 97) {
        sandbox::office part({}, random);
        CHECK(sandbox::load_state(part, tl::bytes_view(saved).first(cut)).has_error());
    }
}
