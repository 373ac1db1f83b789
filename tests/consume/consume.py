"""Uses the library as a stranger does, by what docs/install.md says: consume.py WAY --root ROOT --work FOLDER [--build BUILD] [--keep].

Exit codes: 0 it works, 1 it does not, 77 a tool is missing.
"""

import argparse
import pathlib
import shutil
import sys

sys.dont_write_bytecode = True

import ways  # noqa: E402
from support import Kitchen  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=sorted(ways.WAYS))
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--build", type=pathlib.Path, help="a finished build, for what is installed from it")
    parser.add_argument("--keep", action="store_true", help="leave what was built in FOLDER/WAY; after a failure it is always left")
    args = parser.parse_args()
    way = ways.WAYS[args.way]
    ways.need(*way.tools)
    kitchen = Kitchen(args.root, args.work / args.way)
    way(kitchen, args.build)
    if not args.keep:
        shutil.rmtree(kitchen.work)


if __name__ == "__main__":
    main()
