// The writer's memory: its own, a fixed span, a scratch that it leaves; strings of every length that it copies differently.
#include "catch.hpp"

#include "mtproto/tl/reader.hpp"
#include "mtproto/tl/writer.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

using namespace mtproto;

namespace {

std::vector<std::byte> pattern(std::size_t length)
{
    std::vector<std::byte> out(length);
    for (std::size_t i = 0; i < length; ++i)
        out[i] = static_cast<std::byte>(i * 7 + length);
    return out;
}

void check_strings(tl::writer& to)
{
    for (std::size_t length = 0; length < 300; ++length)
        to.string(pattern(length));
    REQUIRE(to.ok());
    tl::reader from(to.view());
    for (std::size_t length = 0; length < 300; ++length) {
        auto const at = from.offset();
        tl::bytes_view value;
        REQUIRE(from.string(value));
        INFO("length " << length);
        CHECK(std::ranges::equal(value, pattern(length)));
        // Padding is zero.
        auto const end = to.view().subspan(at, from.offset() - at);
        for (auto i = static_cast<std::size_t>(value.data() + length - end.data()); i < end.size(); ++i)
            CHECK(end[i] == std::byte{});
    }
    CHECK(from.left() == 0);
}

} // namespace

TEST_CASE("Strings of every short length are copied whole", "[tl]")
{
    tl::writer growing;
    check_strings(growing);
    std::vector<std::byte> room(100'000);
    tl::writer fixed{std::span(room)};
    check_strings(fixed);
    CHECK(fixed.view().data() == room.data());
}

TEST_CASE("A writer leaves its scratch when that is full", "[tl]")
{
    std::byte scratch[64];
    auto to = tl::writer::with_scratch(scratch);
    to.number(std::int32_t{7});
    CHECK(to.view().data() == scratch);
    to.clear();
    check_strings(to);
    CHECK(to.view().data() != scratch);
    auto moved = std::move(to);
    CHECK(moved.size() > sizeof scratch);

    auto small = tl::writer::with_scratch(scratch);
    small.number(std::int64_t{1});
    auto other = std::move(small);
    CHECK(other.view().data() == scratch);
    CHECK(other.size() == 8);
}

TEST_CASE("A fixed target that is full is told", "[tl]")
{
    std::byte room[8];
    tl::writer to{std::span<std::byte>(room)};
    to.number(std::int64_t{1});
    CHECK(to.ok());
    to.number(std::int32_t{1});
    CHECK(to.error().is(errc::too_large));
    CHECK(to.size() == 8);
}
