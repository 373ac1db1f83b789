#!/usr/bin/env python3
"""The headers under other compilers, standard libraries and flags: all of them in one unit, and the largest types in use.

  portability.py [--cache DIR] INCLUDE_DIR [NAME...]

  strict       g++ with -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -fno-rtti
  clang-16     the same flags, Debian's clang-16
  clang-19     the same flags, clang-19
  libcxx       clang-19 with LLVM's standard library (Debian: libc++-19-dev libc++abi-19-dev)
  macros       g++ in its own dialect, CMake's default, in which unix and linux are macros, and behind those of <windows.h>:
               min, max, small, interface, ERROR ... (windows_macros.hpp)

Without a name: all. Left out are the headers of gRPC, those that a program compiles once (src*.hpp), and generated headers of
types and methods, which share one shape: the umbrella has their declarations, the client and the sandbox many of them.
With --cache DIR, what passed is not compiled again until a header or the command changes.
Exit codes: 0 all pass, 1 one does not, 77 none could be run for want of a compiler.
"""

import argparse
import hashlib
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror", "-fno-rtti"]
CHECKS = {
    "strict": ["g++", "-fcoroutines", *STRICT],
    "clang-16": ["clang++-16", *STRICT],
    "clang-19": ["clang++-19", *STRICT],
    "libcxx": ["clang++-19", "-stdlib=libc++", *STRICT],
    "macros": ["g++", "-fcoroutines", "-std=gnu++20"],
}
# Of others, and before the macros: what they include is not ours to shield.
FOREIGN = ["boost/asio.hpp", "boost/asio/ssl.hpp", "boost/beast.hpp", "boost/beast/ssl.hpp", "boost/json.hpp", "boost/system/result.hpp",
           "openssl/evp.h", "zlib.h"]
# A type that holds itself comes first: what compilers ask of it while it is incomplete differs.
USES = """
namespace {
[[maybe_unused]] auto block() { mtproto::api::PageBlock value{}; return value; }
[[maybe_unused]] auto views() { mtproto::api::raw::PageBlock<mtproto::tl::views> value{}; return value; }
[[maybe_unused]] auto updates(mtproto::tl::bytes_view bytes) { return mtproto::tl::decode<mtproto::api::Updates>(bytes); }
[[maybe_unused]] auto request(const mtproto::api::messages::sendMessage& value) { return mtproto::tl::encode(value); }
} // namespace
"""


# clang 16 does not know the definitions of a constrained specialization for its own: it cannot build the library of
# ready instantiations, which alone includes this header.
BEYOND = {"clang-16": ["mtproto/tl/instantiate.hpp"]}


def ours(include):
    for path in sorted(include.rglob("*.hpp")):
        place = path.relative_to(include).parts
        if place[1] in ("proxy",) or (place[1] in ("api", "mt") and len(place) > 3) or path.name.startswith("src"):
            continue
        if path.name == "hana.hpp":
            continue  # Boost.Hana is a choice of its own, and not free of warnings
        yield "/".join(place)


def unit(name, include):
    lines = [f"#include <{h}>" for h in FOREIGN] + [f'#include "{HERE}/windows_macros.hpp"'] if name == "macros" else []
    return "\n".join(lines + [f"#include <{h}>" for h in ours(include) if h not in BEYOND.get(name, [])]) + "\n" + USES


def can_compile(command):
    """Whether the compiler is there, and its standard library too."""
    if not shutil.which(command[0]):
        return False
    done = subprocess.run([*command, "-std=c++20", "-x", "c++", "-fsyntax-only", "-"], input="#include <version>\n", capture_output=True, text=True)
    return done.returncode == 0


def digest(include, text, command):
    every = [p.read_bytes() for p in sorted(include.rglob("*.hpp"))] + [(HERE / "windows_macros.hpp").read_bytes()]
    version = subprocess.run([command[0], "--version"], capture_output=True).stdout
    return hashlib.sha256(repr((command, version, text, [hashlib.sha256(e).digest() for e in every])).encode()).hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("include", type=pathlib.Path)
    parser.add_argument("--cache", type=pathlib.Path)
    parser.add_argument("names", nargs="*", metavar="NAME")
    args = parser.parse_args()
    if unknown := [n for n in args.names if n not in CHECKS]:
        parser.error(f"no check is called {unknown[0]}; there are {', '.join(CHECKS)}")
    include = args.include.resolve()
    ran, failed = 0, 0
    for name in args.names or CHECKS:
        command = CHECKS[name]
        if not can_compile(command):
            print(f"{name}: skipped: {' '.join(command[:2])} is not installed")
            continue
        ran += 1
        text = unit(name, include)
        stamp = args.cache and args.cache / digest(include, text, command)
        if stamp and stamp.exists():
            print(f"{name}: passes as before")
            continue
        # In a file, since what is included from the unit itself counts as the user's code for warnings.
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, f"{name}.cpp")
            file.write_text(text)
            done = subprocess.run([command[0], "-std=c++20", *command[1:], "-fsyntax-only", f"-I{include}", str(file)], capture_output=True, text=True)
        if done.returncode != 0:
            failed += 1
            print(f"{name}: {' '.join(command)}\n{done.stderr[:20000]}")
            continue
        print(f"{name}: {text.count('#include')} headers pass", flush=True)
        if stamp:
            args.cache.mkdir(parents=True, exist_ok=True)
            stamp.touch()
    return 1 if failed else 77 if not ran else 0


if __name__ == "__main__":
    sys.exit(main())
