// A user's file, compiled for the library of ready instantiations: everything that it does with values is there.
#include "samples.hpp"

#include "mtproto/api/api.hpp"
#include "mtproto/tl/decode.hpp"
#include "mtproto/tl/encode.hpp"

#include "catch.hpp"

#include <algorithm>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#ifndef MTPROTO_API_INSTANTIATED
#error "compile this with the dependency that -Dinstantiations=true gives"
#endif

namespace {

namespace api = mtproto::api;
namespace tl = mtproto::tl;

static_assert(std::is_same_v<api::Updates, api::raw::Updates<tl::instantiated>>);

template <class T>
bool same(const T& value, tl::bytes_view bytes)
{
    auto const again = tl::encode(value);
    return again && std::ranges::equal(*again, bytes);
}

template <class T>
void check(tl::bytes_view bytes)
{
    auto const value = tl::decode<T>(bytes);
    REQUIRE(value.has_value());
    CHECK(same(*value, bytes));
    CHECK(tl::size(*value) == bytes.size());
    T copy = *value;
    CHECK(same(copy, bytes));
    T const moved = std::move(copy);
    CHECK(same(moved, bytes));
    copy = T{};
    copy = moved;
    std::optional<std::vector<T>> many(std::in_place, {copy, moved});
    CHECK(same(many->back(), bytes));
    many.reset();
    CHECK(same(copy, bytes));
    CHECK(!tl::decode<T>(bytes.first(bytes.size() / 2)));
}

} // namespace

TEST_CASE("Values whose code is in the library are values", "[instantiations]")
{
    SECTION("messages") { check<api::messages::Messages>(codec_benchmark::messages()); }
    SECTION("page") { check<api::PageBlock>(codec_benchmark::page()); }
    SECTION("updates") { check<api::Updates>(codec_benchmark::updates()); }
    SECTION("a call") { check<api::messages::sendMessage>(codec_benchmark::send_message()); }
}

TEST_CASE("Constructors are found and made as without the library", "[instantiations]")
{
    auto const decoded = tl::decode<api::Updates>(codec_benchmark::updates()).value();
    auto const* all = api::get_if<api::updates_>(decoded);
    REQUIRE(all);
    CHECK(all->updates.size() == 600);
    CHECK(all->users.size() == 20);
    api::Updates made = api::updateShort{.update = api::updateUserStatus{.user_id = 7, .status = api::userStatusOffline{.was_online = 1}},
                                         .date = 2};
    auto const again = tl::decode<api::Updates>(tl::encode(made).value()).value();
    auto const* one = api::get_if<api::updateShort>(again);
    REQUIRE(one);
    CHECK(api::holds<api::updateUserStatus>(*one->update));
}
