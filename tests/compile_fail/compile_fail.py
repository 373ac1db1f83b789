#!/usr/bin/env python3
"""Wrong programs do not compile, and the compiler says what its author should do: pins our sentences.

  compile_fail.py [--cache DIR] INCLUDE_DIR -- COMPILER FLAGS...

Each *.cpp beside this script holds lines `// expect: TEXT` (all compilers must print TEXT), `// expect-gcc:` and
`// expect-clang:`, for what compilers say in words of their own. Compiled without -DWRONG it must be a correct program, so
that it fails for the reason it shows and no other. With --cache DIR what passed is not compiled again until a file changes.
"""

import argparse
import hashlib
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
EXPECT = re.compile(r"^// expect(-gcc|-clang)?: (.+)$", re.M)
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"](mtproto/[^>"]+)[>"]', re.M)


def digest(include, text, command):
    seen, stack = {}, INCLUDE.findall(text)
    while stack:
        name = stack.pop()
        if name not in seen and (include / name).exists():
            seen[name] = (include / name).read_text()
            stack += INCLUDE.findall(seen[name])
    return hashlib.sha256(repr((text, command, sorted(seen.items()))).encode()).hexdigest()


def faults(case, command, kind):
    text = case.read_text()
    plain = os.environ | {"LC_ALL": "C"}  # quotation marks of ASCII
    wanted = [sentence for which, sentence in EXPECT.findall(text) if which in ("", f"-{kind}")]
    if not wanted:
        return [f"{case.name} expects nothing of {kind}"]
    right = subprocess.run([*command, "-fsyntax-only", str(case)], capture_output=True, text=True, env=plain)
    if right.returncode != 0:
        return [f"{case.name} is wrong even without -DWRONG:\n{right.stderr}"]
    wrong = subprocess.run([*command, "-DWRONG", "-fsyntax-only", str(case)], capture_output=True, text=True, env=plain)
    if wrong.returncode == 0:
        return [f"{case.name} compiles"]
    # Compilers break and indent long messages as they like.
    said = " ".join(wrong.stderr.split())
    return [f"{case.name}: the compiler does not say \"{s}\" but\n{wrong.stderr[:3000]}" for s in wanted if " ".join(s.split()) not in said]


def main():
    split = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("include", type=pathlib.Path)
    parser.add_argument("--cache", type=pathlib.Path)
    args = parser.parse_args(sys.argv[1:split])
    command = sys.argv[split + 1:]
    if not command:
        parser.error("which compiler? Write it behind --")
    version = subprocess.run([*command, "--version"], capture_output=True, text=True)
    if version.returncode != 0:
        print(f"{command[0]} does not run: {version.stderr}")
        return 1
    kind = "clang" if "clang" in version.stdout else "gcc"
    cases = sorted(HERE.glob("*.cpp"))
    failed = 0
    for case in cases:
        stamp = args.cache and args.cache / digest(args.include, case.read_text(), command)
        if stamp and stamp.exists():
            continue
        found = faults(case, command, kind)
        print("\n".join(found), end="\n" if found else "")
        failed += bool(found)
        if stamp and not found:
            args.cache.mkdir(parents=True, exist_ok=True)
            stamp.touch()
    print(f"{len(cases) - failed} of {len(cases)} wrong programs are refused with our words by {kind}")
    return failed != 0 or not cases


if __name__ == "__main__":
    sys.exit(main())
