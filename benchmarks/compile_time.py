#!/usr/bin/env python3
"""Prints what a user's translation unit costs to compile: user seconds and peak memory, per compiler.

usage: compile_time.py [--compiler g++ ...] [--runs N] [--json FILE]

Each case is compiled N times (default 1) with -O2; the best run counts. The last column relates it to an empty
file that includes <boost/asio.hpp> at -O0, so that figures of different machines can be compared.
"""
import argparse
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent

CASES = {
    "baseline: <boost/asio.hpp> at -O0": ("-O0", "#include <boost/asio.hpp>\n"),
    "umbrella of the API, nothing used": ("-O2", '#include "mtproto/api/api.hpp"\n'),
    "one small method encoded": (
        "-O2",
        '#include "mtproto/api/methods/help.hpp"\n'
        '#include "mtproto/tl/encode.hpp"\n'
        "auto encode() { return mtproto::tl::encode(mtproto::api::help::getConfig{}); }\n",
    ),
    "sendMessage encoded, Updates decoded": (
        "-O2",
        '#include "mtproto/api/api.hpp"\n'
        '#include "mtproto/tl/decode.hpp"\n'
        '#include "mtproto/tl/encode.hpp"\n'
        "using namespace mtproto;\n"
        "auto encode(const api::messages::sendMessage& request) { return tl::encode(request); }\n"
        "auto decode(tl::bytes_view bytes) { return tl::decode<api::Updates>(bytes); }\n",
    ),
}


def compile_once(compiler, optimisation, source):
    """User seconds and peak resident MB of one compilation."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "unit.cpp")
        path.write_text(source)
        command = [*shlex.split(compiler), "-std=c++20", optimisation, "-I", str(ROOT / "include"), "-c", str(path),
                   "-o", str(path.with_suffix(".o"))]
        process = subprocess.Popen(command)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"compile_time: {' '.join(command)} failed")
        return usage.ru_utime, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", action="append", help="a compiler to measure; may be repeated (default: g++)")
    parser.add_argument("--runs", type=int, default=1, help="runs of each case, the best one counts (default: 1)")
    parser.add_argument("--json", type=pathlib.Path, help="write the figures there as well")
    arguments = parser.parse_args()
    rows = []
    for compiler in arguments.compiler or ["g++"]:
        baseline = None
        print(f"{compiler}\n  {'translation unit':<42}{'user s':>8}{'peak MB':>9}{'ratio':>8}")
        for name, (optimisation, source) in CASES.items():
            runs = [compile_once(compiler, optimisation, source) for _ in range(arguments.runs)]
            seconds, memory = min(run[0] for run in runs), max(run[1] for run in runs)
            baseline = baseline or seconds
            rows.append({"compiler": compiler, "unit": name, "user_seconds": round(seconds, 2), "peak_mb": round(memory)})
            print(f"  {name:<42}{seconds:>8.2f}{memory:>9.0f}{seconds / baseline:>8.2f}", flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
