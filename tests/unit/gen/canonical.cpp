#include "helpers.hpp"

TEST_CASE("the canonical line is what ids are computed from")
{
    auto const line = [](const std::string& text) { return canonical_line(good(text).combinators().back()); };
    CHECK(line("a#1 flags:# b:flags.0?true c:flags.1?bytes d:Vector<bytes> e:bytes = A;") ==
          "a flags:# c:flags.1?string d:Vector bytes e:string = A");
    CHECK(line("vector#1cb5c415 {t:Type} # [ t ] = Vector t;") == "vector t:Type # [ t ] = Vector t");
    CHECK(line("int ? = Int;") == "int ? = Int");
    CHECK(line("int128 4*[ int ] = Int128;") == "int128 4*[ int ] = Int128");
    CHECK(line("salt = Salt; a   x:%Salt\n y:vector<salt>=A;") == "a x:%Salt y:vector salt = A");
    CHECK(line("---functions---\ninvokeAfterMsg#cb9f372d {X:Type} msg_id:long query:!X = X;") ==
          "invokeAfterMsg X:Type msg_id:long query:!X = X");
}

TEST_CASE("lines are written in the form of published schemas")
{
    auto const line = [](const std::string& text) { return to_line(good(text).combinators().back()); };
    CHECK(line("a#1  x:Vector<Vector<int>>  = A;") == "a#00000001 x:Vector<Vector<int>> = A;");
    CHECK(line("int ? = Int;") == "int ? = Int;");
    CHECK(line("vector#1cb5c415 {t:Type} # [ t ] = Vector t;") ==
          "vector#1cb5c415 {t:Type} # [ t ] = Vector t;");
    CHECK(line("---functions---\nf#2 flags:# x:flags.3?true = Vector<int>;") ==
          "f#00000002 flags:# x:flags.3?true = Vector<int>;");
}

TEST_CASE("changed lines are found by their ids")
{
    auto const s = good("boolFalse#bc799737 = Bool;\nboolTrue#997275b6 = Bool;\nfree = Free;");
    auto const wrong = mismatched_ids(s);
    REQUIRE(wrong.size() == 1);
    CHECK(wrong[0]->name == "boolTrue");
    CHECK(computed_id(*wrong[0]) == 0x997275b5);
}
