// Boxed types of one, twelve and 130 constructors: every path through the groups.
#include "catch.hpp"

#include "mtproto/tl/decode.hpp"
#include "mtproto/tl/encode.hpp"
#include "mtproto/tl/equal.hpp"
#include "mtproto/tl/json.hpp"
#include "mtproto/tl/random.hpp"

#include <random>
#include <set>

using namespace mtproto;

namespace {

template <int N>
struct numbered
{
    std::int32_t value{};

    static constexpr std::uint32_t tl_id = 0x1000 + N;
    // "numbered007 value:int = Numbered"
    static constexpr auto line = [] {
        std::array<char, 33> text{};
        std::string_view const form = "numbered000 value:int = Numbered";
        std::ranges::copy(form, text.begin());
        text[8] = static_cast<char>('0' + N / 100);
        text[9] = static_cast<char>('0' + N / 10 % 10);
        text[10] = static_cast<char>('0' + N % 10);
        return text;
    }();
    static constexpr std::string_view tl_line{line.data(), 32};
    using tl_fields = tl::field_list<tl::field<&numbered::value>>;
};

template <int First, class = std::make_integer_sequence<int, 11>>
struct eleven;
template <int First, int... I>
struct eleven<First, std::integer_sequence<int, I...>>
{
    using type = tl::group<numbered<First + I>...>;
};

template <int Count, class F, int... I>
constexpr bool select(std::uint32_t id, F& f, std::integer_sequence<int, I...>)
{
    bool result = false;
    (void)((id == 0x1000 + I && (result = f(std::type_identity<numbered<I>>()), true)) || ...);
    return result;
}

// Flat: the most that needs no groups.
struct few : tl::variant<numbered<0>, numbered<1>, numbered<2>, numbered<3>, numbered<4>, numbered<5>,
                         numbered<6>, numbered<7>, numbered<8>, numbered<9>, numbered<10>>
{
    using tl_variant =
        tl::variant<numbered<0>, numbered<1>, numbered<2>, numbered<3>, numbered<4>, numbered<5>, numbered<6>,
                    numbered<7>, numbered<8>, numbered<9>, numbered<10>>;
    using tl_variant::tl_variant;
    template <class F>
    static constexpr bool tl_select(std::uint32_t id, F&& f)
    {
        return select<11>(id, f, std::make_integer_sequence<int, 11>());
    }
};

// One more than fits: a full group and a single.
struct twelve : tl::variant<eleven<0>::type, tl::group<numbered<11>>>
{
    using tl_variant = tl::variant<eleven<0>::type, tl::group<numbered<11>>>;
    using tl_variant::tl_variant;
    template <class F>
    static constexpr bool tl_select(std::uint32_t id, F&& f)
    {
        return select<12>(id, f, std::make_integer_sequence<int, 12>());
    }
};

// 130: groups of groups.
using lower = tl::group<eleven<0>::type, eleven<11>::type, eleven<22>::type, eleven<33>::type,
                        eleven<44>::type, eleven<55>::type>;
using upper =
    tl::group<eleven<66>::type, eleven<77>::type, eleven<88>::type, eleven<99>::type, eleven<110>::type,
              tl::group<numbered<121>, numbered<122>, numbered<123>, numbered<124>, numbered<125>,
                        numbered<126>, numbered<127>, numbered<128>, numbered<129>>>;
struct many : tl::variant<lower, upper>
{
    using tl_variant = tl::variant<lower, upper>;
    using tl_variant::tl_variant;
    template <class F>
    static constexpr bool tl_select(std::uint32_t id, F&& f)
    {
        return select<130>(id, f, std::make_integer_sequence<int, 130>());
    }
};

template <class V>
std::uint32_t id_of(const V& value)
{
    return tl::visit([](auto const& c) { return c.tl_id; }, value);
}
template <class V>
void increment(V& value)
{
    tl::visit([](auto& c) { ++c.value; }, value);
}

// One assertion each for hundreds of checks: Catch's macros are dear to compile.
template <class V, class A>
bool path_works(int number, std::vector<std::byte>& encoded)
{
    V const value = A{.value = number * 3};
    bool ok = tl::holds<A>(value) && tl::get_if<A>(value)->value == number * 3;
    ok = ok && id_of(value) == 0x1000u + static_cast<unsigned>(number);

    V other;
    tl::emplace<A>(other).value = number * 3;
    ok = ok && other == value;
    increment(other);
    ok = ok && other != value;
    other = numbered<1>{};
    ok = ok && tl::holds<A>(other) == std::is_same_v<A, numbered<1>>;
    ok = ok && (tl::get_if<A>(other) != nullptr) == std::is_same_v<A, numbered<1>>;

    encoded = tl::encode(value).value();
    ok = ok && tl::decode<V>(encoded).value() == value;
    return ok && tl::from_json<V>(tl::to_json(value)).value() == value;
}

template <class V, int Count>
void every_path()
{
    int seen = 0;
    std::string failed;
    std::set<std::vector<std::byte>> encodings;
    CHECK(tl::holds<numbered<0>>(V()));
    tl::any_constructor<V>([&]<class A>(std::type_identity<A>) {
        std::vector<std::byte> encoded;
        if (tl::name_of<A>() != "numbered" + std::to_string(1000 + seen).substr(1) ||
            !path_works<V, A>(seen, encoded))
            failed += std::to_string(seen) + ' ';
        encodings.insert(encoded);
        ++seen;
        return false;
    });
    CHECK(failed.empty());
    CHECK(seen == Count);
    CHECK(encodings.size() == Count);
    CHECK(tl::any_constructor<V>(
        [](auto a) { return std::is_same_v<typename decltype(a)::type, numbered<3>>; }));

    std::mt19937 generator(5);
    std::set<std::uint32_t> drawn;
    for (int i = 0; i < 5000; ++i)
        drawn.insert(id_of(tl::random_value<V>(generator)));
    CHECK(drawn.size() == Count);
    auto const unknown = tl::encode(std::int32_t{0x1000 + Count}).value();
    CHECK(tl::decode<V>(unknown).error().is(errc::unknown_constructor));
}

} // namespace

TEST_CASE("a flat variant") { every_path<few, 11>(); }
TEST_CASE("a variant of twelve") { every_path<twelve, 12>(); }
TEST_CASE("a variant of 130") { every_path<many, 130>(); }

TEST_CASE("match takes the case of the constructor at hand")
{
    auto const name = [](const many& value) {
        return tl::match(
            value, [](const numbered<0>&) { return 1; }, [](const numbered<129>& last) { return last.value; },
            [](const auto&) { return 2; });
    };
    CHECK(name(numbered<0>{}) == 1);
    CHECK(name(numbered<129>{.value = 7}) == 7);
    CHECK(name(numbered<64>{}) == 2);
}

TEST_CASE("a type with one constructor has the same interface")
{
    numbered<4> value{.value = 6};
    CHECK(tl::get_if<numbered<4>>(value)->value == 6);
    CHECK(tl::holds<numbered<4>>(value));
    CHECK(tl::match(value, [](const numbered<4>& n) { return n.value; }) == 6);
    CHECK(tl::emplace<numbered<4>>(value).value == 0);
    static_assert(tl::constructor_of<numbered<4>, numbered<4>>);
    static_assert(tl::constructor_of<numbered<129>, many>);
    static_assert(!tl::constructor_of<numbered<130>, many>);
    static_assert(!std::is_constructible_v<twelve, numbered<12>>);
}
