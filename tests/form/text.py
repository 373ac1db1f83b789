#!/usr/bin/env python3
"""Holds text files to .editorconfig: one newline at the end, no blanks at line ends, no carriage returns, no conflict marks.

  text.py [FILE...]     these; without any, all that git keeps
  text.py --self-test
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Other people's forms, and ours where the bytes are the point.
EXEMPT = re.compile(r"(^|/)(LICENSE|package-lock\.json|go\.sum)$|\.(patch|diff|svg|tl)$|^tests/fuzz/corpus/|/golden|^proto/|_pb2")
CONFLICT = re.compile(rb"^(<{7} |>{7} |={7}$)")


def faults(name, data):
    if b"\0" in data:
        return []
    found = []
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.endswith(b"\r"):
            found.append(f"{name}:{number}: a carriage return")
        elif line != line.rstrip():
            found.append(f"{name}:{number}: blanks at the end of the line")
        if CONFLICT.match(line):
            found.append(f"{name}:{number}: a mark of a merge conflict")
    if data and not data.endswith(b"\n"):
        found.append(f"{name}: no newline at the end")
    if data.endswith(b"\n\n"):
        found.append(f"{name}: an empty line at the end")
    return found


def self_test():
    assert faults("a", b"one\ntwo\n") == []
    assert faults("a", b"one \n") == ["a:1: blanks at the end of the line"]
    assert faults("a", b"one\r\n") == ["a:1: a carriage return"]
    assert faults("a", b"one") == ["a: no newline at the end"]
    assert faults("a", b"one\n\n") == ["a: an empty line at the end"]
    assert faults("a", b"<<<<<<< ours\n") == ["a:1: a mark of a merge conflict"]
    assert faults("a", b"\0 \n\n") == []
    return 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    names = sys.argv[1:]
    if not names:
        listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, text=True)
        if listed.returncode != 0:
            print("skipped: not a checkout of git, so there is no list of what belongs to the tree")
            return 77
        names = [n for n in listed.stdout.split("\0") if n]
    found = []
    for name in names:
        path = ROOT / name
        if not EXEMPT.search(name) and path.is_file() and not path.is_symlink():
            found += faults(name, path.read_bytes())
    print("\n".join(found) or f"{len(names)} text files are in order")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
