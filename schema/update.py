#!/usr/bin/env python3
"""Takes a new layer in: `./run layer FILE`, or, with a compiler of schemas that is built already,

    schema/update.py FILE --tlc build/gen/tlc [--layer N] [--root .]

FILE is what import.py reads: TL text or JSON. Writes schema/api.tl, schema/LAYER, and by gen/generated.py everything that
is made from them; prints what came, went and changed. Nothing is written unless the whole file can be used. Where the file
came from is for a person to note in schema/SOURCE. Standard library only.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

NAME = re.compile(r"^([A-Za-z_][\w.]*)(#[0-9a-f]+)?\s")


def declarations(text):
    """Lines by name; constructors and methods share one space of names."""
    return {found[1]: line for line in text.splitlines() if (found := NAME.match(line))}


def summary(old, new):
    came, went = sorted(set(new) - set(old)), sorted(set(old) - set(new))
    changed = sorted(name for name in set(old) & set(new) if old[name] != new[name])
    for sign, names in (("+", came), ("-", went), ("~", changed)):
        for name in names:
            print(f"  {sign} {name}")
    print(f"{len(came)} came, {len(went)} went, {len(changed)} changed")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--tlc", required=True, help="the compiler of schemas: build/gen/tlc")
    parser.add_argument("--layer", help="its number, if the file does not say")
    parser.add_argument("--root", default=pathlib.Path(__file__).resolve().parents[1], type=pathlib.Path)
    args = parser.parse_args()
    api, number = args.root / "schema/api.tl", args.root / "schema/LAYER"
    old = api.read_text(encoding="utf-8")

    with tempfile.TemporaryDirectory() as folder:
        fresh = pathlib.Path(folder, "api.tl")
        importer = [sys.executable, args.root / "schema/import.py", args.file, "--out", fresh, "--like", api]
        if subprocess.run([*importer, *(["--layer", args.layer] if args.layer else [])]).returncode != 0:
            sys.exit("update.py: nothing was changed")
        new = fresh.read_text(encoding="utf-8")
        layer = re.search(r"^// LAYER (\d+)$", new, re.M)
        if not layer:
            sys.exit("update.py: the file does not say its layer; give --layer N. Nothing was changed")
        # The compiler of schemas has the last word on what C++ can say, before anything of ours is touched.
        try_out = [args.tlc, "--schema", fresh, "--namespace", "mtproto::api", "--out", pathlib.Path(folder, "out"),
                   "--include-prefix", "mtproto/api"]
        if subprocess.run(try_out).returncode != 0:
            sys.exit("update.py: nothing was changed")

    was = number.read_text(encoding="utf-8").strip()
    api.write_text(new, encoding="utf-8", newline="\n")
    number.write_text(layer[1] + "\n", encoding="utf-8")
    generated = [sys.executable, args.root / "gen/generated.py", "--tlc", args.tlc, "--root", args.root]
    if subprocess.run(generated).returncode != 0:
        sys.exit("update.py: schema/ is new, but what is made from it is not: `git checkout schema include proto` goes back")
    print(f"layer {was} -> {layer[1]}")
    summary(declarations(old), declarations(new))
    print("Now note in schema/SOURCE where the file came from, and: ./run test")


if __name__ == "__main__":
    main()
