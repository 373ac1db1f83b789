#!/usr/bin/env python3
"""Runs big_endian.cpp as a program of a big-endian machine, s390x, under an emulator.

  big_endian.py [--cache DIR] INCLUDE_DIR BOOST_INCLUDE_DIR

Needs Debian's g++-s390x-linux-gnu and qemu-user; without them it is skipped (exit code 77). Of Boost only headers are used.
With --cache DIR it is not compiled again until a header of ours or the program changes.
"""

import argparse
import hashlib
import pathlib
import shutil
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().with_name("big_endian.cpp")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("include", type=pathlib.Path)
    parser.add_argument("boost", type=pathlib.Path)
    parser.add_argument("--cache", type=pathlib.Path)
    args = parser.parse_args()
    compiler = shutil.which("s390x-linux-gnu-g++")
    emulator = shutil.which("qemu-s390x") or shutil.which("qemu-s390x-static")
    if not compiler or not emulator:
        print("skipped: no " + ("cross compiler (apt-get install g++-s390x-linux-gnu)" if not compiler else "emulator (apt-get install qemu-user)"))
        return 77
    hashed = hashlib.sha256(SOURCE.read_bytes())
    for header in sorted(args.include.rglob("*.hpp")):
        hashed.update(header.read_bytes())
    stamp = args.cache and args.cache / hashed.hexdigest()
    if stamp and stamp.exists():
        print("passes as before")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        # Boost's headers alone: the machine's others are of another architecture.
        foreign = pathlib.Path(folder, "include")
        foreign.mkdir()
        (foreign / "boost").symlink_to(args.boost / "boost")
        program = pathlib.Path(folder, "big-endian")
        made = subprocess.run([compiler, "-std=c++20", "-fcoroutines", "-O0", "-static", f"-I{args.include}", f"-isystem{foreign}",
                               str(SOURCE), "-o", str(program)], capture_output=True, text=True)
        if made.returncode != 0:
            print(made.stderr)
            return 1
        done = subprocess.run([emulator, str(program)], capture_output=True, text=True)
    print(done.stdout + done.stderr, end="")
    if done.returncode != 0 or "big endian" not in done.stdout:
        return 1
    if stamp:
        args.cache.mkdir(parents=True, exist_ok=True)
        stamp.touch()
    return 0


if __name__ == "__main__":
    sys.exit(main())
