#!/usr/bin/env python3
"""Writes the sources of the library of ready instantiations from the generated headers of the API.

  codec_N.cpp     instantiate what api/instantiations.hpp declares `extern`: reading, writing, sizes
  lifetime_N.cpp  instantiate copies, moves and destructors of the boxed types that have several constructors

  slices.py --out DIR INCLUDE_DIR
  slices.py --names

--names prints the files' names instead. Output depends on nothing but the headers.
"""

import argparse
import pathlib
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from generated_types import REFERENCE, boxed_types, read, write  # noqa: E402

# So many that none needs more than 1.2 GB.
CODEC, LIFETIME = 12, 8
POLICY = "::mtproto::tl::instantiated"
NODE = re.compile(r"^extern (template .*?::(mtproto::[\w:]*raw::[\w:]+)<instantiated>.*;)$", re.M)
VARIANT = re.compile(r"using tl_variant = (.*?);", re.S)
# A box is destroyed by a node of its own: what is in it is not reached.
BOX = re.compile(r"::mtproto::tl::boxed(?:_optional)?<S, [^;]*?>>? \w+\{\};")


def under_policy(text):
    return re.sub(r"<S\b", f"<{POLICY}", " ".join(text.split()))


class Reach:
    """The types with several constructors that a type's destructor calls, and no further."""

    def __init__(self, types, aliases):
        self.types, self.aliases = types, aliases

    def add(self, seen, path):
        for at in [path, *self.types[path].alternatives]:
            for found in REFERENCE.findall(BOX.sub("", self.types[at].body.split("static constexpr")[0])):
                found = self.aliases.get(found, found)
                if found in seen or found not in self.types:
                    continue
                seen.add(found)
                if not self.types[found].alternatives:
                    self.add(seen, found)
        return seen


def runs(items, count):
    """`count` runs of (weight, ...) items, in their order, of about equal weight."""
    total = sum(item[0] for item in items)
    parts, sum_ = [[] for _ in range(count)], 0
    for item in items:
        parts[min(count - 1, sum_ * count // total)].append(item)
        sum_ += item[0]
    return parts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("include", type=pathlib.Path, nargs="?")
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--names", action="store_true")
    args = parser.parse_args()
    if args.names:
        print(*[f"codec_{n}.cpp" for n in range(CODEC)], *[f"lifetime_{n}.cpp" for n in range(LIFETIME)], sep="\n")
        return
    if not args.include or not args.out:
        parser.error("INCLUDE_DIR and --out are needed")
    types, _, aliases = read(args.include / "mtproto/api")
    boxed = {t.path: t for t in boxed_types(types)}

    def weight(path):
        t = types[aliases.get(path, path)]
        return 3 + t.fields + sum(3 + types[a].fields for a in t.alternatives)

    nodes = NODE.findall((args.include / "mtproto/api/instantiations.hpp").read_text())
    if len(nodes) < len(boxed) * 4:
        sys.exit(f"{len(nodes)} nodes for {len(boxed)} types: run `ninja regenerate`")
    args.out.mkdir(parents=True, exist_ok=True)
    head = ["// Written by gen/instantiations/slices.py.", '#include "mtproto/api/api.hpp"']
    # The nodes of a type stand together, so that its layout is worked out in one file.
    by_type = {}
    for text, path in nodes:
        by_type.setdefault(aliases.get(path, path), []).append(text)
    weighed = [(weight(path), "\n".join(texts)) for path, texts in sorted(by_type.items())]
    for number, part in enumerate(runs(weighed, CODEC)):
        write(args.out / f"codec_{number}.cpp",
              [*head, '#include "mtproto/tl/decode.hpp"', '#include "mtproto/tl/encode.hpp"', "", "namespace mtproto::tl {", ""]
              + [text for _, text in part] + ["", "} // namespace mtproto::tl"])

    reach = Reach(types, aliases)
    variants = [(weight(path), path) for path in sorted(boxed) if boxed[path].alternatives]

    def declared(path):
        return f"template class {under_policy(VARIANT.search(types[path].body)[1])};"

    for number, part in enumerate(runs(variants, LIFETIME)):
        own = [path for _, path in part]
        reached = set()
        for path in own:
            reach.add(reached, path)
        others = sorted(path for path in reached - set(own) if types[path].alternatives)
        write(args.out / f"lifetime_{number}.cpp",
              [*head, '#include "mtproto/tl/instantiate.hpp"', "", "// Reached from here, and compiled elsewhere."]
              + ["extern " + declared(path) for path in others] + [""]
              + [declared(path) for path in own])


if __name__ == "__main__":
    main()
