"""Reads generated headers: the types and methods that they describe. For scripts that cut an API into files."""

import re

STRUCT = re.compile(r"^template <class S(?P<variables>(?:, class \w+)*)>\nstruct (?P<name>\w+)(?P<body>.*?)^};$", re.M | re.S)
NAMESPACE = re.compile(r"^namespace (?P<path>[\w:]+) \{$", re.M)
ALTERNATIVE = re.compile(r"std::type_identity<::([\w:]+)<S>>")
REFERENCE = re.compile(r"::((?:\w+::)+raw::[\w:]+)<S>")
VECTOR = re.compile(r"::mtproto::tl::vector<S, ::((?:\w+::)+raw::[\w:]+)<S>>")
ALIAS = re.compile(r"^template <class S>\nusing (\w+) = ::([\w:]+)<S>;$", re.M)


class Type:
    def __init__(self, path, variables, body):
        self.path = path
        self.variables = variables.count("class")
        self.body = body
        self.alternatives = ALTERNATIVE.findall(body)
        self.fields = body.count("field<") + body.count("flag<")

    @property
    def cpp(self):
        """The owning type; functions that wrap a query hold any."""
        return f"{self.path}<tl::owning{', tl::object' * self.variables}>"


def read(folder):
    """The types and the methods of the headers in a folder, in the order of the file names; the aliases."""
    found = {"types": {}, "methods": {}}
    aliases = {}
    for kind, types in found.items():
        for header in sorted((folder / kind).rglob("*.hpp")):
            text = header.read_text()
            marks = [(m.start(), m["path"]) for m in NAMESPACE.finditer(text)]
            for m in STRUCT.finditer(text):
                path = [p for at, p in marks if at < m.start()][-1] + "::" + m["name"]
                types[path] = Type(path, m["variables"], m["body"])
    text = (folder / "fwd.hpp").read_text()
    marks = [(m.start(), m["path"]) for m in NAMESPACE.finditer(text)]
    for m in ALIAS.finditer(text):
        aliases[[p for at, p in marks if at < m.start()][-1] + "::" + m[1]] = m[2]
    return found["types"], found["methods"], aliases


def boxed_types(types):
    """Those with a declaration of their own on the wire: variants, and constructors that belong to none."""
    alternatives = {a for t in types.values() for a in t.alternatives}
    return [t for t in types.values() if t.path not in alternatives]


def write(path, lines):
    """A file of these lines; left alone, with its time, if it is that already."""
    text = "\n".join(lines) + "\n"
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
