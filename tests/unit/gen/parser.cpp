#include "helpers.hpp"

using schema::type_kind;

TEST_CASE("constructors, functions and types are found by id and name")
{
    auto const s = good("a#01 x:int = A;\nb#2 = A;\nns.c = ns.C;\n---functions---\nns.get#3 id:long = A;\n"
                        "---types---\nlate#4 = Late;\n---functions---\nlast#5 = Late; // LAYER 12\n");
    CHECK(s.layer() == 12);
    CHECK(s.constructors().size() == 4);
    CHECK(s.functions().size() == 2);
    REQUIRE(s.find(2));
    CHECK(s.find(2)->name == "b");
    CHECK(s.find_constructor("b") == s.find(2));
    CHECK(s.find_function("b") == nullptr);
    REQUIRE(s.find_function("ns.get"));
    CHECK(s.find_function("ns.get")->name_space() == "ns");
    CHECK(s.find_function("ns.get")->local_name() == "get");
    CHECK(s.find_function("ns.get")->is_function);
    CHECK(s.find(99) == nullptr);
    REQUIRE(s.find_type("A"));
    CHECK(s.find_type("A")->constructors.size() == 2);
    CHECK(s.type_of(*s.find_constructor("late")).name == "Late");
    CHECK(s.find_type("ns.C")->local_name() == "C");
    CHECK(s.find_type("B") == nullptr);
    CHECK(s.location(s.find_constructor("b")->offset) == "test.tl:2:1");
}

TEST_CASE("types resolve to what they are on the wire")
{
    auto const s = good(
        "future_salt = FutureSalt; peerA = Peer; peerB = Peer; int512 16*[ int ] = Int512;\n"
        "x a:int b:long c:double d:string e:bytes f:int128 g:int256 h:Bool i:Vector<int>\n"
        "  j:vector<future_salt> k:%FutureSalt l:Peer m:Object n:# o:int53 p:int32 q:int64 r:%Vector<int>\n"
        "  s:peerA t:int512 u:(vector int) v:Vector<Vector<vector<%FutureSalt>>> = X;");
    auto const params = s.find_constructor("x")->params;
    type_kind const expected[] = {
        type_kind::int32, type_kind::int64, type_kind::float64, type_kind::string,
        type_kind::bytes, type_kind::int128, type_kind::int256, type_kind::boolean,
        type_kind::vector, type_kind::bare_vector, type_kind::bare, type_kind::boxed,
        type_kind::object, type_kind::nat, type_kind::int53, type_kind::int32,
        type_kind::int64, type_kind::bare_vector, type_kind::bare, type_kind::fixed,
        type_kind::bare_vector, type_kind::vector};
    REQUIRE(params.size() == std::size(expected));
    for (std::size_t i = 0; i != params.size(); ++i) {
        INFO(params[i].name);
        CHECK(params[i].type.kind == expected[i]);
    }
    CHECK(s.combinators()[params[10].type.index].name == "future_salt");
    CHECK(s.types()[params[11].type.index].name == "Peer");
    CHECK(params[19].type.index == 64);
    CHECK(schema::to_text(params[21].type) == "Vector<Vector<vector<%FutureSalt>>>");
    CHECK_FALSE(params[13].flag_word);
}

TEST_CASE("flags may stand anywhere, be several, be shared and have any name")
{
    auto const s = good("x id:long flags:# a:flags.0?true b:flags.1?int c:flags.1?string more:# "
                        "d:more.31?Bool flags9:# = X;\n"
                        "y flags:int = Y;");
    auto const& x = *s.find_constructor("x");
    REQUIRE(x.params.size() == 8);
    CHECK(x.params[1].flag_word);
    CHECK(x.params[5].flag_word);
    CHECK(x.params[7].flag_word); // by its name
    REQUIRE(x.params[2].when);
    CHECK(x.params[2].type.kind == type_kind::true_);
    CHECK(x.params[4].when->field == 1);
    CHECK(x.params[4].when->bit == 1);
    CHECK(x.params[6].when->field == 5);
    CHECK(x.params[6].when->bit == 31);
    CHECK_FALSE(s.find_constructor("y")->params[0].flag_word);
    CHECK(s.find_constructor("y")->params[0].type.kind == type_kind::int32);
}

TEST_CASE("functions of functions have a type variable")
{
    auto const s = good("---functions---\ninvokeWithLayer#da9b0d0d {X:Type} layer:int query:!X = X;");
    auto const& f = *s.find_function("invokeWithLayer");
    REQUIRE(f.variables.size() == 1);
    CHECK(f.params[1].type.bang);
    CHECK(f.params[1].type.kind == type_kind::variable);
    CHECK(f.result.kind == type_kind::variable);
    CHECK(mismatched_ids(s).empty());
}

TEST_CASE("built-in declarations are known as such")
{
    auto const s =
        good("int ? = Int;\nlong ? = Long;\nvector {t:Type} # [ t ] = Vector t;\nint128 4*[ int ] = Int128;\n"
             "boolFalse#bc799737 = Bool;\nboolTrue#997275b5 = Bool;\ntrue#3fedd339 = True;\nbytes = Bytes;\n"
             "error#c4b9f9bb code:int text:string = Error;\nnull#56730bcc = Null;");
    for (auto const name : {"int", "long", "vector", "int128", "boolFalse", "boolTrue", "true", "bytes"}) {
        INFO(name);
        REQUIRE(s.find_constructor(name));
        CHECK(s.find_constructor(name)->builtin);
    }
    CHECK_FALSE(s.find_constructor("error")->builtin);
    CHECK_FALSE(s.find_constructor("null")->builtin);
    CHECK(s.find_constructor("vector")->id == 0x1cb5c415);
    CHECK(s.find_constructor("int")->id == 0xa8509bda);
}

TEST_CASE("generic types take their arguments in angle brackets or behind them")
{
    auto const s = good("pair {X:Type} {Y:Type} a:X b:Y = Pair X Y;\nx p:Pair<int,Vector<string>> q:(Pair "
                        "int (Vector string)) = X;");
    auto const params = s.find_constructor("x")->params;
    CHECK(schema::to_text(params[0].type) == "Pair<int,Vector<string>>");
    CHECK(schema::to_text(params[1].type) == "Pair<int,Vector<string>>");
    CHECK(s.find_type("Pair")->arity == 2);
    CHECK(s.find_constructor("pair")->variables.size() == 2);
}

TEST_CASE("a function may be named anew under the id of another")
{
    auto const s = good("resPQ = ResPQ;\n---functions---\nprefix#be7e8ef1 = Bool;\nreq_pq_multi#be7e8ef1 "
                        "nonce:int128 = ResPQ;");
    CHECK(s.functions().size() == 2);
    CHECK(s.find_function(0xbe7e8ef1u)->name == "req_pq_multi");
}

TEST_CASE("a constructor and a function may share a name and an id")
{
    auto const s = good("ping#1 = Ping;\n---functions---\nping#1 = Ping;");
    CHECK_FALSE(s.find(1)->is_function);
    CHECK(s.find_function(1u)->is_function);
}

TEST_CASE("a schema is a handle that keeps its text alive")
{
    schema::schema copy;
    CHECK(copy.combinators().empty());
    {
        auto const s = good("a = A;");
        copy = s;
    }
    CHECK(copy.find_constructor("a")->name == "a");
    CHECK(copy.text() == "a = A;");
}

TEST_CASE("schemas come in pieces and from files")
{
    std::string_view const pieces[] = {"a = A;\n", "b = ", "A;"};
    auto const s = schema::parse_pieces(pieces);
    REQUIRE(s.has_value());
    CHECK(s->find_type("A")->constructors.size() == 2);

    auto const none = schema::parse_file("/nowhere/at/all.tl");
    REQUIRE_FALSE(none.has_value());
    CHECK(none.error().text() == "/nowhere/at/all.tl: cannot be opened");
}

TEST_CASE("a td_api-style schema needs no ids")
{
    auto const s = good(
        "double ? = Double;\nstring ? = String;\nint32 = Int32;\nint53 = Int53;\nint64 = Int64;\nbytes = "
        "Bytes;\n"
        "boolFalse = Bool;\nboolTrue = Bool;\nvector {t:Type} # [ t ] = Vector t;\n"
        "//@description An object @code A number @message Text\nerror code:int32 message:string = Error;\n"
        "ok = Ok;\ntextEntity offset:int32 length:int32 = TextEntity;\n"
        "textEntities entities:vector<textEntity> = TextEntities;\n"
        "callbackQueryPayloadData data:bytes = CallbackQueryPayload;\n"
        "---functions---\nclose = Ok;");
    // As TDLib's own headers have them.
    CHECK(static_cast<std::int32_t>(s.find_constructor("textEntities")->id) == -933199172);
    CHECK(static_cast<std::int32_t>(s.find_constructor("callbackQueryPayloadData")->id) == -1977729946);
    CHECK(s.find_constructor("textEntities")->params[0].type.args[0].kind == type_kind::bare);
}
