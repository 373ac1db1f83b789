#!/usr/bin/env python3
"""Looks for tables of functions in an object file: the dispatch that std::variant hides.

  tables.py NM CONTROL OBJECT        objects or archives

libstdc++ calls them `_S_vtable`, libc++ `__fmatrix` or `__fdiagonal`. The control must have one, the other none.
"""

import re
import subprocess
import sys

TABLE = re.compile(r"_S_vtable|__gen_vtable.*_S_|__fmatrix|__fdiagonal")


def symbols(nm, path):
    done = subprocess.run([nm, path], capture_output=True, text=True, check=True)
    return [line.split()[-1] for line in done.stdout.splitlines() if line.strip()]


def main():
    nm, control, path = sys.argv[1:]
    if not any(TABLE.search(s) for s in symbols(nm, control)):
        print("the control has no table: this test no longer knows what to look for")
        return 1
    found = symbols(nm, path)
    tables = [s for s in found if TABLE.search(s)]
    # Functions of the codec must be there at all.
    if not any("read_boxed" in s for s in found):
        print(f"{path} does not decode anything")
        return 1
    for s in tables[:10]:
        print("table of functions:", s[:300])
    print(f"{len(found)} symbols, {len(tables)} tables of functions")
    return 1 if tables else 0


if __name__ == "__main__":
    sys.exit(main())
