#include "helpers.hpp"

#include "failure.hpp"
#include "names.hpp"

namespace {

std::string name(const std::string& text)
{
    auto const s = good(text);
    return gen::names(s, "demo").of(s.combinators().back()).path();
}

std::string clash(const std::string& text)
{
    try {
        gen::names const all(good(text), "demo");
    } catch (const gen::failure& problem) {
        return problem.what();
    }
    return "no clash";
}

} // namespace

TEST_CASE("names keep their spelling")
{
    CHECK(name("inputPeerSelf = InputPeer;") == "inputPeerSelf");
    CHECK(name("storage.fileJpeg = storage.FileType;") == "storage::fileJpeg");
    CHECK(name("a.b.c = A;") == "a::b::c");
    auto const s = good("message = Message;");
    gen::names const all(s, "my::api");
    CHECK(all.raw(all.of(s.types()[0])) == "::my::api::raw::Message");
}

TEST_CASE("keywords, macros and namespaces take an underscore")
{
    CHECK(name("double x:int = A;") == "double_");
    CHECK(name("xor = A;") == "xor_");
    CHECK(name("errno = A;") == "errno_");
    CHECK(name("new.delete = A;") == "new_::delete_");
    CHECK(name("updates.state = updates.State; updates = Updates;") == "updates_");
    CHECK(name("a.b.c = A; a.b = A;") == "a::b_");
    CHECK(name("raw = A;") == "raw_");
    CHECK(name("x.raw = A;") == "x::raw");
    CHECK(name("get_if = A;") == "get_if_");
    CHECK(name("std = A;") == "std_");
    CHECK(name("S = T;") == "S_");
    CHECK(name("X {X:Type} a:X = T X;") == "X_");
}

TEST_CASE("members give way to what the struct needs")
{
    auto const s = good("message message:string private:int tl_id:int result:int S:int = Message;\n"
                        "---functions---\nf result:int f:int = Message;");
    gen::names const all(s, "demo");
    std::string members;
    for (auto const& line : s.combinators())
        for (auto const& param : line.params)
            members += all.field(line, param) + ' ';
    CHECK(members == "message_ private_ tl_id_ result S_ result_ f_ ");
}

TEST_CASE("a function gives way to a constructor")
{
    CHECK(name("ping = Ping;\n---functions---\nping = Ping;") == "ping_");
}

TEST_CASE("any other clash is told with its line")
{
    CHECK(clash("a x:int x_:int = A;") == "no clash");
    CHECK(clash("a new:int\n new_:int = A;") ==
          "test.tl:2:2: the parameters new and new_ of a would both be new_ in C++");
    CHECK(clash("new_ = A;\nnew = A;") == "test.tl:2:1: new would be new_ in C++, as new_ of line 1 is");
    CHECK(clash("Two = Two;\nthree = Two;") == "test.tl:1:7: Two would be Two in C++, as Two of line 1 is");
    CHECK(clash("One = One;") == "no clash");
    CHECK(clash("a int = A;") == "test.tl:1:3: a parameter of a has no name, C++ needs one");
}
