"""schema/update.py takes a new layer in, or leaves everything as it was: update_test.py TLC ROOT."""

import binascii
import pathlib
import shutil
import subprocess
import sys
import tempfile

tlc, root = sys.argv[1], pathlib.Path(sys.argv[2])


def declaration(text):
    """A line of TL with its id: the CRC32 of the line without it."""
    name, rest = text.split(" ", 1)
    return f"{name}#{binascii.crc32(text.encode()):08x} {rest};"


def update(copy, file, *more):
    done = subprocess.run([sys.executable, "-B", copy / "schema/update.py", file, "--tlc", tlc, "--root", copy, *more],
                          capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def tree(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


with tempfile.TemporaryDirectory() as folder:
    copy = pathlib.Path(folder, "copy")
    for part in ("schema", "gen", "proto", "include/mtproto/api", "include/mtproto/mt", "include/mtproto/proxy/contract"):
        shutil.copytree(root / part, copy / part)
    before = tree(copy)
    layer = int((copy / "schema/LAYER").read_text())
    file = pathlib.Path(folder, "next.tl")

    # The layer that is there: nothing changes.
    shutil.copy(copy / "schema/api.tl", file)
    code, said = update(copy, file)
    assert code == 0 and "0 came, 0 went, 0 changed" in said, said
    assert tree(copy) == before

    # One more method in the next layer.
    text = (copy / "schema/api.tl").read_text()
    fresh = declaration("help.getMeaning question:string = NearestDc")
    text = text.replace("---functions---", "---functions---\n" + fresh).replace(f"// LAYER {layer}", f"// LAYER {layer + 1}")
    file.write_text(text)
    code, said = update(copy, file)
    assert code == 0 and "+ help.getMeaning" in said and f"layer {layer} -> {layer + 1}" in said, said
    assert (copy / "schema/LAYER").read_text() == f"{layer + 1}\n"
    assert f"layer = {layer + 1};" in (copy / "include/mtproto/api/layer.hpp").read_text()
    assert "struct getMeaning" in (copy / "include/mtproto/api/methods/help.hpp").read_text()
    assert "HelpGetMeaning" in (copy / "proto/mtproto/mtproto.proto").read_text()
    lock = (root / "schema/field_numbers.lock").read_text().splitlines()
    assert set(lock) < set((copy / "schema/field_numbers.lock").read_text().splitlines())

    # What cannot be used changes nothing.
    taken = tree(copy)
    for broken in (text.replace(fresh, fresh.replace("question", "answer")),      # an id that is not its CRC32
                   text.replace("// LAYER", "// layer"),                          # no layer
                   text.replace(fresh, declaration("help.getMeaning a:Nowhere = NearestDc"))):  # a type that does not exist
        file.write_text(broken)
        code, said = update(copy, file)
        assert code != 0 and "othing was changed" in said, said
        assert tree(copy) == taken
print("ok")
