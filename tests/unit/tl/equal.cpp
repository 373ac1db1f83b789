// Structural equality, and boxes as values.
#include "catch.hpp"

#include "sample.hpp"

#include "mtproto/tl/equal.hpp"

#include <limits>

using namespace mtproto;

TEST_CASE("equality looks at every field")
{
    sample::messages::sendMessage const base{.message = "a"};
    CHECK(base == sample::messages::sendMessage{.message = "a"});
    auto changed = [&](auto change) {
        auto other = base;
        change(other);
        return other != base && base != other && other == other;
    };
    CHECK(changed([](auto& r) { r.silent = true; }));
    CHECK(changed([](auto& r) { r.peer = sample::inputPeerChat{}; }));
    CHECK(changed([](auto& r) { r.reply_to = 0; }));
    CHECK(changed([](auto& r) { r.send_as = sample::inputPeerSelf{}; }));
    CHECK(changed([](auto& r) { r.message.clear(); }));
    CHECK(changed([](auto& r) { r.random_id = 1; }));
    CHECK(changed([](auto& r) { r.cover = false; }));
    CHECK(changed([](auto& r) { r.shape.emplace(); }));
    CHECK(changed([](auto& r) { r.twin = 0; }));
}

TEST_CASE("doubles are equal by their bits")
{
    auto const nan = std::numeric_limits<double>::quiet_NaN();
    CHECK(sample::point{.x = nan} == sample::point{.x = nan});
    CHECK(sample::point{.x = 0.0} != sample::point{.x = -0.0});
    CHECK(sample::path{.points = {{.x = nan}}} == sample::path{.points = {{.x = nan}}});
    CHECK(sample::path{.grid = {{1}}} != sample::path{.grid = {{1}, {}}});
}

TEST_CASE("a box is a value")
{
    tl::box<sample::InputPeer> empty;
    CHECK(empty == tl::box<sample::InputPeer>(sample::inputPeerSelf{}));
    CHECK(tl::holds<sample::inputPeerSelf>(*std::as_const(empty)));

    tl::box<sample::InputPeer> box = sample::inputPeerChat{.chat_id = 3};
    auto copy = box;
    tl::get_if<sample::inputPeerChat>(*copy)->chat_id = 4;
    CHECK(tl::get_if<sample::inputPeerChat>(*box)->chat_id == 3);
    CHECK(copy != box);
    auto moved = std::move(copy);
    CHECK(tl::get_if<sample::inputPeerChat>(*moved)->chat_id == 4);
    copy = moved;
    CHECK(copy == moved);
    auto& self = copy;
    copy = self;
    CHECK(copy == moved);
    moved = empty;
    CHECK(moved == empty);
    const sample::InputPeer& as_reference = box;
    CHECK(tl::holds<sample::inputPeerChat>(as_reference));
    CHECK(tl::holds<sample::inputPeerChat>(*box.operator->()));
}

TEST_CASE("an optional box is a std::optional on the heap")
{
    tl::optional_box<sample::point> none;
    CHECK_FALSE(none.has_value());
    CHECK_FALSE(none);
    CHECK(none == tl::optional_box<sample::point>(std::nullopt));
    CHECK_THROWS_AS(none.value(), std::bad_optional_access);
    CHECK_THROWS_AS(std::as_const(none).value(), std::bad_optional_access);

    tl::optional_box<sample::point> some = sample::point{.x = 1};
    CHECK(some != none);
    CHECK(some->x == 1);
    CHECK(some.value() == sample::point{.x = 1});
    auto copy = some;
    copy->x = 2;
    CHECK(some->x == 1);
    some = copy;
    CHECK(some->x == 2);
    CHECK(some.emplace() == sample::point{});
    some.reset();
    CHECK(some == none);
    CHECK(sizeof some == sizeof(void*));
}
