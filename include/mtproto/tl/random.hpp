// Values of any type with random content, for tests and as seeds of fuzzers.
#pragma once

#include "mtproto/tl/traits.hpp"
#include "mtproto/tl/variant.hpp"

#include <bit>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

namespace mtproto::tl {

/// How large random values may get.
struct random_budget
{
    int depth = 10;         ///< constructors nested deeper are left as they are by default
    int constructors = 200; ///< likewise once so many have been filled
    bool utf8 = false;      ///< whether every string is UTF-8; else one in eight is not
    bool nan = true;        ///< whether doubles may be NaN or infinite
};

/// Where random fields come from: a generator whose sequence depends on nothing but its seed.
class random_source
{
public:
    explicit random_source(std::uint64_t seed, random_budget budget = {}) noexcept
        : state_(seed), budget_(budget)
    {
    }

    /// SplitMix64.
    std::uint64_t next() noexcept
    {
        auto z = state_ += 0x9e3779b97f4a7c15u;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
        z = (z ^ z >> 27) * 0x94d049bb133111ebu;
        return z ^ z >> 31;
    }
    /// A number below `count`.
    std::uint32_t below(std::size_t count) noexcept { return static_cast<std::uint32_t>(next() % count); }

    /// Whether another constructor may be filled; if so, it must be followed by leave().
    bool enter() noexcept
    {
        if (budget_.depth <= 0 || budget_.constructors <= 0)
            return false;
        --budget_.depth;
        --budget_.constructors;
        return true;
    }
    void leave() noexcept { ++budget_.depth; }
    /// The length of a vector: mostly short, none once the budget is used up.
    std::uint32_t count() noexcept { return budget_.depth <= 0 || budget_.constructors <= 0 ? 0 : below(4); }

    void fill(std::int32_t& value) noexcept { value = static_cast<std::int32_t>(number()); }
    void fill(std::uint32_t& value) noexcept { value = static_cast<std::uint32_t>(number()); }
    void fill(std::int64_t& value) noexcept { value = static_cast<std::int64_t>(number()); }
    void fill(bool& value) noexcept { value = (next() & 1u) != 0; }
    void fill(double& value) noexcept
    {
        switch (below(8)) {
        case 0:
            value = std::bit_cast<double>(std::int64_t{1} << 63);
            break; // -0
        case 1:
            value = budget_.nan ? std::numeric_limits<double>::quiet_NaN() : 0;
            break;
        case 2:
            value = budget_.nan ? -std::numeric_limits<double>::infinity() : 1;
            break;
        default:
            value = static_cast<double>(static_cast<std::int64_t>(next())) / 3e9;
            break;
        }
    }
    void fill(std::byte* data, std::size_t size) noexcept
    {
        for (std::size_t i = 0; i < size; ++i)
            data[i] = static_cast<std::byte>(next());
    }
    void fill(std::vector<std::byte>& value)
    {
        value.resize(length());
        fill(value.data(), value.size());
    }
    void fill(std::string& value)
    {
        static constexpr std::string_view letters[] = {"a", "Z", "0", " ",
                                                       "\"", "\n", "\xc3\xa9", "\xf0\x9f\x9a\x80"};
        auto const wanted = length();
        value.clear();
        while (value.size() < wanted)
            value += wanted - value.size() < 4 ? letters[below(6)] : letters[below(8)];
        if (!budget_.utf8 && wanted != 0 && below(8) == 0)
            value[below(wanted)] = '\xff';
    }

private:
    // Small, anywhere, and at both ends of the range.
    std::uint64_t number() noexcept
    {
        switch (below(8)) {
        case 0:
            return 0;
        case 1:
            return ~std::uint64_t{0};
        case 2:
            return std::uint64_t{1} << 63 | std::uint64_t{1} << 31;
        case 3:
            return (std::numeric_limits<std::int64_t>::max)();
        case 4:
            return below(100);
        default:
            return next();
        }
    }
    // Around the lengths where the encoding changes its form. https://core.telegram.org/mtproto/serialize
    std::size_t length() noexcept
    {
        static constexpr std::uint16_t special[] = {0, 1, 2, 3, 4, 253, 254, 255, 256, 300};
        return below(16) == 0 ? special[below(10)] : below(3) == 0 ? 0
                                                                   : below(24);
    }

    std::uint64_t state_;
    random_budget budget_;
};

template <aggregate T>
void fill_random_fields(random_source& from, T& value);
template <class T>
void fill_random_boxed(random_source& from, T& value);
template <class T>
void fill_random_vector(random_source& from, T& value);

template <class T>
[[gnu::always_inline]] inline void fill_random(random_source& from, T& value)
{
    if constexpr (number<T> || std::same_as<T, bool> || std::same_as<T, std::string> ||
                  std::same_as<T, std::vector<std::byte>>) {
        from.fill(value);
    } else if constexpr (opaque_number<T>) {
        from.fill(value.data(), value.size());
    } else if constexpr (vector_type<T>) {
        fill_random_vector(from, value);
    } else if constexpr (box_type<T>) {
        fill_random(from, *value);
    } else if constexpr (std::same_as<T, object>) {
        from.fill(value.data);
        value.data.resize((value.data.size() & ~std::size_t{3}) + 4); // what is serialized fills whole words
    } else if constexpr (aggregate<T> || variant_type<T>) {
        fill_random_boxed(from, value);
    } else {
        static_assert(always_false<T>,
                      "only types that own their strings can be filled: use api::, not views");
    }
}

template <class T>
void fill_random_vector(random_source& from, T& value)
{
    auto const count = from.count();
    // At its full size at once: growing would instantiate the move of every element.
    value = T(count);
    for (std::uint32_t i = 0; i < count; ++i) {
        if constexpr (std::same_as<typename T::value_type, bool>) {
            bool item{};
            from.fill(item);
            value[i] = item;
        } else {
            fill_random(from, value[i]);
        }
    }
}

namespace detail {

template <int Word, class T>
[[gnu::always_inline]] inline void fill_random_entry(random_source&, const std::uint32_t*, flags<Word>, T&)
{
}
template <auto Member, int Bit, int Word, class T>
[[gnu::always_inline]] inline void fill_random_entry(random_source&, const std::uint32_t* words,
                                                     flag<Member, Bit, Word>, T& value)
{
    value.*Member = (words[Word] >> Bit & 1u) != 0;
}
template <auto Member, int Bit, int Word, class Wire, class T>
[[gnu::always_inline]] inline void fill_random_entry(random_source& from, const std::uint32_t* words,
                                                     optional_field<Member, Bit, Word, Wire>, T& value)
{
    if ((words[Word] >> Bit & 1u) != 0)
        fill_random(from, (value.*Member).emplace());
    else
        (value.*Member).reset();
}
template <auto Member, class Wire, class T>
[[gnu::always_inline]] inline void fill_random_entry(random_source& from, const std::uint32_t*,
                                                     field<Member, Wire>, T& value)
{
    fill_random(from, value.*Member);
}
template <class... Entries, class T>
[[gnu::always_inline]] inline void fill_random_list(random_source& from, field_list<Entries...>,
                                                    [[maybe_unused]] T& value)
{
    // One random word for each flag word: fields that share a bit are present together.
    [[maybe_unused]] std::uint32_t words[max_flag_words];
    for (auto& word : words)
        from.fill(word);
    (fill_random_entry(from, words, Entries{}, value), ...);
}

} // namespace detail

template <aggregate T>
void fill_random_fields(random_source& from, T& value)
{
    if (!from.enter())
        return;
    detail::fill_random_list(from, typename T::tl_fields{}, value);
    from.leave();
}

template <class T>
void fill_random_boxed(random_source& from, T& value)
{
    if constexpr (variant_type<T>) {
        if (!from.enter())
            return;
        std::size_t count = 0;
        any_constructor<T>([&](auto) {
            ++count;
            return false;
        });
        std::size_t chosen = from.below(count);
        any_constructor<T>([&]<class A>(std::type_identity<A>) {
            if (chosen-- != 0)
                return false;
            fill_random_fields(from, tl::emplace<A>(value));
            return true;
        });
        from.leave();
    } else {
        fill_random_fields(from, value);
    }
}

/// A T with random content that encodes: consistent flags, nested far less deep than a reader allows.
/// `generator` is any uniform random bit generator and gives two numbers: equal seeds, equal values.
template <value T, class Generator>
T random_value(Generator& generator, random_budget budget = {})
{
    auto const high = static_cast<std::uint64_t>(generator()) << 32;
    random_source from(high ^ static_cast<std::uint64_t>(generator()), budget);
    T value{};
    fill_random(from, value);
    return value;
}

} // namespace mtproto::tl
