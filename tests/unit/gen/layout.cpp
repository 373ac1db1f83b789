#include "helpers.hpp"

#include "layout.hpp"

namespace {

/// "line.param line.param " of those of which the layout says so.
std::string fields(const schema::schema& s, bool (gen::layout::*says)(const schema::combinator&, const schema::param&) const)
{
    gen::layout const plan(s);
    std::string list;
    for (auto const& line : s.combinators())
        for (auto const& param : line.params)
            if ((plan.*says)(line, param))
                list += std::string(line.name) + '.' + std::string(param.name) + ' ';
    return list;
}
std::string boxed_fields(const schema::schema& s) { return fields(s, &gen::layout::boxed); }

} // namespace

TEST_CASE("a field that closes a cycle is boxed")
{
    CHECK(boxed_fields(good("leaf = Tree; node left:Tree right:Tree = Tree;")) == "node.left node.right ");
    CHECK(boxed_fields(good("none = A; some flags:# a:flags.0?A = A;")) == "some.a ");
    CHECK(boxed_fields(good("many list:Vector<Many> = Many;")).empty());
    CHECK(boxed_fields(good("bare list:vector<%Bare> = Bare;")).empty());
}

TEST_CASE("the fewest fields are boxed")
{
    // A holds B three times, B holds A once.
    CHECK(boxed_fields(good("a b1:B b2:B b3:B = A; b0 = B; b a:A = B;")) == "b.a ");
    // A bare constructor of a type with several is no more than itself.
    CHECK(boxed_fields(good("x y:int = T; z t:x = T;")).empty());
    CHECK(boxed_fields(good("x t:T = T; z t:x = T;")) == "x.t ");
}

TEST_CASE("large fields are boxed, small ones are not")
{
    std::string const big =
        "big a:int256 b:int256 c:int256 d:int256 e:int256 f:int256 g:int256 h:int256 i:int = Big;\n"
        "mid a:int256 b:int256 c:int = Mid;\n";
    CHECK(boxed_fields(good(big + "x b:Big m:Mid = X;")) == "x.b ");
    CHECK(boxed_fields(good(big + "x flags:# b:flags.0?Big m:flags.0?Mid s:flags.0?string = X;")) ==
          "x.b x.m ");
    CHECK(boxed_fields(good(big + "---functions---\nf b:Big = Bool;")) == "f.b ");
    CHECK(boxed_fields(good(big + "x b:Vector<Big> = X;")).empty());
}

TEST_CASE("the cycles of the API are the known ones")
{
    gen::layout const plan(*schema::parse_file(source_file("schema/api.tl")));
    CHECK(plan.cycles() ==
          std::map<std::string, int>{
              {"InputMedia", 3}, {"InputPeer", 2}, {"MessageMedia", 4}, {"PageBlock", 1}, {"RichText", 26}});
}

TEST_CASE("a vector of values that may hold its own constructor is told")
{
    auto const told = [](const schema::schema& s) { return fields(s, &gen::layout::holds_itself); };
    CHECK(told(good("node items:Vector<Tree> = Tree; leaf x:int = Tree;")) == "node.items ");
    CHECK(told(good("a list:Vector<B> = A; a0 = A; b0 = B; b a:A = B;")) == "a.list ");
    CHECK(told(good("bare list:vector<%Bare> = Bare;")) == "bare.list ");
    // An optional, a vector and a box are empty at first, whatever they hold.
    CHECK(told(good("node flags:# items:flags.0?Vector<Tree> = Tree; leaf x:int = Tree;")).empty());
    CHECK(told(good("a list:Vector<B> = A; a0 = A; b0 = B; b a:Vector<A> = B;")).empty());
    CHECK(told(good("a list:Vector<A> b:A = A; a0 = A; b list:Vector<A> = B; b0 list:Vector<B> = C;")) == "a.list ");
    CHECK(told(good("x list:Vector<Y> = X; y = Y;")).empty());
}
