#!/usr/bin/env python3
"""Turns a published schema into the normal form that this project commits, and verifies it.

    schema/import.py SOURCE... --out schema/api.tl [--layer N] [--like schema/api.tl]
    schema/import.py --check schema/api.tl schema/mtproto.tl

SOURCE is a local file: TL text, or one of the JSON shapes in use ({"constructors": [...], "methods": [...]} as
core.telegram.org has it; a list of {"kind", "name", "arguments", ...}, alone or as the "e" of an object whose "l" is the
layer).

Normal form: one declaration a line, ids of eight digits, types before functions, no prose, a blank line where the result
type (types) or the namespace (functions) changes, `// LAYER N` at the end. Declarations keep the order of the source;
with --like, those of an older file keep its order, and new ones follow the last of their type, so that diffs stay small.

Verified: the CRC32 of each line's canonical form is its id, no id and no name comes twice.
Standard library only.
"""
import argparse
import binascii
import json
import re
import sys

# Lines whose id is not the CRC32 of their canonical form.
CRC_EXCEPTIONS = {
    "ipPortSecret": "Telegram Desktop's own declaration, its id was assigned",
    "accessPointRule": "Telegram Desktop's own declaration, its id was assigned",
    "help.configSimple": "Telegram Desktop's own declaration, its id was assigned",
}

# Declared by every layer, but left out of (or commented out in) the files of clients that treat them by hand.
CORE = [
    "boolFalse#bc799737 = Bool;",
    "boolTrue#997275b5 = Bool;",
    "true#3fedd339 = True;",
    "vector#1cb5c415 {t:Type} # [ t ] = Vector t;",
    "error#c4b9f9bb code:int text:string = Error;",
    "null#56730bcc = Null;",
]

DECLARATION = re.compile(r"^(?P<name>[A-Za-z_][\w.]*)(?:#(?P<id>[0-9a-fA-F]{1,8}))?(?P<rest>(?:\s.*)?)\s=\s*(?P<type>[^=]+?)\s*;?$")


class Bad(Exception):
    """A source that cannot be imported; the text says where and why."""


class Line:
    def __init__(self, name, number, params, result, function, where):
        self.name, self.params, self.result, self.function, self.where = name, params, result, function, where
        self.builtin = params == ["?"] or (len(params) > 0 and re.fullmatch(r"\d+\*?", params[0].rstrip("[")) is not None)
        crc = binascii.crc32(self.canonical().encode())
        self.id = crc if number is None else number
        self.verified = self.id == crc or name in CRC_EXCEPTIONS
        self.complaint = f"{where}: the id of {name} is {self.id:08x}, but the CRC32 of '{self.canonical()}' is {crc:08x}"

    @property
    def namespace(self):
        return self.name.rpartition(".")[0]

    def canonical(self):
        """What the id is the CRC32 of: no id, no braces, no conditional `true`, bytes as string."""
        params = [p for p in self.params if not re.fullmatch(r"\w+:\w+\.\d+\?true", p)]
        text = " ".join([self.name, *params, "=", self.result])
        text = re.sub(r"([:?])bytes ", r"\1string ", text)
        return text.replace("<", " ").replace(">", "").replace("{", "").replace("}", "")

    def text(self):
        head = self.name if self.builtin else f"{self.name}#{self.id:08x}"
        return " ".join([head, *self.params, "=", self.result]) + ";"


def parse_line(text, function, where):
    match = DECLARATION.match(text.strip())
    if not match:
        raise Bad(f"{where}: not a declaration: {text.strip()}")
    number = int(match["id"], 16) if match["id"] else None
    return Line(match["name"], number, match["rest"].split(), " ".join(match["type"].split()), function, where)


def read_tl(text, file):
    """Declarations may span lines; each ends with a semicolon."""
    layer = max((int(n) for n in re.findall(r"^\s*//\s*LAYER\s+(\d+)", text, re.M)), default=None)
    text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m[0].count("\n"), text, flags=re.S)
    lines, function, pending, start = [], False, "", 0
    for number, raw in enumerate(text.splitlines(), 1):
        raw = raw.split("//")[0].strip()
        section = re.fullmatch(r"---\s*(types|functions)\s*---", raw)
        if section:
            function = section[1] == "functions"
            continue
        for part in re.findall(r"[^;]*;|[^;]+$", raw):
            start = start or number
            pending += " " + part.strip()
            if part.endswith(";"):
                if pending.strip() != ";":
                    lines.append(parse_line(pending, function, f"{file}:{start}"))
                pending, start = "", 0
    if pending.strip():
        raise Bad(f"{file}:{start}: the declaration has no semicolon: {pending.strip()}")
    return lines, layer


def json_type(argument):
    modifiers = argument.get("typeModifiers", {})
    text = argument["type"].removeprefix("mt_")
    if text == "int53":  # mtcute's mark for a long that fits a JavaScript number
        text = "long"
    if modifiers.get("isBareType"):
        text = "%" + text
    if modifiers.get("isBareUnion"):
        text = "%" + text
    if modifiers.get("isVector"):
        text = f"Vector<{text}>"
    if modifiers.get("isBareVector"):
        text = f"vector<{text}>"
    predicate = modifiers.get("predicate")
    return f"{predicate}?{text}" if predicate else text


def read_json(text, file):
    data = json.loads(text)
    layer, lines = None, []
    if isinstance(data, dict) and "constructors" in data:
        layer = data.get("layer")
        for function, entries in ((False, data["constructors"]), (True, data["methods"])):
            for entry in entries:
                name = entry["method" if function else "predicate"]
                params = [f"{p['name']}:{p['type']}" for p in entry["params"]]
                if name == "vector":
                    params = ["{t:Type}", "#", "[", "t", "]"]
                elif any("!X" in p for p in params):
                    params.insert(0, "{X:Type}")
                lines.append(Line(name, int(entry["id"]) & 0xFFFFFFFF, params, entry["type"], function, f"{file}: {name}"))
        return lines, layer
    if isinstance(data, dict):
        layer, data = data.get("l"), data["e"]
    for entry in data:
        params = [f"{{{g['name']}:{g['type']}}}" for g in entry.get("generics", [])]
        params += [f"{a['name']}:{json_type(a)}" for a in entry["arguments"]]
        name = entry["name"].removeprefix("mt_")
        lines.append(Line(name, entry["id"], params, json_type(entry), entry["kind"] == "method", f"{file}: {name}"))
    return lines, layer


def read(file):
    with open(file, encoding="utf-8") as stream:
        text = stream.read()
    return (read_json if text.lstrip()[:1] in "{[" else read_tl)(text, file)


def verify(lines):
    for line in lines:
        if not line.verified:
            raise Bad(line.complaint)
    for what in ("id", "name"):
        seen = {}
        for line in lines:
            key = (line.function, line.name) if what == "name" else line.id
            if key in seen:
                shown = f"{line.id:08x}" if what == "id" else line.name
                raise Bad(f"{line.where}: {what} {shown} was already used at {seen[key].where}")
            seen[key] = line


def reorder(lines, like):
    """The order of `like`, new lines after the last of their type (functions: of their namespace)."""
    known = {(line.function, line.name): line for line in lines}
    result = [known[key] for key in ((old.function, old.name) for old in like) if key in known]
    placed = {(line.function, line.name) for line in result}
    for line in lines:
        if (line.function, line.name) in placed:
            continue
        group = (lambda o: o.namespace) if line.function else (lambda o: o.result)
        at = max((i for i, o in enumerate(result) if o.function == line.function and group(o) == group(line)), default=-1)
        result.insert(at + 1 if at >= 0 else len(result), line)
    return result


def normal_form(lines, layer):
    out = []
    for function in (False, True):
        out += ([""] if out else []) + [f"---{'functions' if function else 'types'}---"]
        last = None
        for line in lines:
            if line.function != function:
                continue
            group = line.namespace if function else line.result
            if group != last:
                out.append("")
            out.append(line.text())
            last = group
    if layer is not None:
        out += ["", f"// LAYER {layer}"]
    return "\n".join(out) + "\n"


def check(file):
    lines, layer = read(file)
    verify(lines)
    with open(file, encoding="utf-8") as stream:
        have = stream.read().splitlines()
    want = normal_form(lines, layer).splitlines()
    for number, (a, b) in enumerate(zip(have + [None], want + [None]), 1):
        if a != b:
            raise Bad(f"{file}:{number}: not in normal form\n  have: {a}\n  want: {b}")
    print(f"{file}: {len(lines)} declarations" + (f", layer {layer}" if layer else ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", nargs="+")
    parser.add_argument("--check", action="store_true", help="verify files that are already in normal form")
    parser.add_argument("--out")
    parser.add_argument("--layer", type=int)
    parser.add_argument("--like", help="an older file in normal form, whose order is kept")
    parser.add_argument("--skip-unverified", action="store_true", help="leave out lines whose id is not their CRC32, and say so")
    parser.add_argument("--no-core", action="store_true", help="do not add the core lines (bool, vector, error, null)")
    args = parser.parse_args()
    try:
        if args.check:
            for file in args.source:
                check(file)
            return
        lines, layer = [], args.layer
        for file in args.source:
            more, found = read(file)
            lines += more
            layer = layer or found
        if args.skip_unverified:
            for line in lines:
                if not line.verified:
                    print(f"left out: {line.complaint}", file=sys.stderr)
            lines = [line for line in lines if line.verified]
        if not args.no_core:
            names = {line.name for line in lines if not line.function}
            core = [parse_line(text, False, "core") for text in CORE]
            lines = [line for line in core if line.name not in names] + lines
        if args.like:
            lines = reorder(lines, read(args.like)[0])
        lines.sort(key=lambda line: line.function)
        verify(lines)
        text = normal_form(lines, layer)
        if args.out:
            with open(args.out, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
        else:
            sys.stdout.write(text)
        print(f"{len(lines)} declarations, layer {layer}", file=sys.stderr)
    except (Bad, OSError, KeyError, ValueError) as problem:
        sys.exit(f"import.py: {problem}" if not isinstance(problem, KeyError) else f"import.py: no {problem} in the JSON")


if __name__ == "__main__":
    main()
