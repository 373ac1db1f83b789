#!/usr/bin/env python3
"""Every header compiles alone: compiles each by itself, without code, and prints what the compiler says.

  headers.py --jobs 2 INCLUDE_DIR -- COMPILER FLAGS...
  headers.py --includes INCLUDE_DIR      prints #include lines of all headers instead

A header that needs a package which is not installed is skipped where --missing names its first folder or path:
`--missing mtproto/proxy`. Generated headers share one shape, so only some of them are compiled alone unless --all:
the forward declarations, the umbrellas, and every eighth of the rest. A header that another one includes before
anything else is compiled alone by that one, up to the instantiation of templates: it is left out as well.

With --cache DIR, a header that compiled is not compiled again until it, or a header of ours that it reaches, or the
command changes.
"""

import argparse
import concurrent.futures
import hashlib
import pathlib
import re
import subprocess
import sys


def sample(headers):
    """Leaves out most of the generated headers of types and methods."""
    kept, seen = [], 0
    for h in headers:
        if h.parent.name in ("types", "methods") and h.parents[1].name in ("api", "mt"):
            seen += 1
            if seen % 8 != 1:
                continue
        kept.append(h)
    return kept


INCLUDE = re.compile(r'^\s*#\s*include\s*[<"](mtproto/[^>"]+)[>"]', re.M)


def digest(include, name, command):
    """Of the header and all headers of ours that it reaches."""
    seen, stack = {}, [name]
    while stack:
        n = stack.pop()
        if n not in seen and (include / n).exists():
            seen[n] = (include / n).read_text()
            stack += INCLUDE.findall(seen[n])
    return hashlib.sha256(repr((command, sorted(seen.items()))).encode()).hexdigest()


def check(include, cache, command, name):
    if not cache:
        return compile_alone(command, name)
    cache.mkdir(parents=True, exist_ok=True)
    stamp = cache / digest(include, name, command)
    if stamp.exists():
        return name, 0, ""
    found = compile_alone(command, name)
    if found[1] == 0:
        stamp.touch()
    return found


ANY_INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)


def without_first_includes(include, names):
    first = (ANY_INCLUDE.search((include / n).read_text()) for n in names)
    covered = {m[1] for m in first if m}
    return [n for n in names if n not in covered]


def compile_alone(command, name):
    # Twice: `#pragma once` must be there, too.
    text = f"#include <{name}>\n#include <{name}>\n"
    done = subprocess.run([*command, "-x", "c++", "-fsyntax-only", "-"], input=text, capture_output=True, text=True)
    return name, done.returncode, done.stderr


def main():
    split = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("include", type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--cache", type=pathlib.Path)
    parser.add_argument("--includes", action="store_true")
    parser.add_argument("--missing", action="append", default=[])
    args = parser.parse_args(sys.argv[1:split])
    command = sys.argv[split + 1:]

    headers = sorted(args.include.rglob("*.hpp"))
    if not args.all and not args.includes:
        headers = sample(headers)
    names = [h.relative_to(args.include).as_posix() for h in headers]
    names = [n for n in names if not any(n.startswith(m) for m in args.missing)]
    if args.includes:
        # A program has src.hpp in one translation unit only.
        names = [n for n in names if not pathlib.PurePath(n).name.startswith("src")]
        print("".join(f"#include <{n}>\n" for n in names), end="")
        return 0
    if not args.all:
        names = without_first_includes(args.include, names)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for name, code, errors in pool.map(lambda n: check(args.include, args.cache, command, n), names):
            if code != 0:
                failed += 1
                print(f"{name} does not compile alone:\n{errors}")
    print(f"{len(names) - failed} of {len(names)} headers compile alone")
    return failed != 0 or not names


if __name__ == "__main__":
    sys.exit(main())
