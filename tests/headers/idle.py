#!/usr/bin/env python3
"""Whoever includes a header and uses nothing of it has none of our functions in the object file.

  idle.py LIBRARY

LIBRARY holds one optimized unit that includes every header. A function that is there nevertheless, with all that it calls, is
compiled in every unit of every user: once that was 600 KB, by a virtual function that became inline after its class.
Exit codes: 0 there is none, 1 there is one.
"""

import subprocess
import sys


def main():
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    listed = subprocess.run(["nm", "--demangle", "--defined-only", "--format=posix", sys.argv[1]], capture_output=True, text=True, check=True)
    symbols = [parts for line in listed.stdout.splitlines() if len(parts := line.rsplit(maxsplit=3)) == 4]  # name, kind, value, size
    if not symbols:
        print("no symbol at all: this is not the unit that was meant")
        return 1
    functions = sorted({name for name, kind, *_ in symbols if kind in "TtWw" and "mtproto::" in name})
    for name in functions[:40]:
        print(name[:200])
    print(f"{len(functions)} functions of ours among {len(symbols)} symbols")
    return 1 if functions else 0


if __name__ == "__main__":
    sys.exit(main())
