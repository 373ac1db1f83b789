// The compiler's output for a small schema, compared with what is committed.
// After a change: tlc --schema tests/unit/gen/demo.tl --namespace demo --out tests/unit/gen/golden
#include "helpers.hpp"

#include "failure.hpp"
#include "program.hpp"
#include "tree.hpp"

namespace
{

std::string refusal(const std::string& text)
{
    try {
        gen::program const from(good(text), {.root = "demo", .include_prefix = {}, .links = {}, .layer = 0});
        gen::emit_all(from);
    } catch (const gen::failure& problem) {
        return problem.what();
    }
    return "compiled";
}

} // namespace

TEST_CASE("the output for the small schema is the committed one")
{
    gen::program const from(*schema::parse_file(source_file("tests/unit/gen/demo.tl")),
                            {.root = "demo", .include_prefix = {}, .links = {}, .layer = 7});
    for (auto const& complaint : gen::compare_tree(source_file("tests/unit/gen/golden"), gen::emit_all(from)))
        FAIL_CHECK(complaint);
}

TEST_CASE("what has no C++ form is told with its place")
{
    CHECK(refusal("a x:4*[ int ] y:int = A;") ==
          "test.tl:1:5: repetitions are supported in built-in declarations only");
    CHECK(refusal("a x:boolTrue = A; boolTrue = Bool;") ==
          "test.tl:1:5: the built-in constructor boolTrue is not supported as a type");
    CHECK(refusal("a x:Vector<true> = A;") ==
          "test.tl:1:12: 'true' is supported as a conditional parameter only");
    CHECK(
        refusal(
            "a f1:# f2:# f3:# f4:# f5:# v:f1.0?true w:f2.0?true x:f3.0?true y:f4.0?true z:f5.0?true = A;") ==
        "test.tl:1:1: a has 5 flag words, at most 4 are supported");
    CHECK(refusal("p {X:Type} {Y:Type} a:X b:Y = P Y X;") ==
          "test.tl:1:31: the variables of p are not the arguments of its type in the same order, which is "
          "not supported");
    CHECK(refusal("b = B; p {X:Type} a:X = P X; q x:P<%B> = Q;") ==
          "test.tl:1:36: an argument of a generic type that is bare on the wire is not supported");
}
