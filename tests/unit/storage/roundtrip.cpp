// Values that views and arenas read are those that were written; what was damaged is refused or read as something that
// encodes again.
#include "types.hpp"

#include "mtproto/tl/random.hpp"

#include "catch.hpp"

#include <algorithm>

namespace {

using namespace storage_test;

struct policy
{
    const char* name;
    mtproto::result<serialized> (*again)(int, tl::bytes_view);
};
constexpr policy policies[] = {
    {"views", again_as_views}, {"arena", again_in_arena}, {"borrowing arena", again_in_borrowing_arena}};

} // namespace

TEST_CASE("What is decoded under any storage policy encodes to the same bytes", "[storage]")
{
    for (int which = 0; which < type_count; ++which) {
        std::size_t longest = 0;
        for (std::uint64_t seed = 0; seed < 60; ++seed) {
            auto const bytes = random_bytes(which, seed * 0x9e3779b9 + static_cast<std::uint64_t>(which));
            longest = std::max(longest, bytes.size());
            for (auto const& under : policies) {
                INFO(type_names[which] << " as " << under.name << ", seed " << seed);
                auto const back = under.again(which, bytes);
                REQUIRE(back.has_value());
                CHECK(*back == bytes);
            }
        }
        INFO(type_names[which]);
        CHECK(longest > 20); // the values are not all empty
    }
}

TEST_CASE("What is cut short is refused under any storage policy", "[storage]")
{
    for (int which = 0; which < type_count; ++which)
        for (std::uint64_t seed = 0; seed < 6; ++seed) {
            auto const bytes = random_bytes(which, seed + 1000);
            auto const step = bytes.size() / 150 + 1;
            for (std::size_t length = 0; length < bytes.size(); length += step) {
                // A copy of its own, so that a sanitizer sees a read beyond the end.
                serialized const cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
                for (auto const& under : policies) {
                    INFO(type_names[which] << " as " << under.name << ", seed " << seed << ", cut to " << length);
                    CHECK(!under.again(which, cut));
                }
            }
        }
}

TEST_CASE("Damaged input does the same under every storage policy", "[storage]")
{
    tl::random_source random(7);
    int refused = 0, read = 0;
    for (int which = 0; which < type_count; ++which)
        for (std::uint64_t seed = 0; seed < 6; ++seed) {
            auto const bytes = random_bytes(which, seed + 2000);
            for (int i = 0; i < 40; ++i) {
                auto damaged = bytes;
                for (auto flips = 1 + random.below(3); flips != 0; --flips)
                    damaged[random.below(damaged.size())] ^= static_cast<std::byte>(1u << random.below(8));
                auto const first = policies[0].again(which, damaged);
                (first ? read : refused) += 1;
                for (auto const& under : policies) {
                    INFO(type_names[which] << " as " << under.name << ", seed " << seed << ", damage " << i);
                    auto const other = under.again(which, damaged);
                    REQUIRE(other.has_value() == first.has_value());
                    if (first)
                        CHECK(*other == *first);
                    else
                        CHECK(other.error() == first.error());
                }
            }
        }
    CHECK(refused > 100);
    CHECK(read > 100);
}
