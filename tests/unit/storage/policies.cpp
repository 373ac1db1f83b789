// What storage policies promise beyond bytes: where strings are, who owns, that generic algorithms do not notice.
#include "mtproto/api/types/core_i.hpp"
#include "mtproto/api/types/core_r.hpp"
#include "mtproto/tl/arena.hpp"
#include "mtproto/tl/decode.hpp"
#include "mtproto/tl/dump.hpp"
#include "mtproto/tl/encode.hpp"
#include "mtproto/tl/equal.hpp"
#include "mtproto/tl/shape.hpp"
#include "mtproto/tl/to_json.hpp"
#include "mtproto/tl/views.hpp"
#include "mtproto/tl/with_storage.hpp"

#include <boost/json/serialize.hpp>

#include "catch.hpp"

#include <cstring>
#include <string>
#include <type_traits>

namespace {

namespace api = mtproto::api;
namespace tl = mtproto::tl;

using rich = api::RichText;
using rich_views = tl::with_storage<rich, tl::views>;
using rich_arena = tl::with_storage<rich, tl::arena>;

static_assert(std::is_same_v<rich_views, api::raw::RichText<tl::views>>);
static_assert(std::is_same_v<tl::with_storage<rich_arena, tl::owning>, rich>);
static_assert(std::is_same_v<tl::with_storage<std::vector<rich>, tl::arena>, tl::arena_vector<rich_arena>>);
static_assert(std::is_same_v<tl::with_storage<tl::arena_vector<rich_arena>, tl::views>, std::vector<rich_views>>);
static_assert(std::is_same_v<tl::with_storage<std::string, tl::views>, std::string_view>);
static_assert(std::is_same_v<tl::with_storage<std::vector<std::byte>, tl::arena>, tl::bytes_view>);
static_assert(std::is_same_v<tl::with_storage<std::int32_t, tl::arena>, std::int32_t>);
static_assert(std::is_same_v<tl::shape_of<rich_arena>, tl::shape_of<rich>>);
static_assert(tl::needs_arena<rich_arena> && tl::needs_arena<tl::arena_vector<std::int32_t>>);
static_assert(!tl::needs_arena<rich> && !tl::needs_arena<rich_views>);

rich sample()
{
    api::textConcat both;
    both.texts.emplace_back(api::textBold{.text = rich(api::textPlain{.text = "bold"})});
    both.texts.emplace_back(api::textUrl{
        .text = rich(api::textPlain{.text = std::string(300, 'x')}), .url = "https://example.org", .webpage_id = 7});
    both.texts.emplace_back(api::textEmpty{});
    return both;
}

bool inside(std::string_view text, tl::bytes_view of)
{
    auto const* at = reinterpret_cast<const std::byte*>(text.data());
    return at >= of.data() && at + text.size() <= of.data() + of.size();
}

template <class T>
std::string json(const T& value)
{
    return boost::json::serialize(tl::to_json(value));
}

} // namespace

TEST_CASE("Views point into the input", "[storage]")
{
    auto const bytes = tl::encode(sample()).value();
    auto const value = tl::decode<rich_views>(bytes).value();
    auto const* both = api::get_if<api::raw::textConcat<tl::views>>(value);
    REQUIRE(both);
    auto const* url = api::get_if<api::raw::textUrl<tl::views>>(both->texts.at(1));
    REQUIRE(url);
    CHECK(url->url == "https://example.org");
    CHECK(inside(url->url, bytes));
}

TEST_CASE("Arenas copy the strings, or borrow them", "[storage]")
{
    auto const bytes = tl::encode(sample()).value();
    for (bool const borrowed : {false, true}) {
        tl::arena_memory memory;
        auto const value =
            tl::decode<rich_arena>(bytes, memory, borrowed ? tl::arena_text::borrowed : tl::arena_text::copied).value();
        auto const copy = value; // shares what is in the arena
        auto const* both = api::get_if<api::raw::textConcat<tl::arena>>(copy);
        REQUIRE(both);
        REQUIRE(both->texts.size() == 3);
        auto const* url = api::get_if<api::raw::textUrl<tl::arena>>(both->texts[1]);
        REQUIRE(url);
        CHECK(url->url == "https://example.org");
        CHECK(inside(url->url, bytes) == borrowed);
    }
}

TEST_CASE("Algorithms see the same value under every policy", "[storage]")
{
    auto const owned = sample();
    auto const bytes = tl::encode(owned).value();
    tl::arena_memory memory;
    auto const viewed = tl::decode<rich_views>(bytes).value();
    auto const placed = tl::decode<rich_arena>(bytes, memory).value();
    CHECK(json(viewed) == json(owned));
    CHECK(json(placed) == json(owned));
    CHECK(tl::dump(viewed) == tl::dump(owned));
    CHECK(tl::dump(placed) == tl::dump(owned));
    CHECK(tl::size(viewed) == bytes.size());
    CHECK(tl::size(placed) == bytes.size());

    // Equal by content, also where the content is elsewhere; unequal by any of it.
    auto other = bytes;
    CHECK(tl::decode<rich_views>(other).value() == viewed);
    CHECK(tl::decode<rich_arena>(other, memory).value() == placed);
    auto const text = std::string_view(reinterpret_cast<const char*>(other.data()), other.size()).find("example");
    REQUIRE(text != std::string_view::npos);
    other[text] = std::byte{'E'};
    CHECK(!(tl::decode<rich_views>(other).value() == viewed));
    CHECK(!(tl::decode<rich_arena>(other, memory).value() == placed));
}

TEST_CASE("A value of the arena's policy can be built without an arena", "[storage]")
{
    using namespace api::raw;
    RichText<tl::arena> const bold[] = {textPlain<tl::arena>{.text = "one"}, textPlain<tl::arena>{.text = "two"}};
    RichText<tl::arena> const all = textConcat<tl::arena>{.texts = {bold, 2}};
    RichText<tl::arena> const boxed = textItalic<tl::arena>{.text = &all};

    api::textConcat texts;
    texts.texts.emplace_back(api::textPlain{.text = "one"});
    texts.texts.emplace_back(api::textPlain{.text = "two"});
    rich const owned = api::textItalic{.text = rich(texts)};
    CHECK(tl::encode(boxed).value() == tl::encode(owned).value());
    // An empty box stands for the default value.
    CHECK(tl::encode(textItalic<tl::arena>{}).value() == tl::encode(api::textItalic{}).value());
}

TEST_CASE("An arena that is released does not allocate again for as much", "[storage]")
{
    auto const bytes = tl::encode(sample()).value();
    tl::arena_memory memory(64);
    CHECK(memory.capacity() == 0);
    for (int i = 0; i < 20; ++i)
        (void)tl::decode<rich_arena>(bytes, memory).value();
    memory.release();
    auto const kept = memory.capacity();
    CHECK(kept > bytes.size());
    for (int i = 0; i < 20; ++i) {
        (void)tl::decode<rich_arena>(bytes, memory).value();
        memory.release();
    }
    CHECK(memory.capacity() == kept);

    auto moved = std::move(memory);
    CHECK(moved.capacity() == kept);
    CHECK(memory.capacity() == 0);
    CHECK(memory.copy(bytes).size() == bytes.size()); // usable again
}

TEST_CASE("Arenas give aligned memory that does not overlap", "[storage]")
{
    tl::arena_memory memory(100);
    std::byte* last = nullptr;
    std::size_t last_size = 0;
    for (std::size_t size : {1u, 7u, 8u, 9u, 100u, 3u, 5000u, 1u, 64u}) {
        auto* const at = memory.allocate(size);
        CHECK(reinterpret_cast<std::uintptr_t>(at) % 8 == 0);
        CHECK((at >= last + last_size || at + size <= last));
        std::memset(at, 0x5a, size);
        last = at;
        last_size = size;
    }
    CHECK(memory.copy({}).empty());
}

TEST_CASE("A failure inside of an arena is told as elsewhere", "[storage]")
{
    auto bytes = tl::encode(sample()).value();
    bytes.resize(bytes.size() - 4);
    tl::arena_memory memory;
    auto const placed = tl::decode<rich_arena>(bytes, memory);
    auto const owned = tl::decode<rich>(bytes);
    REQUIRE(!placed);
    REQUIRE(!owned);
    CHECK(placed.error() == owned.error());
    bytes.resize(bytes.size() + 8);
    CHECK(!tl::decode<rich_arena>(bytes, memory));
}
