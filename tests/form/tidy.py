#!/usr/bin/env python3
"""Runs clang-tidy 19, by .clang-tidy, on units that reach the headers of each layer, and on tlc's sources.

  tidy.py [--cache DIR] [--all] [LAYER...]

Without a name: tl, crypto, transport and session; half a minute of one processor. --all: client, sandbox and tlc as well, minutes.
With --cache DIR a unit that was clean is left alone until it, a header of ours that it reaches, or .clang-tidy changes.
Exit codes: 0 clean, 1 not, 77 clang-tidy 19 is missing.
"""

import argparse
import hashlib
import pathlib
import re
import subprocess
import sys
import tempfile

from llvm import VERSION, tool

ROOT = pathlib.Path(__file__).resolve().parents[2]
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)

# Generated headers and gRPC are left out: the first are written by tlc, the second would be most of the time.
LAYERS = {
    "tl": ["tl/decode", "tl/encode", "tl/json", "tl/protobuf", "tl/schema/dynamic_json", "tl/schema/parser", "tl/schema/transcode"],
    "crypto": ["crypto/aes_ctr", "crypto/aes_ige", "crypto/dh", "crypto/factor", "crypto/gzip", "crypto/message_cipher", "crypto/rsa", "crypto/srp"],
    "transport": ["transport/any_server", "transport/server_stream_codec", "transport/tcp", "transport/tcp_server"],
    "session": ["session/client_engine", "session/client_handshake", "session/server_engine", "session/server_handshake"],
    "client": ["client/client", "client/file_storage", "client/files", "client/sign_in", "client/updates"],
    "sandbox": ["sandbox/history", "sandbox/ledger", "sandbox/rooms", "sandbox/state", "sandbox/world"],
    "proxy": ["proxy/access", "proxy/listen_address", "proxy/rate_limit", "proxy/status", "proxy/update_log"],
}
USUAL = ["tl", "crypto", "transport", "session"]


def digest(text):
    """Of a unit, all headers of ours that it reaches, and the list of checks."""
    seen, stack = {}, INCLUDE.findall(text)
    while stack:
        name = stack.pop()
        path = next((p for p in (ROOT / "include" / name, ROOT / "gen" / name) if p.is_file()), None)
        if path and name not in seen:
            seen[name] = path.read_text()
            stack += INCLUDE.findall(seen[name])
    return hashlib.sha256(repr((text, (ROOT / ".clang-tidy").read_text(), sorted(seen.items()))).encode()).hexdigest()


def clean(clang_tidy, cache, name, text):
    stamp = cache and cache / digest(text)
    if stamp and stamp.exists():
        print(f"{name}: clean as before")
        return True
    with tempfile.TemporaryDirectory() as folder:
        unit = pathlib.Path(folder) / f"{name.replace('/', '_')}.cpp"
        unit.write_text(text)
        done = subprocess.run([clang_tidy, "--quiet", f"--config-file={ROOT}/.clang-tidy", str(unit), "--",
                               "-std=c++20", f"-I{ROOT}/include", f"-I{ROOT}/gen"], capture_output=True, text=True)
    if done.returncode == 0:
        print(f"{name}: clean", flush=True)
        if stamp:
            cache.mkdir(parents=True, exist_ok=True)
            stamp.touch()
        return True
    print(f"{name}:\n{done.stdout}{done.stderr}", flush=True)
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=pathlib.Path)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("layers", nargs="*", metavar="LAYER")
    args = parser.parse_args()
    if unknown := [n for n in args.layers if n not in LAYERS]:
        parser.error(f"no layer is called {unknown[0]}; there are {', '.join(LAYERS)}")
    clang_tidy = tool("clang-tidy")
    if not clang_tidy:
        print(f"skipped: clang-tidy {VERSION} is not installed (apt-get install clang-tidy-{VERSION}, or CLANG_TIDY=its path)")
        return 77
    units = {n: "".join(f"#include <mtproto/{h}.hpp>\n" for h in LAYERS[n]) for n in args.layers or (LAYERS if args.all else USUAL)}
    if args.all:
        units |= {f"gen/{p.stem}": p.read_text() for p in sorted((ROOT / "gen").glob("*.cpp"))}
    return not all([clean(clang_tidy, args.cache, name, text) for name, text in units.items()])


if __name__ == "__main__":
    sys.exit(main())
