#!/usr/bin/env python3
"""Tests use only what Catch2 has under one name in its versions 2 (Debian 12) and 3 (Ubuntu 24.04); says which line does not.

  catch2_names.py TESTS_DIR...   checks trees
  catch2_names.py --self-test    checks this script
"""

import pathlib
import re
import sys
import tempfile

SHARED = {"TEST_CASE", "TEST_CASE_METHOD", "SECTION", "CHECK", "CHECK_FALSE", "CHECK_THROWS_AS", "CHECK_NOTHROW", "REQUIRE", "REQUIRE_FALSE", "INFO", "UNSCOPED_INFO",
          "CAPTURE", "WARN", "FAIL", "FAIL_CHECK", "SUCCEED", "GENERATE", "TEMPLATE_TEST_CASE"}
SHARED_CLASSES = {"StringMaker"}
# What begins like a macro of Catch2's: matchers, Approx and BENCHMARK have another header, name or namespace in each version.
MACRO = re.compile(r"\b((?:TEST_CASE|TEMPLATE_|SECTION|CHECK|REQUIRE|STATIC_REQUIRE|STATIC_CHECK|INFO|UNSCOPED_|CAPTURE|WARN|FAIL|SUCCEED|GENERATE|DYNAMIC_SECTION"
                   r"|SCENARIO|METHOD_AS_|REGISTER_TEST_CASE|ANON_TEST_CASE|CATCH_|BENCHMARK)\w*)\s*\(")
CLASS = re.compile(r"\bCatch::(\w+)|\b(Approx|Matchers)\b")
HEADER = re.compile(r'#\s*include\s*<catch2/')
OURS = re.compile(r'#\s*include\s*"(?:[./]*support/)?catch\.hpp"')


def faults(tree):
    for path in sorted(p for p in tree.rglob("*") if p.suffix in (".cpp", ".hpp")):
        if path.parent.name == "support" and path.name in ("catch.hpp", "catch_main.cpp"):
            continue
        text = path.read_text(encoding="utf-8")
        uses_catch = OURS.search(text) or "TEST_CASE" in text
        for number, line in enumerate(text.splitlines(), 1):
            where = f"{path}:{number}"
            if HEADER.match(line):
                yield f"{where}: include \"catch.hpp\" of tests/support, which knows the header of each version of Catch2"
            if not uses_catch:
                continue
            code = line.split("//")[0]
            for name in MACRO.findall(code):
                if name not in SHARED:
                    yield f"{where}: {name} is not known to be in Catch2 2 and 3 alike; if it is, add it to {pathlib.Path(__file__).name}"
            for qualified, bare in CLASS.findall(code):
                if (qualified or bare) not in SHARED_CLASSES:
                    yield f"{where}: {qualified or bare} is not the same in Catch2 2 and 3"


def self_test():
    bad = {"header.cpp": "#include <catch2/catch.hpp>\n", "macro.cpp": '#include "catch.hpp"\nCHECK_THAT(a, b);\n',
           "class.cpp": '#include "catch.hpp"\nCHECK(x == Approx(1));\n', "name.hpp": '#include "../support/catch.hpp"\nusing Catch::Matchers::Contains;\n'}
    good = {"good.cpp": '#include "catch.hpp"\nTEST_CASE("a") { CHECK(1 == 1); } // not CHECK_THAT(\n', "other.cpp": "BENCHMARK(of_something_else);\n"}
    with tempfile.TemporaryDirectory() as folder:
        tree = pathlib.Path(folder)
        for name, text in (bad | good).items():
            (tree / name).write_text(text, encoding="utf-8")
        found = {pathlib.Path(fault.split(":")[0]).name for fault in faults(tree)}
    if found != set(bad):
        sys.exit(f"faults were found in {sorted(found)}, and are in {sorted(bad)}")


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
    elif len(sys.argv) < 2:
        sys.exit(__doc__)
    else:
        sys.exit("\n".join(fault for tree in sys.argv[1:] for fault in faults(pathlib.Path(tree))) or 0)


if __name__ == "__main__":
    main()
