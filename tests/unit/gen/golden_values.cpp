// The generated code of the small schema, compiled and used.
#include "golden/demo.hpp"

#include "mtproto/tl/decode.hpp"
#include "mtproto/tl/encode.hpp"

#include "layout.hpp"

#include "helpers.hpp"

#include <type_traits>

namespace tl = mtproto::tl;

static_assert(demo::layer == 7);
static_assert(std::is_same_v<demo::Point, demo::point>);
static_assert(std::is_same_v<demo::deep::er::Plant, demo::deep::er::Stem>);
static_assert(std::is_same_v<demo::peers::get::result, std::vector<demo::Peer>>);
static_assert(std::is_same_v<demo::peers::choose::result, bool>);
static_assert(std::is_same_v<demo::invoke<demo::peers::choose>::result, bool>);
static_assert(std::is_same_v<decltype(demo::entry::agreed), std::optional<bool>>);
static_assert(std::is_same_v<decltype(demo::message::plain), std::uint32_t>);
static_assert(std::is_same_v<demo::Pair<int, bool>, demo::pair<int, bool>>);
static_assert(demo::Choice::tl_variant::tl_base().index() == 0);

TEST_CASE("sizes are those that the layout assumes")
{
    auto const s = *schema::parse_file(source_file("tests/unit/gen/demo.tl"));
    gen::layout plan(s);
#if defined(__GLIBCXX__) && defined(__LP64__)
    CHECK(plan.size(*s.find_type("Peer")) == sizeof(demo::Peer));
    CHECK(plan.size(*s.find_type("Choice")) == sizeof(demo::Choice));
    CHECK(plan.size(*s.find_constructor("shape")) == sizeof(demo::shape));
    CHECK(plan.size(*s.find_constructor("entry")) == sizeof(demo::entry));
    CHECK(plan.size(*s.find_constructor("message")) == sizeof(demo::message));
    CHECK(plan.size(*s.find_constructor("peerNone")) == sizeof(demo::peerNone));
#endif
}

TEST_CASE("values of the generated types travel")
{
    demo::message sent{.message_ = "hello", .plain = 5};
    sent.entry.default_ = true;
    sent.entry.twin = std::vector<std::int64_t>{1, 2};
    sent.entry.agreed = false;
    sent.entry.shared = 3;
    auto const bytes = tl::encode(sent);
    REQUIRE(bytes.has_value());
    auto const received = tl::decode<demo::Message>(*bytes);
    REQUIRE(received.has_value());
    CHECK(received->message_ == "hello");
    CHECK(received->entry.twin == sent.entry.twin);
    CHECK(received->entry.agreed == std::optional(false));
    CHECK_FALSE(received->entry.shape);
    CHECK(received->plain == 5);
}

TEST_CASE("recursion and groups travel")
{
    demo::Peer peer = demo::peerFrom{.peer = demo::Peer(demo::peerUser{.id = 7}), .msg_id = 9};
    auto const received = tl::decode<demo::Peer>(*tl::encode(peer));
    REQUIRE(received.has_value());
    auto const* outer = demo::get_if<demo::peerFrom>(*received);
    REQUIRE(outer);
    CHECK(demo::holds<demo::peerUser>(*outer->peer));

    demo::Choice choice = demo::choice11{.v = 1};
    auto const back = tl::decode<demo::Choice>(*tl::encode(choice));
    REQUIRE(back.has_value());
    CHECK(demo::holds<demo::choice11>(*back));
}

TEST_CASE("boxed numbers carry their ids")
{
    demo::boxedNumber const value{.number = {.value = 3}, .list = {}};
    auto const bytes = tl::encode(value);
    REQUIRE(bytes.has_value());
    CHECK(bytes->size() == 4 + 8 + 8);
}

TEST_CASE("a wrapped query is a query")
{
    demo::invoke<demo::peers::choose> const call{.layer = 7,
                                                 .query = {.choice = demo::choice1{.v = 2}, .result_ = 4}};
    auto const back = tl::decode<demo::invoke<demo::peers::choose>>(*tl::encode(call));
    REQUIRE(back.has_value());
    CHECK(back->query.result_ == 4);
}
