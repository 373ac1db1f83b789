#!/usr/bin/env python3
"""Prints what a user's translation unit costs to compile: user seconds, peak memory and size, per compiler.

usage: compile_time.py [--compiler g++ ...] [--only TEXT] [--everything] [--library] [--runs N] [--out FOLDER]

Each case is compiled N times (default 1) with -O2; the best run counts. The ratio relates it to an empty file
that includes <boost/asio.hpp> at -O0, so that figures of different machines can be compared. "library" in the
first column: compiled for the library of ready instantiations (-Dinstantiations=true), header-only otherwise.
Sizes: of the object file, and of its code and data, which is what it adds to a stripped program.

--everything also compiles all boxed types both ways in one unit: minutes, and gigabytes.
--library also compiles the library, slice by slice: minutes.
"""
import argparse
import html
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent

SEND = "sendMessage encoded, Updates decoded"
ALL = "mtproto.hpp included, nothing used"
HANDED = "client/calls.hpp included, nothing used"
CLIENT = "a message sent through a client that was handed over"
MAKE = "a client made"
LIBRARY = "-DMTPROTO_API_INSTANTIATED"
# Compiled header-only and with the library: those that use types which the library holds.
WITH_LIBRARY = ["umbrella of the API, nothing used", "one small method encoded", SEND, ALL, HANDED, CLIENT, MAKE]

CASES = {
    "baseline: <boost/asio.hpp> at -O0": ("-O0", "#include <boost/asio.hpp>\n"),
    "umbrella of the API, nothing used": ("-O2", '#include "mtproto/api/api.hpp"\n'),
    "one small method encoded": (
        "-O2",
        '#include "mtproto/api/methods/help.hpp"\n'
        '#include "mtproto/tl/encode.hpp"\n'
        "auto encode() { return mtproto::tl::encode(mtproto::api::help::getConfig{}); }\n",
    ),
    SEND: (
        "-O2",
        '#include "mtproto/api/api.hpp"\n'
        '#include "mtproto/tl/decode.hpp"\n'
        '#include "mtproto/tl/encode.hpp"\n'
        "using namespace mtproto;\n"
        "auto encode(const api::messages::sendMessage& request) { return tl::encode(request); }\n"
        "auto decode(tl::bytes_view bytes) { return tl::decode<api::Updates>(bytes); }\n",
    ),
    ALL: ("-O2", "#include <mtproto/mtproto.hpp>\n"),
    HANDED: ("-O2", "#include <mtproto/client/calls.hpp>\n"),
    CLIENT: (
        "-O2",
        "#include <mtproto/api/methods/messages.hpp>\n"
        "#include <mtproto/client/calls.hpp>\n"
        "using namespace mtproto;\n"
        "task<bool> send(client& tg, api::messages::sendMessage request)\n"
        "{\n"
        "    auto const sent = co_await tg.invoke(request);\n"
        "    co_return sent.has_value();\n"
        "}\n",
    ),
    MAKE: (
        "-O2",
        "#include <mtproto/client/client.hpp>\n"
        "using namespace mtproto;\n"
        "auto make(boost::asio::any_io_executor on, client_options options)\n"
        "{\n"
        "    return std::make_unique<client>(on, std::move(options));\n"
        "}\n",
    ),
    "Updates decoded as views": (
        "-O2",
        '#include "mtproto/api/api.hpp"\n'
        '#include "mtproto/tl/decode.hpp"\n'
        '#include "mtproto/tl/views.hpp"\n'
        "using namespace mtproto;\n"
        "auto decode(tl::bytes_view bytes) { return tl::decode<api::raw::Updates<tl::views>>(bytes); }\n",
    ),
    "Updates decoded into an arena": (
        "-O2",
        '#include "mtproto/api/api.hpp"\n'
        '#include "mtproto/tl/decode.hpp"\n'
        "using namespace mtproto;\n"
        "auto decode(tl::bytes_view bytes, tl::arena_memory& memory)\n"
        "{\n"
        "    return tl::decode<api::raw::Updates<tl::arena>>(bytes, memory);\n"
        "}\n",
    ),
}


SLICES = ROOT / "gen/instantiations/slices.py"

sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "gen"))
from generated_types import boxed_types, read  # noqa: E402


def everything():
    """Reading, writing and sizes of every boxed type, from headers alone."""
    types, _, _ = read(ROOT / "include/mtproto/api")
    nodes = [
        f"template bool read_boxed(reader&, ::{t.path}<owning>&);\n"
        f"template void write_boxed(writer&, const ::{t.path}<owning>&);\n"
        f"template std::size_t size_of_boxed(const ::{t.path}<owning>&);\n"
        for t in boxed_types(types)
    ]
    return ('#include "mtproto/api/api.hpp"\n#include "mtproto/tl/decode.hpp"\n#include "mtproto/tl/encode.hpp"\n'
            "namespace mtproto::tl {\n" + "".join(nodes) + "}\n")


def sizes(path):
    """Bytes of the file, and of what of it is loaded."""
    done = subprocess.run(["size", "--format=berkeley", path], capture_output=True, text=True, check=True)
    return path.stat().st_size, int(done.stdout.splitlines()[1].split()[3])


def compile_once(compiler, options, source):
    """User seconds, peak resident MB, bytes of the object and of its code and data."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "unit.cpp")
        path.write_text(source)
        command = [*shlex.split(compiler), "-std=c++20", *options, "-I", str(ROOT / "include"), "-c", str(path),
                   "-o", str(path.with_suffix(".o"))]
        process = subprocess.Popen(command)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"compile_time: {' '.join(command)} failed")
        return usage.ru_utime, usage.ru_maxrss / 1024, *sizes(path.with_suffix(".o"))


def cases(arguments):
    """Kind, name, options and source of each row."""
    for name, (optimisation, source) in CASES.items():
        yield "headers", name, [optimisation], source
        if name in WITH_LIBRARY:
            yield "library", name, [optimisation, LIBRARY], source
    if arguments.everything:
        yield "headers", "everything", ["-O2"], everything()
    if arguments.library:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, SLICES, ROOT / "include", "--out", folder], check=True)
            for path in sorted(pathlib.Path(folder).glob("*.cpp")):
                yield "library", f"its slice {path.stem}", ["-O2", LIBRARY], path.read_text()


def version(compiler):
    done = subprocess.run([*shlex.split(compiler), "-dumpfullversion", "-dumpversion"], capture_output=True, text=True, check=True)
    return f"{compiler.split('/')[-1]} {done.stdout.split()[0]}"


def measure(compiler, arguments):
    """The rows of one compiler, printed as they come."""
    rows, baseline = [], None
    print(f"{compiler}\n  {'':<9}{'translation unit':<42}{'user s':>8}{'peak MB':>9}{'ratio':>8}{'object KB':>11}{'loaded KB':>11}")
    for kind, name, options, source in cases(arguments):
        if baseline is not None and arguments.only not in name:
            continue
        runs = [compile_once(compiler, options, source) for _ in range(arguments.runs)]
        seconds, memory = min(run[0] for run in runs), max(run[1] for run in runs)
        object_bytes, loaded_bytes = runs[0][2:]
        baseline = baseline or seconds
        rows.append({"compiler": version(compiler), "kind": kind, "unit": name, "user_seconds": round(seconds, 2), "peak_mb": round(memory),
                     "ratio": round(seconds / baseline, 2), "object_bytes": object_bytes, "loaded_bytes": loaded_bytes})
        print(f"  {kind:<9}{name:<42}{seconds:>8.2f}{memory:>9.0f}{seconds / baseline:>8.2f}"
              f"{object_bytes / 1024:>11.0f}{loaded_bytes / 1024:>11.0f}", flush=True)
    return rows


def markdown(rows):
    out = ["# What it costs to compile", "", "By `benchmarks/compile_time.py`: user seconds and peak memory; the ratio relates to an empty file with `<boost/asio.hpp>` at -O0."]
    for compiler in dict.fromkeys(row["compiler"] for row in rows):
        out += ["", f"## {compiler}", "", "| a unit | from | seconds | ratio | memory, MB | object, KB | in a stripped program, KB |", "| --- | --- |" + " ---: |" * 5]
        out += [f"| {html.escape(row['unit'])} | {row['kind']} | {row['user_seconds']} | {row['ratio']} | {row['peak_mb']} | {row['object_bytes'] // 1024:,} | {row['loaded_bytes'] // 1024:,} |"
                for row in rows if row["compiler"] == compiler]
    return "\n".join(out) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", action="append", help="a compiler to measure; may be repeated (default: g++)")
    parser.add_argument("--only", default="", help="rows whose name contains this")
    parser.add_argument("--everything", action="store_true", help="compile the whole API in one unit as well")
    parser.add_argument("--library", action="store_true", help="compile the library of ready instantiations as well")
    parser.add_argument("--runs", type=int, default=1, help="runs of each case, the best one counts (default: 1)")
    parser.add_argument("--out", type=pathlib.Path, help="write compile-time.json and compile-time.md to this folder as well")
    arguments = parser.parse_args()
    rows = [row for compiler in arguments.compiler or ["g++"] for row in measure(compiler, arguments)]
    if arguments.out:
        (arguments.out / "compile-time.json").write_text(json.dumps(rows, indent=2) + "\n")
        (arguments.out / "compile-time.md").write_text(markdown(rows))


if __name__ == "__main__":
    main()
