"""The compiler as a program: its arguments, exit codes and sentences."""
import os
import subprocess
import sys
import tempfile

tlc = sys.argv[1]


def run(*args):
    done = subprocess.run([tlc, *args], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


with tempfile.TemporaryDirectory() as folder:
    good, bad, out = (os.path.join(folder, name) for name in ("good.tl", "bad.tl", "out"))
    with open(good, "w") as file:
        file.write("a x:int = A;\n---functions---\nns.f {X:Type} q:!X = X;\n// LAYER 3\n")
    with open(bad, "w") as file:
        file.write("a = A;\nb x:C = A;\n")

    assert run("--schema", good, "--namespace", "my::api", "--out", out) == (0, "", "")
    files = sorted(os.path.relpath(os.path.join(parent, name), out) for parent, _, names in os.walk(out) for name in names)
    assert files == ["api.hpp", "fwd.hpp", "layer.hpp", "methods/ns.hpp", "schema_text.hpp", "types/core.hpp"], files
    with open(os.path.join(out, "layer.hpp")) as file:
        assert "inline constexpr int layer = 3;" in file.read()

    assert run("--schema", good, "--namespace", "my::api", "--out", out, "--check") == (0, "", "")
    code, _, error = run("--schema", good, "--namespace", "my::api", "--out", out, "--layer", "4", "--check")
    assert code == 1 and "layer.hpp:8: have 'inline constexpr int layer = 3;', want 'inline constexpr int layer = 4;'" in error, error

    names = os.path.join(folder, "names.txt")
    assert run("--schema", good, "--namespace", "my::api", "--emit-list", names)[0] == 0
    with open(names) as file:
        assert file.read() == "my::api::a\nmy::api::ns::f<mtproto::tl::object>\n"

    proto, lock, headers = (os.path.join(folder, name) for name in ("proto", "lock", "headers"))
    contract = ("--schema", good, "--namespace", "my::api", "--proto", proto, "--numbers", lock, "--contract-headers", headers)
    code, _, error = run(*contract, "--check")
    assert code == 1 and "lock: lacks numbers that the schema needs" in error and "types.proto: is missing" in error, error
    assert not os.path.exists(proto) and not os.path.exists(lock)
    assert run(*contract) == (0, "", "")
    assert run(*contract, "--check") == (0, "", "")
    with open(lock) as file:
        lines = [line for line in file.read().splitlines() if not line.startswith("#")]
    assert lines == ["AnyMethod 1 ns_f ReqNsF", "PredA 1 x int32", "ReqNsF 1 q AnyMethod", "TypeA 1 a PredA"], lines
    with open(lock, "w") as file:
        file.write("PredA 1 gone string\n")
    assert run(*contract)[0] == 0
    with open(os.path.join(proto, "mtproto/types.proto")) as file:
        assert 'message PredA {\n  reserved 1;\n  reserved "gone";\n  int32 x = 2;\n}' in file.read()
    with open(os.path.join(headers, "field_numbers.hpp")) as file:
        assert "field_number<::my::api::raw::a<S>, 0> = 2;" in file.read()
    with open(lock, "w") as file:
        file.write("PredA x\n")
    code, _, error = run(*contract)
    assert code == 1 and error == f"tlc: {lock}:1: expected 'message number field type'\n", error

    code, _, error = run("--schema", bad, "--namespace", "x", "--out", out)
    assert code == 1 and error == f"tlc: {bad}:2:5: unknown type C\n", error
    code, _, error = run("--schema", good, "--namespace", "9x", "--out", out)
    assert code == 1 and error == "tlc: --namespace: '9x' is not a namespace of C++, as in my::api\n", error
    code, _, error = run("--schema", os.path.join(folder, "none.tl"), "--namespace", "x")
    assert code != 0 and "none.tl" in error, error
    assert run("--namespace", "x")[0] != 0
    assert run("--help")[0] == 0
