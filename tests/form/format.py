#!/usr/bin/env python3
"""Holds the C++ sources to .clang-format, and to lines of at most 140 columns.

  format.py --check [FILE...]     says which files differ; exit code 0 none, 1 some, 77 clang-format 19 is missing
  format.py --fix [FILE...]       formats them
  format.py --self-test

FILE: only these, as a commit hook gives them. Generated files keep the form that tlc gives them, and the program that opens the README its few lines.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from llvm import VERSION, tool

COLUMNS = 140
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
AS_THEY_ARE = re.compile(r"^include/mtproto/(api|mt|proxy/contract)/|^tests/unit/gen/golden|^tests/fuzz/corpus/|^examples/1_hello\.cpp")
FOLDERS = ["apps", "benchmarks", "examples", "gen", "include", "tests"]


def sources(root):
    """What git keeps; in an archive without git, what lies in our folders."""
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-z", *FOLDERS], capture_output=True, text=True)
    if listed.returncode == 0 and listed.stdout:
        names = listed.stdout.split("\0")
    else:
        names = [p.relative_to(root).as_posix() for f in FOLDERS for p in (root / f).rglob("*")]
    return sorted(n for n in names if n.endswith((".cpp", ".hpp")) and not AS_THEY_ARE.search(n) and (root / n).is_file())


def differing(clang_format, root, names):
    """The names that clang-format would change."""
    if not names:
        return []
    done = subprocess.run([clang_format, "--style=file", "--dry-run", *names], cwd=root, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"clang-format failed: {done.stderr}")
    found = {line.split(":", 1)[0] for line in done.stderr.splitlines() if "[-Wclang-format-violations]" in line}
    return [n for n in names if n in found]


def long_lines(root, names):
    return [f"{n}:{number}" for n in names
            for number, line in enumerate((root / n).read_text().splitlines(), 1) if len(line) > COLUMNS]


def self_test(clang_format):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        shutil.copy(ROOT / ".clang-format", root)
        (root / "good.hpp").write_text("int f();\n")
        (root / "bad.hpp").write_text("int  g( );\n")
        (root / "long.hpp").write_text("// " + "x" * COLUMNS + "\n")
        names = ["bad.hpp", "good.hpp", "long.hpp"]
        assert differing(clang_format, root, names) == ["bad.hpp"]
        assert long_lines(root, names) == ["long.hpp:1"]
        subprocess.run([clang_format, "-i", "bad.hpp"], cwd=root, check=True)
        assert differing(clang_format, root, names) == []
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--check", action="store_true")
    what.add_argument("--fix", action="store_true")
    what.add_argument("--self-test", action="store_true")
    parser.add_argument("files", nargs="*")
    args = parser.parse_args()

    clang_format = tool("clang-format")
    if not clang_format:
        print(f"skipped: clang-format {VERSION} is not installed, and other versions format differently "
              f"(pip install clang-format==19.1.7, apt-get install clang-format-{VERSION}, or CLANG_FORMAT=its path)")
        return 77
    if args.self_test:
        return self_test(clang_format)

    held = sources(ROOT)
    if args.files:
        asked = {pathlib.Path(os.path.abspath(f)).relative_to(ROOT).as_posix() for f in args.files}
        held = [n for n in held if n in asked]
    if args.fix:
        changed = differing(clang_format, ROOT, held)
        if changed:
            subprocess.run([clang_format, "-i", *changed], cwd=ROOT, check=True)
        print(f"{len(changed)} of {len(held)} files formatted")
    wrong = differing(clang_format, ROOT, held)
    wide = long_lines(ROOT, held)
    for n in wrong:
        print(f"{n}: not as .clang-format says: meson compile -C build format")
    for n in wide:
        print(f"{n}: more than {COLUMNS} columns: break the line")
    if not (wrong or wide):
        print(f"{len(held)} files are formatted")
    return bool(wrong or wide)


if __name__ == "__main__":
    sys.exit(main())
