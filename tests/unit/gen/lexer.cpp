#include "mtproto/tl/schema/lexer.hpp"

#include "catch.hpp"

#include <string>
#include <vector>

using namespace mtproto::tl::schema;

namespace {

std::vector<std::string> words(std::string_view text)
{
    lexer from(text);
    std::vector<std::string> all;
    for (auto t = from.next(); t.kind != token_kind::end && all.size() < 100; t = from.next()) {
        all.push_back((t.kind == token_kind::id        ? "#"
                       : t.kind == token_kind::section ? "section "
                       : t.kind == token_kind::bad     ? "bad: "
                                                       : "") +
                      std::string(t.text));
        if (t.kind == token_kind::bad)
            break;
    }
    return all;
}

using list = std::vector<std::string>;

} // namespace

TEST_CASE("a declaration falls into tokens")
{
    CHECK(words("messages.get#0a1b flags:# x:flags.10?Vector<int> = X;") ==
          list{"messages.get", "#0a1b", "flags", ":", "#", "x", ":", "flags", ".", "10", "?", "Vector", "<",
               "int", ">", "=", "X", ";"});
    CHECK(words("{X:Type} !X %Y 4*[ t ]") ==
          list{"{", "X", ":", "Type", "}", "!", "X", "%", "Y", "4", "*", "[", "t", "]"});
}

TEST_CASE("blanks and comments separate tokens and mean nothing")
{
    CHECK(words("a// b\r\n\tc/* d\n * e */f /**/ g") == list{"a", "c", "f", "g"});
    CHECK(words("// only a comment").empty());
    CHECK(words("").empty());
    CHECK(words("\xef\xbb\xbf---types---\na") == list{"section types", "a"});
    CHECK(words("--- functions ---a") == list{"section functions", "a"});
}

TEST_CASE("the lexer says what it cannot read")
{
    CHECK(words("a /* b") == list{"a", "bad: this comment is never closed with */"});
    CHECK(words("a / b") ==
          list{"a", "bad: a single slash has no meaning in a schema, comments begin with // or /*"});
    CHECK(words("a $") == list{"a", "bad: this character has no meaning in a schema"});
    CHECK(words("---types\n---") ==
          list{"bad: a section's title must end in three dashes, as in ---types---"});
}

TEST_CASE("the layer is read from a comment")
{
    auto const layer = [](std::string_view text) {
        lexer from(text);
        while (from.next().kind != token_kind::end)
            ;
        return from.layer();
    };
    CHECK(layer("a\n// LAYER 229\n") == 229);
    CHECK(layer("/// Layer 71") == 71);
    CHECK(layer("// LAYER 1\n// LAYER 2") == 2);
    CHECK(layer("// LAYER of paint") == 0);
    CHECK(layer("// multilayer 5") == 0);
    CHECK(layer("// LAYER 99999999999999999999") > 0); // no overflow
}

TEST_CASE("offsets become lines and columns")
{
    CHECK(position_of("ab\ncd", 0) == position{1, 1});
    CHECK(position_of("ab\ncd", 4) == position{2, 2});
    CHECK(position_of("ab\ncd", 99) == position{2, 3});
}
