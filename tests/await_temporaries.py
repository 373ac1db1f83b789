#!/usr/bin/env python3
"""Finds what g++ 12 destroys twice or too early: braced temporaries inside of expressions that await, conditional expressions that
await, and temporaries inside of a condition that awaits.

    await_temporaries.py FOLDER...      names the lines, and fails if there are any
    await_temporaries.py --self-test

Name the value first: `request q{...}; co_await tg.invoke(q);`.
"""
import pathlib
import re
import sys

TEMPORARY = re.compile(r"[A-Za-z_>]\{")
CONDITIONAL = re.compile(r"\?[^;]*\bco_await\b[^;]*:")
CONDITION = re.compile(r"\b(?:if|while)\b(?!.*\bauto\b).*\bco_await\s+[\w.:>-]+\([^()]*\(")
NOISE = re.compile(r'//.*$|"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'')
# `task<result<>>{}` has nothing to destroy; a lambda's or a block's brace follows `)` or a space.
HARMLESS = re.compile(r"result<>\{\}|std::byte\{[^{}]*\}|type_identity<[^{}]*>\{\}")


def guilty(line):
    code = HARMLESS.sub("", NOISE.sub("", line))
    return "co_await" in code and any(bad.search(code) for bad in (TEMPORARY, CONDITIONAL, CONDITION))


def self_test():
    bad = ["co_return decoder{std::move(core)}(co_await std::move(answer));", "co_await tg.invoke(api::help::getConfig{});",
           "auto r = co_await f(std::vector<int>{1});", "auto r = channel ? co_await f() : co_await g();",
           "if (!co_await with.send(std::span(packets)))"]
    good = ["co_await tg.invoke(request);", 'co_await say("a{b}");', "if (co_await x) {", "if (auto const sent = co_await f(g(x)); !sent)", "if (!co_await f(x))",
            "co_await f(); // not f(T{})",
            "co_return result<>{};"]
    wrong = [line for line in bad if not guilty(line)] + [line for line in good if guilty(line)]
    sys.exit("judged wrongly:\n" + "\n".join(wrong) if wrong else 0)


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
    files = [path for folder in sys.argv[1:] for path in sorted(pathlib.Path(folder).rglob("*.[ch]pp"))]
    if not files:
        sys.exit("no sources in " + " ".join(sys.argv[1:]))
    found = [f"{path}:{number}: {line.strip()}" for path in files
             for number, line in enumerate(path.read_text().splitlines(), 1) if guilty(line)]
    for one in found:
        print(one)
    sys.exit("g++ 12 destroys these temporaries twice: give temporaries names, and write conditions as statements" if found else 0)


if __name__ == "__main__":
    main()
