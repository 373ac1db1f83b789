// Numbers keep their meaning, whatever happens to the schema.
#include "field_numbers.hpp"

#include "helpers.hpp"

#include "contract.hpp"
#include "failure.hpp"
#include "program.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <sstream>

namespace {

gen::contract contract_of(const schema::schema& from)
{
    return gen::make_contract(
        gen::program(from, {.root = "api", .include_prefix = {}, .links = {}, .layer = 0}));
}

// Whatever a number ever meant, by message.
class memory
{
public:
    void watch(const gen::contract& what)
    {
        for (auto const& message : what.messages) {
            std::map<std::uint32_t, std::string> now;
            for (auto const& field : message.fields) {
                auto const meaning = field.name + ' ' + field.meaning();
                if (field.number == 0 || !now.emplace(field.number, meaning).second)
                    FAIL(message.name + ": two fields have the number " + std::to_string(field.number));
                auto const [first, fresh] = meant_[message.name].emplace(field.number, meaning);
                if (first->second != meaning)
                    FAIL(message.name + ' ' + std::to_string(field.number) + " was " + first->second +
                         " and is " + meaning);
            }
            if (message.fixed)
                continue;
            for (auto const& [number, meaning] : meant_[message.name]) {
                bool const reserved = std::binary_search(message.reserved_numbers.begin(),
                                                         message.reserved_numbers.end(), number);
                if (now.contains(number) == reserved && number < gen::empty_vectors_number)
                    FAIL(message.name + ' ' + std::to_string(number) +
                         " is neither used nor reserved, or both");
            }
            for (auto const& name : message.reserved_names)
                for (auto const& field : message.fields)
                    if (field.name == name)
                        FAIL(message.name + " reserves " + name + ", which it has");
        }
    }

private:
    std::map<std::string, std::map<std::uint32_t, std::string>> meant_;
};

// Numbers a contract through the text of the lock, as the program does.
void number(std::string& lock, gen::contract& what)
{
    auto numbers = gen::field_numbers::parse(lock, "lock");
    numbers.assign(what);
    lock = numbers.text();
    CHECK(gen::field_numbers::parse(lock, "lock") == numbers);
}

gen::contract numbered(std::string& lock, const std::string& text)
{
    auto what = contract_of(good(text));
    number(lock, what);
    return what;
}

std::uint32_t number_of(const gen::contract& what, std::string_view message, std::string_view field)
{
    auto const* found = what.find(message);
    REQUIRE(found != nullptr);
    for (auto const& one : found->fields)
        if (one.name == field)
            return one.number;
    return 0;
}

// A schema as lines that change a little at a time.
class changing_schema
{
public:
    changing_schema(const std::string& path, unsigned seed) : random_(seed)
    {
        std::ifstream file(source_file(path));
        for (std::string line; std::getline(file, line);)
            if (line.starts_with("---"))
                functions_ = lines_.size();
            else if (!line.empty() && !line.starts_with("//"))
                lines_.push_back(line);
    }

    void change()
    {
        for (int i = 0; i != 300; ++i) {
            auto& line = lines_[random_() % lines_.size()];
            if (line.find("{") != std::string::npos || line.find(" ? ") != std::string::npos)
                continue;
            auto words = split(line);
            auto const equals =
                static_cast<std::size_t>(std::find(words.begin(), words.end(), "=") - words.begin());
            if (equals < 2) {
                rename(words[0]);
                line = join(words);
                continue;
            }
            auto const at = 1 + random_() % (equals - 1);
            if (words[at].ends_with(":#"))
                continue;
            switch (random_() % 5) {
            case 0: // rename a field
                words[at].insert(words[at].find(':'), std::to_string(random_() % 3));
                break;
            case 1: // take one away
                words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
                break;
            case 2: // one more
                words.insert(words.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                             "extra" + std::to_string(++added_) + ":Vector<long>");
                break;
            case 3: // another type
                words[at] = words[at].substr(0, words[at].find(':')) + (random_() % 2 ? ":long" : ":string");
                break;
            default: // another order
                if (at + 1 < equals && !words[at + 1].ends_with(":#"))
                    std::swap(words[at], words[at + 1]);
            }
            line = join(words);
        }
        auto const middle = lines_.begin() + static_cast<std::ptrdiff_t>(functions_);
        std::shuffle(lines_.begin(), middle, random_);
        std::shuffle(middle, lines_.end(), random_);
    }

    std::string text() const
    {
        std::string out;
        for (std::size_t i = 0; i != lines_.size(); ++i)
            out += (i == functions_ ? "---functions---\n" : "") + lines_[i] + '\n';
        return out;
    }

private:
    static std::vector<std::string> split(const std::string& line)
    {
        std::istringstream stream(line);
        return {std::istream_iterator<std::string>(stream), {}};
    }
    static std::string join(const std::vector<std::string>& words)
    {
        std::string out;
        for (auto const& word : words)
            out += (out.empty() ? "" : " ") + word;
        return out;
    }
    void rename(std::string& name)
    {
        for (auto const kept : {"boolTrue", "boolFalse", "true#", "vector"})
            if (name.starts_with(kept))
                return;
        name.insert(name.find('#'), "New" + std::to_string(++added_));
    }

    std::mt19937 random_;
    std::vector<std::string> lines_;
    std::size_t functions_ = 0;
    int added_ = 0;
};

} // namespace

TEST_CASE("numbers of real layers keep their meaning in any order of layers")
{
    std::vector<gen::contract> layers;
    for (auto const path : {"schema/layers/144.tl", "schema/layers/227.tl", "schema/api.tl"})
        layers.push_back(contract_of(*schema::parse_file(source_file(path))));
    std::vector<std::size_t> order{0, 1, 2};
    do {
        std::string lock;
        memory seen;
        for (auto const i : order) {
            auto what = layers[i];
            number(lock, what);
            seen.watch(what);
        }
        auto const before = lock;
        auto again = layers[order[0]];
        number(lock, again); // back to the first one: nothing is new
        CHECK(lock == before);
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("numbers keep their meaning while the schema changes")
{
    for (unsigned const seed : {1u, 2u}) {
        INFO("seed " << seed);
        changing_schema schema("schema/layers/144.tl", seed);
        std::string lock;
        memory seen;
        for (int step = 0; step != 6; ++step) {
            INFO("step " << step);
            seen.watch(numbered(lock, schema.text()));
            schema.change();
        }
    }
}

TEST_CASE("the first layer's numbers are in order, the lock has them")
{
    std::string lock;
    auto const what = contract_of(*schema::parse_file(source_file("schema/api.tl")));
    auto fresh = what;
    number(lock, fresh);
    for (auto const& message : fresh.messages)
        for (std::size_t i = 0; i != message.fields.size(); ++i)
            if (message.fields[i].number < gen::empty_vectors_number)
                CHECK(message.fields[i].number == i + 1);
    std::ifstream file(source_file("schema/field_numbers.lock"));
    std::string committed(std::istreambuf_iterator<char>(file), {});
    auto locked = gen::field_numbers::parse(committed, "field_numbers.lock");
    auto again = what;
    locked.assign(again);
    CHECK(locked.text() == committed);
}

TEST_CASE("a number outlives what it was given to")
{
    std::string lock;
    auto what = numbered(lock, "a x:int y:long = T; b = T;");
    CHECK(number_of(what, "PredA", "y") == 2);
    CHECK(number_of(what, "TypeT", "b") == 2);

    gen::program const from(good("c = T; a y:long z:int x:long = T;"),
                            {.root = "api", .include_prefix = {}, .links = {}, .layer = 0});
    what = gen::make_contract(from);
    number(lock, what); // x changed its type, a has moved, b is gone
    CHECK(number_of(what, "PredA", "y") == 2);
    CHECK(number_of(what, "PredA", "z") == 3);
    CHECK(number_of(what, "PredA", "x") == 4);
    CHECK(number_of(what, "TypeT", "a") == 1);
    CHECK(number_of(what, "TypeT", "c") == 3);
    CHECK(what.find("PredA")->reserved_numbers == std::vector<std::uint32_t>{1});
    CHECK(what.find("PredA")->reserved_names.empty()); // x is in use
    CHECK(what.find("TypeT")->reserved_names == std::vector<std::string>{"b"});

    gen::files out;
    gen::emit_contract_headers(from, what, out);
    auto const& header = out["field_numbers.hpp"];
    for (auto const line :
         {"field_number<::api::raw::a<S>, 0> = 2;", "field_number<::api::raw::a<S>, 1> = 3;",
          "field_number<::api::raw::a<S>, 2> = 4;", "alternative_number<::api::raw::T<S>, 0> = 3;",
          "alternative_number<::api::raw::T<S>, 1> = 1;"})
        CHECK(header.find(line) != std::string::npos);

    what = numbered(lock, "a x:int y:long = T; b = T;"); // all of it back
    CHECK(number_of(what, "PredA", "x") == 1);
    CHECK(number_of(what, "TypeT", "b") == 2);

    what =
        numbered(lock, "a flags:# x:flags.0?int y:Vector<long> = T;"); // presence is no change, a vector is
    CHECK(number_of(what, "PredA", "x") == 1);
    CHECK(number_of(what, "PredA", "y") == 5);
}

TEST_CASE("a lock that cannot be is refused with its line")
{
    auto const refusal = [](std::string_view text) -> std::string {
        try {
            gen::field_numbers::parse(text, "lock");
        } catch (const gen::failure& problem) {
            return problem.what();
        }
        return "read";
    };
    CHECK(refusal("# a comment\n\nPredA 1 x int32\r\nPredA 2 y repeated int32\n") == "read");
    CHECK(refusal("PredA 1 x\n") == "lock:1: expected 'message number field type'");
    CHECK(refusal("PredA one x int32\n") == "lock:1: expected 'message number field type'");
    CHECK(refusal("PredA 1 x int32\nPredA 1 y int32\n") == "lock:2: the number is taken by x");
    CHECK(refusal("PredA 1 x int32\nPredA 2 x int32\n") == "lock:2: the field has number 1 already");
    for (auto const number : {"0", "19000", "19999", "536870910", "536870911", "4294967296"})
        CHECK(refusal("PredA " + std::string(number) + " x int32\n") != "read");

    auto numbers = gen::field_numbers::parse("PredA 18999 x int32\n", "lock");
    auto what = contract_of(good("a x:int y:int = T;"));
    numbers.assign(what);
    CHECK(number_of(what, "PredA", "y") == 20'000); // protobuf keeps 19000 to 19999 for itself
}
