"""The import tool: what it normalises and what it refuses."""
import json
import os
import subprocess
import sys
import tempfile

tool = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../schema/import.py")


def run(text, *args):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "in")
        with open(path, "w") as file:
            file.write(text)
        done = subprocess.run([sys.executable, "-B", tool, path, *args], capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr.replace(path, "in")


def refused(text, sentence, *args):
    code, _, error = run(text, "--no-core", *args)
    assert code == 1 and sentence in error, error


normal = """---types---

userStatusEmpty#09d05049 = UserStatus;
userStatusOffline#008c703f was_online:int = UserStatus;

---functions---

ping#7abe77ec ping_id:long = Pong;

// LAYER 5
"""
messy = """/* prose
*/ userStatusEmpty#9d05049   = UserStatus ; // more
userStatusOffline#8c703f
   was_online:int = UserStatus;
---functions---
ping#7abe77ec ping_id:long = Pong;
// LAYER 5
"""
assert run(messy, "--no-core")[:2] == (0, normal)
assert run(normal, "--check")[0] == 0
assert "in:3: not in normal form" in run(normal.replace("userStatusEmpty#09d05049", "userStatusEmpty#9d05049"), "--check")[2]
core = run("a = A;")[1]
assert core.startswith("---types---\n\nboolFalse#bc799737 = Bool;\nboolTrue#997275b5 = Bool;\n"), core
assert "vector#1cb5c415 {t:Type} # [ t ] = Vector t;" in core and "int ? = Int;" not in core
assert "int ? = Int;\n" in run("int ? = Int;", "--no-core")[1]

official = {"constructors": [{"id": str(0x8c703f), "predicate": "userStatusOffline", "params": [{"name": "was_online", "type": "int"}],
                              "type": "UserStatus"},
                             {"id": "481674261", "predicate": "vector", "params": [], "type": "Vector t"}],
            "methods": [{"id": "-878758099", "method": "invokeAfterMsg",
                         "params": [{"name": "msg_id", "type": "long"}, {"name": "query", "type": "!X"}], "type": "X"}]}
text = run(json.dumps(official), "--no-core")[1]
assert "userStatusOffline#008c703f was_online:int = UserStatus;" in text, text
assert "vector#1cb5c415 {t:Type} # [ t ] = Vector t;" in text, text
assert "invokeAfterMsg#cb9f372d {X:Type} msg_id:long query:!X = X;" in text, text

listed = {"l": 9, "e": [{"kind": "class", "name": "userStatusOffline", "id": 9203775, "type": "UserStatus",
                         "arguments": [{"name": "was_online", "type": "int", "comment": "prose"}]}]}
listed["e"][0]["id"] = 0x8c703f
text = run(json.dumps(listed), "--no-core")[1]
assert "userStatusOffline#008c703f was_online:int = UserStatus;" in text and "prose" not in text and "// LAYER 9" in text, text

refused("userStatusEmpty#9d0504a = UserStatus;", "in:1: the id of userStatusEmpty is 09d0504a, but the CRC32 of")
refused("a = A;\na = A;", "was already used at in:1")
refused("a = A", "in:1: the declaration has no semicolon")
refused("a;", "in:1: not a declaration: a")
refused('{"constructors": [{"id": "1"}], "methods": []}', "no 'predicate' in the JSON")
