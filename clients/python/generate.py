"""Makes from the .proto files what the package needs of them:

    contract.binpb   the descriptors, loaded at run time; message classes are made when they are first asked for
    _names.py        TL's names of the constructors
    pb.pyi tl.pyi request.pyi methods.pyi methods_sync.pyi     types for editors and type checkers

    python generate.py PROTO_FOLDER OUTPUT_FOLDER

protoc's own modules would do as well, but they compile 3 MB of Python when first imported (0.3 s, 60 MB), and go under the name mtproto.
This takes 0.03 s and 15 MB each time, as those do later.
"""
import collections
import importlib.util
import keyword
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SCALARS = {1: "float", 2: "float", 3: "int", 4: "int", 5: "int", 8: "bool", 9: "str", 12: "bytes", 13: "int"}
MESSAGE, REPEATED = 11, 3
EXTRAS = {"tl_empty_vectors", "tl_raw_strings"}  # of the contract, not of TL
HEADER = "# Generated from proto/. Do not edit.\n"


def protoc():
    """The compiler of grpcio-tools; where that is not installed, the system's."""
    if importlib.util.find_spec("grpc_tools"):
        return [sys.executable, "-m", "grpc_tools.protoc"]
    if found := shutil.which("protoc"):
        return [found]
    raise SystemExit("generate.py: no protoc to read the contract with: pip install grpcio-tools, or apt-get install protobuf-compiler")


def compile_protos(proto, package):
    """All descriptors with their comments, dependencies first."""
    from google.protobuf import descriptor_pb2

    files = sorted(str(path.relative_to(proto)) for path in (proto / "mtproto").glob("*.proto"))
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "set"
        done = subprocess.run([*protoc(), f"-I{proto}", f"-I{package}", f"--descriptor_set_out={out}", "--include_imports",
                               "--include_source_info", "status.proto", *files], check=False)
        if done.returncode:
            raise SystemExit(f"generate.py: protoc could not read the contract in {proto}")
        return descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes())


class Contract:
    """What the stubs and the table of names are written from."""

    def __init__(self, descriptors):
        self.messages, self.comments, self.methods = {}, {}, []
        for file in descriptors.file:
            if file.package != "mtproto":
                continue
            for place in file.source_code_info.location:
                if len(place.path) == 2 and place.path[0] == 4:
                    self.comments[file.message_type[place.path[1]].name] = place.leading_comments.replace("\n", " ").strip()
            for message in file.message_type:
                self.messages[message.name] = message
            for service in file.service:
                if service.name == "Mtproto":
                    self.methods += [(m.name, short(m.input_type), short(m.output_type)) for m in service.method]
        self.boxes = {name: message for name, message in self.messages.items()
                      if [oneof.name for oneof in message.oneof_decl][:1] == ["value"]}
        self.type_of = {short(field.type_name): name for name, box in self.boxes.items() if name.startswith("Type") for field in box.field}
        self.tl_name = {name: self.comments[name].split("#")[0].split()[-1] for name in self.messages
                        if name.startswith(("Pred", "Req")) and "#" in self.comments.get(name, "")}

    def conditional(self, message):
        """Names of the fields that TL makes depend on a flag."""
        return {name.split(":")[0] for name in self.comments.get(message.name, "").split() if re.match(r"\w+:\w+\.\d+\?", name)}


def short(type_name):
    return type_name.rsplit(".", 1)[-1]


def union_name(box):
    """TypePeer -> AnyPeer, the union of its constructors. AnyMethod and AnyResult are unions already."""
    return "Any" + box[4:] if box.startswith("Type") else box + "Value"


def inner_type(field):
    scalar = SCALARS.get(field.type, "")
    return short(field.type_name) if field.type == MESSAGE else {"bytes": "_bytes"}.get(scalar, scalar)


def read_type(field):
    return f"_Repeated[{inner_type(field)}]" if field.label == REPEATED else inner_type(field)


def write_pb(contract):
    out = [HEADER, "from abc import ABCMeta\nfrom collections.abc import Iterable, Mapping, MutableSequence\nfrom typing import Any, Generic, TypeAlias, TypeVar\n",
           "from google.protobuf.message import Message\n\n_T = TypeVar(\"_T\")\n_bytes: TypeAlias = bytes  # some messages have a field of that name\n",
           "class _Repeated(MutableSequence[_T], metaclass=ABCMeta):\n    def add(self, **fields: Any) -> _T: ...\n\n",
           "class Boxed(Message, Generic[_T]):\n    \"\"\"A oneof over the constructors of a TL type. Exists for type checkers only.\"\"\"\n\n"]
    for name, message in contract.messages.items():
        box = name in contract.boxes
        base = f"Boxed[{union_name(name)}]" if box else "Message"
        lines = [f"class {name}({base}):"]
        for field in message.field:
            if not keyword.iskeyword(field.name):
                lines.append(f"    {field.name}: {read_type(field)}")
        known = [field for field in message.field if not keyword.iskeyword(field.name) and field.name != "self"]
        arguments = "".join(f", {f.name}: {'Iterable[%s]' % inner_type(f) if f.label == REPEATED else read_type(f)} | None = ..."
                            for f in known)
        more = ", **fields: Any" if len(known) != len(message.field) else ""
        lines.append(f"    def __init__(self{', *' if known else ''}{arguments}{more}) -> None: ...")
        out.append("\n".join(lines) + "\n")
    for name, box in contract.boxes.items():
        members = " | ".join(dict.fromkeys(short(field.type_name) for field in box.field))
        out.append(f"{union_name(name)}: TypeAlias = \"{members}\"\n")
    return "".join(out)


def argument_type(contract, field):
    if field.type != MESSAGE:
        inner = SCALARS[field.type]
    else:
        name = short(field.type_name)
        inner = f"pb.{name} | pb.{union_name(name)}" if name in contract.boxes else f"pb.{name}"
        if name.startswith("Pred"):
            inner += f" | pb.{contract.type_of[name]}" if name in contract.type_of else ""
    return f"Iterable[{inner}]" if field.label == REPEATED else inner


def arguments_of(contract, message):
    """The keyword arguments of a helper. Only messages that TL always wants are required: a number has a default in protobuf."""
    conditional = contract.conditional(message)
    parts = []
    for field in message.field:
        if field.name == "tl_empty_vectors":
            continue
        name = field.name + "_" if keyword.iskeyword(field.name) or field.name == "self" else field.name
        kind = argument_type(contract, field)
        required = field.type == MESSAGE and field.label != REPEATED and field.name not in conditional
        parts.append(f"{name}: {kind}" if required else f"{name}: {kind} | None = ...")
    return ", ".join(parts)


def nested(entries):
    """{"": {name: ...}, "messages": {...}} of dotted names."""
    spaces = collections.defaultdict(dict)
    for name, value in entries.items():
        space, _, last = name.rpartition(".")
        spaces[space][last] = value
    return spaces


def module_of_functions(contract, entries, returns):
    """A stub with a function per entry {TL name: message}; a namespace is a class of static functions, callable if TL has both."""
    spaces = nested(entries)
    out = [HEADER, "from collections.abc import Iterable\nfrom typing import Any\nfrom . import pb\nEMPTY: Any\n"]

    def function(name, message, indent, first):
        arguments = arguments_of(contract, contract.messages[message])
        star = ", *" if first and arguments else "*" if arguments else ""
        inside = f"{first}{star}{', ' if arguments else ''}{arguments}"
        return f"{indent}def {name}({inside}) -> pb.{returns(message)}: ...\n"

    for space, names in sorted(spaces.items()):
        if not space:
            continue
        out.append(f"class _{space}:\n")
        for name, message in sorted(names.items()):
            out.append("    @staticmethod\n" + function(safe(name), message, "    ", ""))
        if space in spaces[""]:
            out.append(function("__call__", spaces[""].pop(space), "    ", "self"))
    out += [f"{space}: _{space}\n" for space in sorted(spaces) if space]
    out += [function(safe(name), message, "", "") for name, message in sorted(spaces[""].items())]
    return "".join(out)


def safe(name):
    return name + "_" if keyword.iskeyword(name) else name


def write_methods(contract, asynchronous):
    """The calls of a connection."""
    tl = {contract.tl_name[request]: (request, result) for _, request, result in contract.methods}
    prefix = "async " if asynchronous else ""

    def result_type(result):
        if result in contract.boxes:
            return "Any" if result == "AnyResult" else f"pb.{union_name(result)}"
        message = contract.messages[result]
        if result.startswith("TypeVector"):
            inner = short(message.field[0].type_name) if message.field[0].type == MESSAGE else SCALARS[message.field[0].type]
            return f"list[pb.{union_name(inner)}]" if inner in contract.boxes else f"list[{inner}]" if message.field[0].type != MESSAGE else f"list[pb.{inner}]"
        return SCALARS[message.field[0].type] if len(message.field) and message.field[0].name == "value" else f"pb.{result}"

    def method(name, entry):
        arguments = arguments_of(contract, contract.messages[entry[0]])
        arguments = f"{arguments}, " if arguments else ""
        return f"    {prefix}def {safe(name)}(self, *, {arguments}timeout: float | None = ...) -> {result_type(entry[1])}: ...\n"

    listen = "    def __call__(self, kinds: Iterable[str] = ..., cursor: str = ...) -> UpdateStream: ...\n"
    module = "client" if asynchronous else "sync"
    out = [HEADER, "from collections.abc import Iterable\nfrom typing import Any\nfrom . import pb\n",
           f"from .{module} import UpdateStream\n"]
    spaces = nested(tl)
    for space, names in sorted(spaces.items()):
        if space:
            out.append(f"class _{space}:\n" + (listen if space == "updates" else ""))
            out += [method(name, entry) for name, entry in sorted(names.items())]
    out.append("class Methods:\n")
    out += [f"    {space}: _{space}\n" for space in sorted(spaces) if space]
    out += [method(name, entry) for name, entry in sorted(spaces[""].items())]
    return "".join(out)


def write_names(contract):
    rows = {contract.tl_name[name]: (name, contract.type_of[name]) for name in contract.tl_name if name in contract.type_of}
    body = "".join(f"    {tl!r}: {row!r},\n" for tl, row in sorted(rows.items()))
    return f'"""TL\'s names of the constructors, the messages that they are, and the oneofs that hold those."""\nCONSTRUCTORS = {{\n{body}}}\n'


def generate(proto, package, output):
    proto, package, output = map(pathlib.Path, (proto, package, output))
    descriptors = compile_protos(proto, package)
    contract = Contract(descriptors)
    output.mkdir(parents=True, exist_ok=True)
    constructors = {contract.tl_name[name]: name for name in contract.tl_name if name in contract.type_of}
    requests = {contract.tl_name[request]: request for _, request, _ in contract.methods}
    texts = {
        "_names.py": write_names(contract),
        "pb.pyi": write_pb(contract),
        "tl.pyi": module_of_functions(contract, constructors, contract.type_of.get),
        "request.pyi": module_of_functions(contract, requests, lambda name: name),
        "methods.pyi": write_methods(contract, True),
        "methods_sync.pyi": write_methods(contract, False),
    }
    for name, text in texts.items():
        (output / name).write_text(text, encoding="utf-8")
    for file in descriptors.file:
        file.ClearField("source_code_info")
    (output / "contract.binpb").write_bytes(descriptors.SerializeToString())


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    generate(sys.argv[1], pathlib.Path(__file__).resolve().parent / "src" / "mtproto_proxy", sys.argv[2])
