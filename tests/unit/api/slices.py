#!/usr/bin/env python3
"""Writes the sources of the round-trip test of a whole schema.

Reads the generated headers (not the schema: what is tested is what users include) and writes, into a folder,

  nodes.hpp       declares the codec's nodes of every boxed type `extern`
  slice_NN.cpp    instantiates the nodes of some of the types, and tests these types and some methods
  slices.cpp      runs all slices

so that the node of a type is compiled once, not in each of the files that reach the type.

  slices.py --out DIR --slices N INCLUDE_DIR NAMESPACE [--skip NAME ...]

NAMESPACE is api or mt. Output depends on nothing but the headers and the arguments.
"""

import argparse
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "gen"))
from generated_types import REFERENCE, VECTOR, boxed_types, read, write  # noqa: E402

REACHED = 0.2  # what a type costs a file that only reaches it, against one that tests it


class Graph:
    """Which boxed types a type reaches: whoever holds one compiles the destructors of all."""

    def __init__(self, types, boxed, calls, aliases):
        self.items = [*boxed, *calls]
        known = {t.path for t in self.items}
        self.own = {t.path: 6 + t.fields + sum(3 + types[a].fields for a in t.alternatives) for t in self.items}
        self.edges = {}
        for t in self.items:
            text = t.body + "".join(types[a].body for a in t.alternatives)
            found = dict.fromkeys(aliases.get(r, r) for r in REFERENCE.findall(text))
            self.edges[t.path] = [r for r in found if r in known and r != t.path]

    def add(self, seen, path):
        """Adds what `path` reaches to `seen`; the weight of what is new."""
        stack, added = [path], 0
        while stack:
            path = stack.pop()
            if path not in seen:
                seen.add(path)
                added += self.own[path]
                stack += self.edges[path]
        return added

    def cut(self, limit):
        """Runs of items whose cost stays below the limit. Small types come first, those that reach half of the
        schema share the last runs."""
        runs, cost, seen = [[]], 0.0, set()
        for item in self.order:
            if runs[-1] and cost + self.own[item.path] > limit:
                runs.append([])
                cost, seen = 0.0, set()
            cost += self.own[item.path] + REACHED * self.add(seen, item.path)
            runs[-1].append(item)
        return runs

    def slices(self, count):
        reach = {t.path: self.add(set(), t.path) for t in self.items}
        self.order = sorted(self.items, key=lambda t: (reach[t.path], t.path))
        low, high = 0, 2 * sum(self.own.values())
        while low + 1 < high:
            middle = (low + high) // 2
            if len(self.cut(middle)) <= count:
                high = middle
            else:
                low = middle
        runs = self.cut(high)
        return runs + [[] for _ in range(count - len(runs))]


def nodes(cpp):
    """The nodes of a boxed type."""
    return [
        f"void destroy_boxed({cpp}*)",
        f"bool read_boxed(reader&, {cpp}&)",
        f"void write_boxed(writer&, const {cpp}&)",
        f"std::size_t size_of_boxed(const {cpp}&)",
        f"bool equal_boxed(const {cpp}&, const {cpp}&)",
        f"boost::json::value json_of_boxed(const {cpp}&)",
        f"bool read_json_boxed(json_reader&, const boost::json::value&, {cpp}&)",
        f"void fill_random_boxed(random_source&, {cpp}&)",
    ]


def vector_nodes(cpp):
    """The nodes of a vector of a boxed type."""
    v = f"std::vector<{cpp}>"
    return [
        f"bool read_vector<wire::natural>(reader&, {v}&)",
        f"boost::json::value json_of_vector(const {v}&)",
        f"bool read_json_vector(json_reader&, const boost::json::value&, {v}&)",
        f"void fill_random_vector(random_source&, {v}&)",
    ]


def destructors(cpp):
    """The edge between a vector and what its elements reach; has to stand outside of namespaces."""
    return [f"std::vector<{cpp.replace('tl::', '::mtproto::tl::')}>::~vector()"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("include", type=pathlib.Path)
    parser.add_argument("namespace")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--slices", type=int, required=True)
    parser.add_argument("--skip", nargs="*", default=[], help="types that cannot round-trip on their own")
    args = parser.parse_args()

    name = args.namespace
    folder = args.include / "mtproto" / name
    types, methods, aliases = read(folder)
    skipped = {f"mtproto::{name}::raw::{s}" for s in args.skip}
    boxed = [t for t in boxed_types(types) if t.path not in skipped]
    calls = [m for m in methods.values() if m.path not in skipped]
    in_vectors = set()
    for t in [*types.values(), *methods.values()]:
        in_vectors.update(aliases.get(v, v) for v in VECTOR.findall(t.body))

    def all_nodes(t):
        return nodes(t.cpp) + (vector_nodes(t.cpp) if t.path in in_vectors else [])

    args.out.mkdir(parents=True, exist_ok=True)
    head = ["// Written by tests/unit/api/slices.py."]
    write(args.out / f"{name}_nodes.hpp",
          [*head, "#pragma once", "", "#ifdef __clang__",
           '#pragma clang diagnostic ignored "-Wdtor-name" // vector is found in std, as it should', "#endif", "",
           f'#include "mtproto/{name}/{name}.hpp"', '#include "roundtrip.hpp"', ""]
          + [f"extern template {d};" for t in boxed if t.path in in_vectors for d in destructors(t.cpp)]
          + ["", "namespace mtproto::tl {", ""]
          + [f"extern template {node};" for t in boxed for node in all_nodes(t)]
          + ["", "} // namespace mtproto::tl"])

    with_nodes = {t.path for t in boxed}
    for number, run in enumerate(Graph(types, boxed, calls, aliases).slices(args.slices)):
        own = [t for t in run if t.path in with_nodes]
        write(args.out / f"{name}_slice_{number:02}.cpp",
              [*head, f'#include "{name}_nodes.hpp"', ""]
              + [f"template {d};" for t in own if t.path in in_vectors for d in destructors(t.cpp)]
              + ["", "namespace mtproto::tl {", ""]
              + [f"template {node};" for t in own for node in all_nodes(t)]
              + ["", "} // namespace mtproto::tl", "", "namespace roundtrip {", "",
                 f"void {name}_slice_{number:02}(run& r)", "{", "    namespace tl = ::mtproto::tl;"]
              + [f"    check_type<::{t.cpp}>(r);" for t in run]
              + ["}", "", "} // namespace roundtrip"])

    # Every id that the headers define is met once, unless it was skipped.
    constructors = sum(max(1, len(t.alternatives)) for t in boxed)
    calls_of = "\n".join(f"    {name}_slice_{n:02}(r);" for n in range(args.slices))
    declared = "\n".join(f"void {name}_slice_{n:02}(run&);" for n in range(args.slices))
    write(args.out / f"{name}_slices.cpp",
          [*head, '#include "catch.hpp"', "", '#include "protobuf_oracle.hpp"', "",
           f'#include "mtproto/{name}/schema_text.hpp"', '#include "mtproto/tl/schema/parser.hpp"', "", "namespace roundtrip {", declared,
           "} // namespace roundtrip", "",
           f'TEST_CASE("{name}: every constructor and method survives TL and JSON")', "{",
           "    std::string text;", f"    for (auto const piece : mtproto::{name}::schema_text)",
           "        text += piece;", "    auto const schema = mtproto::tl::schema::parse(std::move(text)).value();",
           "    roundtrip::run r(schema);", "    using namespace roundtrip;", calls_of,
           "    CHECK(r.failures() == \"\");", "#ifdef ROUNDTRIP_PROTOBUF",
           "    auto const& protobuf = counts_of_protobuf();", "    CHECK(protobuf.messages >= protobuf.refused_messages);",
           "    CHECK(protobuf.mutations >= protobuf.broken_mutations);", "#endif",
           f"    CHECK(r.constructors() == {constructors + len(calls)});", "}"])


if __name__ == "__main__":
    main()
