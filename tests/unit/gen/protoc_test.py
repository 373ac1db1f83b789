"""The contract through protoc: it compiles without a word, and our descriptors of it are protoc's, byte for byte."""
import os
import subprocess
import sys
import tempfile

tlc, protoc, root = sys.argv[1:]


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done


def varint(data, at):
    number = shift = 0
    while True:
        number |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 128:
            return number, at


def files(path):
    """The FileDescriptorProtos of a FileDescriptorSet by their names, their first field."""
    with open(path, "rb") as file:
        data = file.read()
    found, at = {}, 0
    while at < len(data):
        size, start = varint(data, at + 1)
        at = start + size
        length, name = varint(data, start + 1)
        found[data[name:name + length].decode()] = data[start:at]
    return found


def check(schemas, folder):
    """Runs the schemas through one lock, so that the later ones have numbers to reserve."""
    proto, lock, ours, theirs = (os.path.join(folder, name) for name in ("proto", "lock", "ours", "theirs"))
    for schema in schemas:
        run(tlc, "--schema", os.path.join(root, schema), "--namespace", "x", "--proto", proto, "--numbers", lock,
            "--descriptors", ours)
        mine = files(ours)
        run(protoc, "-I", proto, "--descriptor_set_out=" + theirs, *mine)
        for name, bytes_ in files(theirs).items():
            assert mine.pop(name) == bytes_, f"{schema}: our descriptor of {name} is not that of protoc"
        assert not mine, mine.keys()


for schemas in (["tests/unit/gen/demo.tl"], ["schema/layers/144.tl", "schema/layers/227.tl", "schema/api.tl"],
                ["schema/api.tl", "schema/layers/144.tl"]):
    with tempfile.TemporaryDirectory() as folder:
        check(schemas, folder)
