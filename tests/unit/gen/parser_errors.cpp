// The exact place and sentence of everything that can be wrong with a schema.
#include "helpers.hpp"

TEST_CASE("grammar errors have line, column and a sentence")
{
    CHECK(complaint("a = A;\n  b x = ;") == "test.tl:2:9: expected a type, not ';'");
    CHECK(complaint("a = A") == "test.tl:1:6: expected ';' at the end of a, not the end of the text");
    CHECK(complaint("a x:int;") == "test.tl:1:8: expected '=' and the result type of a, not ';'");
    CHECK(complaint("a x:int") ==
          "test.tl:1:8: expected '=' and the result type of a, not the end of the text");
    CHECK(complaint("= A;") == "test.tl:1:1: expected a declaration, not '='");
    CHECK(complaint("a#123456789 = A;") ==
          "test.tl:1:2: an id has at most 8 hexadecimal digits, this one has 9");
    CHECK(complaint("a#12xy = A;") == "test.tl:1:2: an id consists of hexadecimal digits, not '12xy'");
    CHECK(complaint("---things---\na = A;") ==
          "test.tl:1:1: unknown section 'things', expected types or functions");
    CHECK(complaint("a {X:Int} x:X = A;") ==
          "test.tl:1:6: a type variable is a Type, as in {X:Type}, not 'Int'");
    CHECK(complaint("a {:Type} = A;") ==
          "test.tl:1:4: expected the name of a type variable, as in {X:Type}, not ':'");
    CHECK(complaint("a {X:Type} {X:Type} = A;") == "test.tl:1:13: the type variable X is declared twice");
    CHECK(complaint("a x:Vector<int = A;") ==
          "test.tl:1:16: expected '>' after the arguments of Vector, not '='");
    CHECK(complaint("a x:(Vector int = A;") ==
          "test.tl:1:17: expected ')' after a type in parentheses, not '='");
    CHECK(complaint("a x:4*int = A;") ==
          "test.tl:1:7: expected '[' after the '*' of a repetition, not 'int'");
    CHECK(complaint("a x:4*[ int = A;") == "test.tl:1:13: expected a type, not '='");
    CHECK(complaint("a x:int x:long = A;") == "test.tl:1:9: the parameter x is declared twice");
    CHECK(complaint("a b.c:int = A;") == "test.tl:1:3: a parameter's name has no dots");
    CHECK(complaint("a x:!3 = A;") == "test.tl:1:6: expected a type variable after '!', not '3'");
    CHECK(complaint("a = Vector<int> string;") == "test.tl:1:17: expected the end of a type, not 'string'");
    CHECK(complaint("a /* b") == "test.tl:1:3: this comment is never closed with */");
    CHECK(complaint("a x:int \x01 = A;") == "test.tl:1:9: this character has no meaning in a schema");
    CHECK(complaint("a = A; ---functions---\nf ? = A;") ==
          "test.tl:2:1: '?' declares a built-in type, f is a function");
    std::string nested = "a x:";
    for (int i = 0; i != 40; ++i)
        nested += "Vector<";
    CHECK(complaint(nested) == "test.tl:1:229: types are nested more than 32 deep");
}

TEST_CASE("conditions must fit")
{
    CHECK(complaint("a x:flags.0?int = A;") ==
          "test.tl:1:5: the condition of x refers to flags, which is no parameter before it");
    CHECK(complaint("a x:flags.0?int flags:# = A;") ==
          "test.tl:1:5: the condition of x refers to flags, which is no parameter before it");
    CHECK(complaint("a flags:int x:flags.0?int = A;") ==
          "test.tl:1:15: the condition of x refers to flags, which is not a '#'");
    CHECK(complaint("a flags:# x:flags.32?int = A;") == "test.tl:1:19: there is no bit 32, bits are 0 to 31");
    CHECK(complaint("a flags:# x:flags.99999999999?int = A;") ==
          "test.tl:1:19: there is no bit 99999999999, bits are 0 to 31");
    CHECK(complaint("a flags:# x:flags?int = A;") == "test.tl:1:18: a condition names a bit, as in flags.0?");
    CHECK(complaint("a flags:# x:flags.0 int = A;") ==
          "test.tl:1:21: expected '?' after the bit of a condition, not 'int'");
    CHECK(complaint("a x:true = A;") ==
          "test.tl:1:5: 'true' takes no bytes and must be conditional, as in flags.0?true");
}

TEST_CASE("names must be known and unique")
{
    CHECK(complaint("a = A;\nb x:C = A;") == "test.tl:2:5: unknown type C");
    CHECK(complaint("a x:Vector<C> = A;") == "test.tl:1:12: unknown type C");
    CHECK(complaint("---functions---\nf = C;") == "test.tl:2:5: unknown type C");
    CHECK(complaint("a x:!Y = A;") == "test.tl:1:5: '!' needs a type variable, Y is none: declare {Y:Type}");
    CHECK(complaint("a#1 = A;\na#2 = A;") == "test.tl:2:1: the constructor a was already declared at line 1");
    CHECK(complaint("a = A;\n---functions---\nf#1 = A;\nf#2 = A;") ==
          "test.tl:4:1: the function f was already declared at line 3");
    CHECK(complaint("a#1 = A;\nb#1 = A;") == "test.tl:2:1: b has the id of a at line 1");
    CHECK(complaint("a = A;\n---functions---\nf#1 = A;\ng#1 = A;") ==
          "test.tl:4:1: g has the id of f at line 3");
    CHECK(complaint("a = b;") == "test.tl:1:5: the result of a constructor is a type, whose name begins with "
                                 "a capital letter, not 'b'");
    CHECK(complaint("a x:Vector = A;") == "test.tl:1:5: Vector takes 1 argument, not 0");
    CHECK(complaint("a x:Vector<int,int> = A;") == "test.tl:1:5: Vector takes 1 argument, not 2");
    CHECK(complaint("a x:A<int> = A;") == "test.tl:1:5: A takes 0 arguments, not 1");
    CHECK(complaint("a = A;\nb {X:Type} x:X = A X;") ==
          "test.tl:2:18: another constructor of A gives it 0 arguments, not 1");
    CHECK(complaint("a = A;\nb = A;\nc x:%A = C;") ==
          "test.tl:3:5: %A needs a type with one constructor, A has 2");
}
