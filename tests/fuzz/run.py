#!/usr/bin/env python3
"""Runs libFuzzer's programs for a while, each from its committed inputs, and keeps what fails as text to be committed.

  meson setup build-fuzz --native-file presets/fuzz.ini && ninja -C build-fuzz fuzzers
  tests/fuzz/run.py build-fuzz [--seconds 60] [TARGET...]

What fuzzing found so far stays in build-fuzz/tests/fuzz/found/TARGET and is where the next run begins.
An input that fails is written to tests/fuzz/corpus/TARGET/found-SHA1.hex: mend the code, say in the file what it was, commit both.
Exit codes: 0 nothing failed, 1 something did, 2 wrong usage.
"""

import argparse
import hashlib
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def from_hex(text):
    return bytes.fromhex("".join(line.split("#")[0] for line in text.splitlines()))


def to_hex(data):
    groups = [data[i:i + 4].hex() for i in range(0, len(data), 4)]
    return "# found by fuzzing\n" + "".join(" ".join(groups[i:i + 12]) + "\n" for i in range(0, len(groups), 12))


def run(build, name, seconds):
    program = build / "tests" / "fuzz" / f"fuzz-{name}"
    if not program.exists():
        print(f"{program} is not there: ninja -C {build} fuzzers")
        return False
    found = build / "tests" / "fuzz" / "found" / name
    found.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        seeds, failing = pathlib.Path(folder, "seeds"), pathlib.Path(folder, "failing")
        seeds.mkdir()
        failing.mkdir()
        for file in sorted((HERE / "corpus" / name).iterdir()):
            (seeds / file.stem).write_bytes(from_hex(file.read_text()) if file.suffix == ".hex" else file.read_bytes())
        done = subprocess.run([str(program), f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=1024", "-max_len=4096",
                               "-print_final_stats=1", f"-artifact_prefix={failing}/", str(found), str(seeds)],
                              capture_output=True, text=True, errors="replace")
        executed = next((line.split(":")[-1].strip() for line in done.stderr.splitlines() if "number_of_executed_units" in line), "?")
        print(f"{name}: {executed} inputs, {'nothing failed' if done.returncode == 0 else 'FAILED'}", flush=True)
        if done.returncode == 0:
            return True
        print("\n".join(done.stderr.splitlines()[-60:]))
        for file in failing.iterdir():
            data = file.read_bytes()
            kept = HERE / "corpus" / name / f"found-{hashlib.sha1(data).hexdigest()[:12]}.hex"
            kept.write_text(to_hex(data))
            print(f"kept as {kept}")
        return False


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    args = parser.parse_intermixed_args()
    known = sorted(p.name for p in (HERE / "corpus").iterdir())
    if unknown := [t for t in args.targets if t not in known]:
        parser.error(f"no target is called {unknown[0]}; there are {', '.join(known)}")
    return not all([run(args.build, name, args.seconds) for name in args.targets or known])


if __name__ == "__main__":
    sys.exit(main())
