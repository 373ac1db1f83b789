// A variant that is too large to do without a table: shows that tables.py would find one.
#include <utility>
#include <variant>

template <class Numbers>
struct wide;
template <int... I>
struct wide<std::integer_sequence<int, I...>>
{
    using type = std::variant<std::integral_constant<int, I>...>;
};
using sixteen = wide<std::make_integer_sequence<int, 16>>::type;

int number(const sixteen& value);
int number(const sixteen& value)
{
    return std::visit([](auto n) { return n() * 7 % 5; }, value);
}
