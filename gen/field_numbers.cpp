#include "field_numbers.hpp"

#include "failure.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

namespace gen {

namespace {

constexpr std::uint32_t largest = empty_vectors_number - 1;
// https://protobuf.dev/programming-guides/proto3/#assigning
constexpr std::uint32_t protobufs_own_first = 19'000, protobufs_own_last = 19'999;

constexpr std::string_view head =
    "# Numbers of the contract's fields. tlc adds lines here and never changes one: what a number means,\n"
    "# it means for ever. Lines of what left the schema stay.\n"
    "# message number field type\n";

std::string_view word(std::string_view& line)
{
    auto const end = std::min(line.find(' '), line.size());
    auto const found = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return found;
}

} // namespace

field_numbers field_numbers::parse(std::string_view text, const std::string& name)
{
    field_numbers out;
    for (int at = 1; !text.empty(); ++at) {
        auto const end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!line.empty() && line.back() == '\r') // a checkout on Windows
            line.remove_suffix(1);
        if (line.empty() || line.front() == '#')
            continue;
        auto const fail = [&](const std::string& what) {
            throw failure(name + ':' + std::to_string(at) + ": " + what);
        };
        auto const message = word(line), digits = word(line), field = word(line), meaning = line;
        std::uint32_t number = 0;
        auto const [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (meaning.empty() || error != std::errc() || stop != digits.data() + digits.size())
            fail("expected 'message number field type'");
        if (number == 0 || number > largest ||
            (number >= protobufs_own_first && number <= protobufs_own_last))
            fail(std::to_string(number) + " cannot be the number of a field");
        auto& given = out.messages_[std::string(message)];
        for (auto const& [other, known] : given)
            if (known.name == field && known.meaning == meaning)
                fail("the field has number " + std::to_string(other) + " already");
        if (!given.emplace(number, entry{std::string(field), std::string(meaning)}).second)
            fail("the number is taken by " + given[number].name);
    }
    return out;
}

std::string field_numbers::text() const
{
    std::string out(head);
    for (auto const& [name, given] : messages_)
        for (auto const& [number, known] : given)
            out += name + ' ' + std::to_string(number) + ' ' + known.name + ' ' + known.meaning + '\n';
    return out;
}

std::uint32_t field_numbers::next(const message& given)
{
    auto number = given.empty() ? 1 : given.rbegin()->first + 1;
    if (number >= protobufs_own_first && number <= protobufs_own_last)
        number = protobufs_own_last + 1;
    return number;
}

void field_numbers::assign(proto_message& into)
{
    auto const known = messages_.find(into.name);
    if (known == messages_.end() && into.fields.empty())
        return;
    auto& given = known == messages_.end() ? messages_[into.name] : known->second;
    std::map<std::pair<std::string_view, std::string_view>, std::uint32_t> numbers;
    for (auto const& [number, one] : given)
        numbers.emplace(std::pair(std::string_view(one.name), std::string_view(one.meaning)), number);
    std::set<std::uint32_t> used;
    std::set<std::string_view> names;
    for (auto& field : into.fields) {
        names.insert(field.name);
        if (field.number >= empty_vectors_number)
            continue; // tl_empty_vectors, tl_raw_strings
        auto const meaning = field.meaning();
        auto const found = numbers.find({field.name, meaning});
        field.number = found != numbers.end() ? found->second : next(given);
        if (field.number > largest)
            throw failure("the message " + into.name + " has no number left for " + field.name);
        given.try_emplace(field.number, entry{field.name, meaning});
        used.insert(field.number);
    }
    std::set<std::string> gone;
    for (auto const& [number, one] : given) {
        if (used.contains(number))
            continue;
        into.reserved_numbers.push_back(number);
        if (!names.contains(one.name))
            gone.insert(one.name);
    }
    into.reserved_names.assign(gone.begin(), gone.end());
}

void field_numbers::assign(contract& what)
{
    for (auto& one : what.messages)
        if (!one.fixed)
            assign(one);
}

} // namespace gen
