#!/usr/bin/env python3
"""Writes the sources of the libraries behind mtproto/proxy/bridge.hpp from the generated headers of the API.

  bridge_nodes.hpp    declares the protobuf codec's nodes of every boxed type and method `extern`
  bridge_serve_N.cpp  instantiate those that a server needs: requests from protobuf, results to protobuf
  bridge_serve.cpp    chooses among them by method and by result, with a switch
  bridge_call_N.cpp   instantiate the others, for callers and tests
  bridge_call.cpp     likewise
  bridge_any.cpp      for tests: any type by the id of its constructor

so that the node of a type is compiled once in a program, however many files reach the type.

  slices.py --out DIR --serve N --call N INCLUDE_DIR

Output depends on nothing but the headers and the arguments.
"""

import argparse
import pathlib
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from generated_types import REFERENCE, boxed_types, read, write  # noqa: E402

RESULT = re.compile(r"^    using result = .*$", re.M)
TL_LINE = re.compile(r'tl_line\[\] =\s*"([\w.]+)#([0-9a-f]+)')
TL_TEXT = re.compile(r'tl_line\[\] =((?:\s*"[^"]*")+)')
METHOD = re.compile(r'^\s*\{"(\w+)", "([\w.]+)", 0x([0-9a-f]+), (\d+), (\d+), "(\w+)"\},$', re.M)
# Sent by a server without being the result of a method.
PUSHED = ["Update", "User", "Chat"]


def cpp(t, query="::mtproto::proxy::detail::any_query"):
    return f"::{t.path}<shape{', ' + query if t.variables else ''}>"


def to_protobuf(t):
    return f"bool boxed_to_protobuf<{cpp(t)}>(reader&, protobuf_writer&)"


def from_protobuf(t):
    return f"bool boxed_from_protobuf<{cpp(t)}>(protobuf_source&, bytes_view, writer&)"


def fields_to_protobuf(t):
    return f"bool fields_to_protobuf<{cpp(t)}>(reader&, protobuf_writer&)"


def fields_from_protobuf(t):
    return f"bool fields_from_protobuf<{cpp(t)}>(protobuf_source&, bytes_view, writer&)"


class Reach:
    """Which boxed types are met on the way from a text."""

    def __init__(self, types, boxed, aliases):
        self.types, self.aliases = types, aliases
        self.boxed = {t.path: t for t in boxed}

    def add(self, seen, text):
        for path in REFERENCE.findall(text):
            path = self.aliases.get(path, path)
            if path in self.boxed and path not in seen:
                seen.add(path)
                t = self.boxed[path]
                self.add(seen, t.body + "".join(self.types[a].body for a in t.alternatives))


def cut(nodes, count):
    """`count` lists of equal weight; each node is (weight, text)."""
    slices = [[0, []] for _ in range(count)]
    for weight, text in sorted(nodes, key=lambda n: (-n[0], n[1])):
        least = min(slices, key=lambda s: s[0])
        least[0] += weight
        least[1].append(text)
    return [s[1] for s in slices]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("include", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--serve", type=int, required=True)
    parser.add_argument("--call", type=int, required=True)
    args = parser.parse_args()

    types, methods, aliases = read(args.include / "mtproto/api")
    boxed = boxed_types(types)
    by_name = {TL_LINE.search(m.body)[1]: m for m in methods.values()}
    table = [(by_name[tl], int(id_, 16), int(result)) for _, tl, id_, _, result, _
             in METHOD.findall((args.include / "mtproto/proxy/contract/methods.hpp").read_text())]
    if len(table) != len(methods):
        sys.exit(f"{len(table)} methods in the contract, {len(methods)} in the API: run `ninja regenerate`")

    # What a server needs: the types of requests from protobuf, those of results to protobuf.
    reach = Reach(types, boxed, aliases)
    asked, told = set(), set()
    for m, *_ in table:
        reach.add(asked, RESULT.sub("", m.body))
        reach.add(told, RESULT.search(m.body)[0])
        if m.variables:
            reach.add(told, RESULT.sub("", m.body))  # passed over on the way to what is inside
    for name in PUSHED:
        reach.add(told, f"::mtproto::api::raw::{name}<S>")

    def weight(t):
        return 2 + sum(1 + types[a].fields for a in t.alternatives) if t.alternatives else 2 + t.fields

    serve = [(weight(m), fields_from_protobuf(m)) for m, *_ in table]
    call = [(weight(m), fields_to_protobuf(m)) for m, *_ in table]
    for t in boxed:
        (serve if t.path in asked else call).append((weight(t), from_protobuf(t)))
        (serve if t.path in told else call).append((weight(t), to_protobuf(t)))

    args.out.mkdir(parents=True, exist_ok=True)
    head = ["// Written by gen/bridge/slices.py."]
    write(args.out / "bridge_nodes.hpp",
          [*head, "#pragma once", "", '#include "any_query.hpp"', "", '#include "mtproto/api/api.hpp"',
           '#include "mtproto/proxy/contract/field_numbers.hpp"', '#include "mtproto/tl/protobuf.hpp"', "",
           "namespace mtproto::tl {", ""]
          + [f"extern template {node};" for _, node in sorted(serve + call, key=lambda n: n[1])]
          + ["", "} // namespace mtproto::tl"])
    for name, nodes, count in [("serve", serve, args.serve), ("call", call, args.call)]:
        for number, part in enumerate(cut(nodes, count)):
            write(args.out / f"bridge_{name}_{number}.cpp",
                  [*head, '#include "bridge_nodes.hpp"', "", "namespace mtproto::tl {", ""]
                  + [f"template {node};" for node in part] + ["", "} // namespace mtproto::tl"])

    def switch(signature, value, cases):
        return ["", signature, "{", f"    switch ({value}) {{"] + cases + ["    default: return false;", "    }", "}"]

    open_ = ['#include "bridge_nodes.hpp"', "", "namespace mtproto::proxy::detail {", "", "using tl::shape;"]
    close = ["", "} // namespace mtproto::proxy::detail"]
    results = {}
    for m, _, result in table:
        if result:
            results.setdefault(result, m)
    write(args.out / "bridge_serve.cpp",
          [*head, *open_]
          + switch("bool request_from_protobuf(std::uint32_t method, tl::protobuf_source& in, tl::bytes_view message, tl::writer& to)", "method",
                   [f"    case 0x{id_:08x}: return tl::fields_from_protobuf<{cpp(m)}>(in, message, to);" for m, id_, _ in table])
          + switch("bool result_to_protobuf(std::uint32_t any_result, tl::reader& from, tl::protobuf_writer& to)", "any_result",
                   [f"    case {number}: return tl::detail::value_to_protobuf<{cpp(m)}::result, tl::wire::natural>(from, to);"
                    for number, m in sorted(results.items())])
          + switch("bool find_query(std::uint32_t method, tl::reader& from, tl::protobuf_writer& scratch)", "method",
                   [f"    case 0x{id_:08x}: return tl::fields_to_protobuf<{cpp(m, 'found_query')}>(from, scratch);"
                    for m, id_, _ in table if m.variables])
          + close)
    write(args.out / "bridge_call.cpp",
          [*head, '#include "mtproto/proxy/bridge.hpp"', "", *open_]
          + switch("bool request_to_protobuf(std::uint32_t method, tl::reader& from, tl::protobuf_writer& to)", "method",
                   [f"    case 0x{id_:08x}: return tl::fields_to_protobuf<{cpp(m)}>(from, to);" for m, id_, _ in table])
          + ["", "bool any_query::to_protobuf(tl::reader& from, tl::protobuf_writer& to)", "{",
             "    auto const id = from.peek_id();",
             "    auto const* const method = find_method(id);",
             "    if (!method)",
             "        return from.fail(from.left() < 4 ? errc::truncated : errc::unknown_constructor, id);",
             "    from.id();", "    auto const start = to.begin(method->any_method);",
             "    bool const ok = request_to_protobuf(id, from, to);", "    to.end(start);", "    return ok;", "}"]
          + close)

    # By the id of a value's first constructor, for tests.
    def ids(t):
        return [TL_LINE.search(types[a].body)[2] for a in t.alternatives] or [TL_LINE.search(t.body)[2]]

    def message(t):
        line = "".join(re.findall('"([^"]*)"', TL_TEXT.search(types[t.alternatives[0]].body if t.alternatives else t.body)[1]))
        name = line.rsplit("= ", 1)[1]
        return "Type" + "".join(part[0].upper() + part[1:] for part in name.split("."))

    def by_id(of_type, of_method):
        return ([f"    {' '.join(f'case 0x{i}:' for i in ids(t))} {of_type(t)}" for t in boxed]
                + [f"    case 0x{id_:08x}: {of_method(m)}" for m, id_, _ in table])

    write(args.out / "bridge_any.cpp",
          [*head, '#include "mtproto/proxy/bridge.hpp"', "", *open_]
          + switch("bool any_to_protobuf(std::uint32_t id, tl::reader& from, tl::protobuf_writer& to)", "id", by_id(
              lambda t: f"return tl::boxed_to_protobuf<{cpp(t)}>(from, to);",
              lambda m: f"from.id(); return tl::fields_to_protobuf<{cpp(m)}>(from, to);"))
          + switch("bool any_from_protobuf(std::uint32_t id, tl::protobuf_source& in, tl::bytes_view message, tl::writer& to)", "id", by_id(
              lambda t: f"return tl::boxed_from_protobuf<{cpp(t)}>(in, message, to);",
              lambda m: f"to.id(id); return tl::fields_from_protobuf<{cpp(m)}>(in, message, to);"))
          + ["", "std::string any_message(std::uint32_t id)", "{", "    switch (id) {"]
          + by_id(lambda t: f'return "{message(t)}";', lambda m: "break;")
          + ["    default: return {};", "    }", '    return "Req" + std::string(find_method(id)->rpc);', "}"]
          + close)


if __name__ == "__main__":
    main()
