#include "mtproto/sandbox/history.hpp"

#include "catch.hpp"

using namespace mtproto::sandbox;

namespace {
const auto any = [](const message&) { return true; };
using ids = std::vector<std::int32_t>;
} // namespace

TEST_CASE("pages of a conversation")
{
    mailbox box;
    auto const chat = peer::user(5);
    for (int i = 0; i < 10; ++i)
        box.put({.copies_of = static_cast<std::uint64_t>(i + 1), .chat = chat, .date = 100 + i});
    auto const select = [&](page_request request) { return select_page(box, box.chat(chat), request, any); };

    CHECK(select({.limit = 3}).ids == ids{10, 9, 8});
    CHECK(select({.limit = 3}).count == 10);
    CHECK_FALSE(select({.limit = 3}).whole);
    CHECK(select({.limit = 100}).whole);
    CHECK(select({.offset_id = 8, .limit = 3}).ids == ids{7, 6, 5});
    CHECK(select({.offset_id = 8, .add_offset = -1, .limit = 3}).ids == ids{8, 7, 6});
    CHECK(select({.offset_id = 8, .add_offset = 2, .limit = 3}).ids == ids{5, 4, 3});
    CHECK(select({.offset_date = 103, .limit = 2}).ids == ids{3, 2});
    CHECK(select({.limit = 100, .max_id = 4, .min_id = 1}).ids == ids{3, 2});
    CHECK(select({.offset_id = 1, .limit = 5}).ids.empty());
    CHECK(select({.offset_id = 2, .add_offset = -20, .limit = 12}).ids == ids{10});
    CHECK(select({.limit = 0}).ids.empty());
    CHECK(select({.limit = -5}).count == 10);
}
