#!/usr/bin/env python3
"""Regenerates the committed headers and the gRPC contract, or checks that they are what the schemas give.

    generated.py --tlc build/gen/tlc --root . [--check]

--check compares whole trees: files that differ, are missing, or are left over.
"""
import argparse
import os
import subprocess
import sys

# schema, namespace, folder below include/, further arguments
TREES = [
    ("schema/mtproto.tl", "mtproto::mt", "mtproto/mt", []),
    ("schema/api.tl", "mtproto::api", "mtproto/api", ["--links", "https://core.telegram.org", "--instantiations"]),
]


def run(tlc, root, tree, more):
    schema, namespace, folder, extra = tree
    command = [tlc, "--schema", os.path.join(root, schema), "--namespace", namespace,
               "--out", os.path.join(root, "include", folder), "--include-prefix", folder, *extra, *more]
    return subprocess.run(command).returncode == 0

# The contract: the API's names in C++ stand in the header of numbers.
CONTRACT = ["--namespace", "mtproto::api", "--include-prefix", "mtproto/api", "--links", "https://core.telegram.org"]


def contract(tlc, root, more):
    paths = [("--schema", "schema/api.tl"), ("--proto", "proto"), ("--numbers", "schema/field_numbers.lock"),
             ("--contract-headers", "include/mtproto/proxy/contract")]
    command = [tlc, *CONTRACT, *more]
    for option, path in paths:
        command += [option, os.path.join(root, path)]
    return subprocess.run(command).returncode == 0


def layer_agrees(root):
    with open(os.path.join(root, "schema/LAYER"), encoding="utf-8") as stream:
        layer = stream.read().strip()
    with open(os.path.join(root, "schema/api.tl"), encoding="utf-8") as stream:
        if stream.read().endswith(f"// LAYER {layer}\n"):
            return True
    print(f"schema/LAYER says {layer}, the last line of schema/api.tl names another layer", file=sys.stderr)
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tlc", required=True)
    parser.add_argument("--root", required=True)
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    good = layer_agrees(args.root)
    more = ["--check"] if args.check else []
    for tree in TREES:
        good = run(args.tlc, args.root, tree, more) and good
    good = contract(args.tlc, args.root, more) and good
    if not good:
        sys.exit("The generated files are stale: run `meson compile -C build regenerate` and commit what it changes."
                 if args.check else 1)


if __name__ == "__main__":
    main()
