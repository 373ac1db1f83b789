// Constructors as Structs of Boost.Hana.
#include "catch.hpp"

#include "sample.hpp"

#include "mtproto/tl/hana.hpp"

#include <boost/hana/equal.hpp>
#include <boost/hana/for_each.hpp>
#include <boost/hana/fuse.hpp>
#include <boost/hana/length.hpp>
#include <boost/hana/unpack.hpp>

#include <string>

namespace hana = boost::hana;

static_assert(hana::Struct<sample::point>::value);
static_assert(hana::Struct<sample::messages::sendMessage>::value);
static_assert(!hana::Struct<sample::InputPeer>::value);
static_assert(!hana::Struct<std::string>::value);

TEST_CASE("keys are the names of the schema, flag words have none")
{
    sample::messages::sendMessage request{.message = "hi"};
    std::string names;
    hana::for_each(hana::keys(request), [&](auto key) { names += std::string(key.c_str()) + ' '; });
    CHECK(names == "silent peer reply_to send_as message random_id cover shape twin ");
    CHECK(hana::at_key(request, mtproto::tl::key<"message">) == "hi");
    hana::at_key(request, mtproto::tl::key<"random_id">) = 9;
    CHECK(request.random_id == 9);
}

TEST_CASE("members, for_each and unpack")
{
    sample::point const point{.x = 1, .y = 2};
    CHECK((hana::members(point) == hana::make_tuple(1.0, 2.0)));
    std::string text;
    hana::for_each(point, hana::fuse([&](auto name, double value) {
                       text += std::string(name.c_str()) + std::to_string(value) + ' ';
                   }));
    CHECK(text == "x1.000000 y2.000000 ");
    static_assert(decltype(hana::length(hana::keys(sample::inputPeerSelf{})))::value == 0);
    CHECK(hana::unpack(hana::members(point), [](double x, double y) { return x + y; }) == 3);
}

TEST_CASE("hana::equal compares members")
{
    sample::point const a{.x = 1, .y = 2}, b{.x = 1, .y = 3};
    CHECK(hana::equal(a, a));
    CHECK_FALSE(hana::equal(a, b));
}
