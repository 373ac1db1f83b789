#!/usr/bin/env python3
"""Prints what it costs a client to load the gRPC contract: seconds of processor time and memory, by language.

usage: contract_load.py [--python PYTHON] [--node FOLDER] [--go FOLDER] [--runs N] [--json FILE]

--python  an interpreter that has grpcio-tools (default: this one, if it has)
--node    a folder whose node_modules has @grpc/grpc-js and @grpc/proto-loader
--go      a folder with protoc-gen-go and protoc-gen-go-grpc; needs the Go module proxy, and takes a minute

Each case is a new process; the best of N runs (default 3) counts. Memory is what the process has beyond gRPC itself.
The contract is loaded as it is committed, and in two other splits made here for comparison.
"""
import argparse
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

PROTO = pathlib.Path(__file__).resolve().parent.parent / "proto"

PYTHON_PROBE = """
import importlib, json, resource, sys, time
import google.protobuf.descriptor_pb2, grpc
usage = lambda: resource.getrusage(resource.RUSAGE_SELF)
before, start = usage().ru_maxrss, time.process_time()
for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps([time.process_time() - start, (usage().ru_maxrss - before) / 1024]))
"""

NODE_PROBE = """
const grpc = require('@grpc/grpc-js'), loader = require('@grpc/proto-loader'), protobuf = require('protobufjs');
const [mode, folder, ...files] = process.argv.slice(1);
global.gc();
const before = process.memoryUsage().rss, start = process.cpuUsage();
let kept;
if (mode === 'loader') {
    kept = grpc.loadPackageDefinition(loader.loadSync(files, {keepCase: true, longs: String, oneofs: true, includeDirs: [folder]}));
} else {
    kept = new protobuf.Root();
    kept.resolvePath = (origin, target) => folder + '/' + target;
    kept.loadSync(files, {keepCase: true}).resolveAll();
}
const used = process.cpuUsage(start);
global.gc();
console.log(JSON.stringify([(used.user + used.system) / 1e6, (process.memoryUsage().rss - before) / 1048576]));
"""


def blocks(text):
    """A .proto file as its head and its messages and services, each with the comment above it."""
    parts = re.split(r"(?m)^(?=(?://[^\n]*\n)*(?:message|service) )", text)
    return parts[0], parts[1:]


def one_file(folder):
    texts = [blocks((PROTO / "mtproto" / f"{name}.proto").read_text()) for name in ("types", "methods", "mtproto", "updates")]
    head = "".join(line for line in texts[0][0].splitlines(True) if not line.startswith("import"))
    (folder / "mtproto/mtproto.proto").write_text(head + "".join("".join(body) for _, body in texts))


def by_namespace(folder):
    """Requests in files of their own, by the first word of their names."""
    for name in ("types", "mtproto", "updates"):
        shutil.copy(PROTO / "mtproto" / f"{name}.proto", folder / "mtproto")
    head, body = blocks((PROTO / "mtproto/methods.proto").read_text())
    groups = collections.defaultdict(str)
    rest = ""
    for block in body:
        found = re.search(r"(?m)^message Req\w+ \{", block)
        namespace = re.search(r"(?m)^// (\w+)\.\w+#", block)
        if found and namespace and "AnyMethod" not in block:
            groups[namespace[1]] += block
        else:
            rest += block
    for namespace, text in groups.items():
        (folder / f"mtproto/methods_{namespace}.proto").write_text(head + text)
    imports = "".join(f'import "mtproto/methods_{namespace}.proto";\n' for namespace in sorted(groups))
    (folder / "mtproto/methods.proto").write_text(head.replace("import", imports + "import", 1) + rest)
    service = folder / "mtproto/mtproto.proto"
    service.write_text(service.read_text().replace("import", imports + "import", 1))


def as_committed(folder):
    shutil.copytree(PROTO / "mtproto", folder / "mtproto", dirs_exist_ok=True)


def probe(command, runs, environment=None):
    """The best of several runs."""
    found = []
    for _ in range(runs):
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        if done.returncode != 0:
            sys.exit(done.stderr)
        found.append(json.loads(done.stdout))
    return [min(values) for values in zip(*found)]


def python_cases(python, folder, split, runs):
    out = folder / "python"
    out.mkdir()
    files = sorted(str(path) for path in (folder / "mtproto").glob("*.proto"))
    subprocess.run([python, "-m", "grpc_tools.protoc", "-I", folder, f"--python_out={out}", f"--grpc_python_out={out}", *files],
                   check=True)
    environment = {**os.environ, "PYTHONPATH": str(out), "PYTHONDONTWRITEBYTECODE": "1"}
    everything = [python, "-c", PYTHON_PROBE, "mtproto.mtproto_pb2_grpc"]
    yield "Python", f"{split}: service, first import ever", probe(everything, runs, environment)
    subprocess.run([python, "-m", "compileall", "-q", out], check=True)
    yield "Python", f"{split}: service", probe(everything, runs, environment)
    if (out / "mtproto/updates_pb2_grpc.py").exists():
        yield "Python", f"{split}: updates", probe([python, "-c", PYTHON_PROBE, "mtproto.updates_pb2_grpc"], runs, environment)


def node_cases(modules, folder, split, runs):
    environment = {**os.environ, "NODE_PATH": str(pathlib.Path(modules).resolve() / "node_modules")}
    for mode, what in (("loader", "service, @grpc/proto-loader"), ("protobufjs", "service, protobufjs alone")):
        command = ["node", "--expose-gc", "-e", NODE_PROBE, "--", mode, str(folder), "mtproto/mtproto.proto"]
        yield "Node", f"{split}: {what}", probe(command, runs, environment)


def go_cases(tools, folder):
    out = folder / "go"
    (out / "main").mkdir(parents=True)
    environment = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    files = sorted(str(path) for path in (folder / "mtproto").glob("*.proto"))
    subprocess.run(["protoc", "-I", folder, f"--go_out={out}", f"--go-grpc_out={out}", "--go_opt=module=mtproto",
                    "--go-grpc_opt=module=mtproto", *files], check=True, env=environment)
    (out / "go.mod").write_text("module mtproto\n\ngo 1.24\n")
    (out / "main/main.go").write_text('package main\n\nimport _ "mtproto/mtprotopb"\n\nfunc main() {}\n')

    def go(*arguments):
        subprocess.run(["go", *arguments], cwd=out, check=True, capture_output=True)

    go("get", "google.golang.org/grpc@latest", "google.golang.org/protobuf@latest")
    go("build", "google.golang.org/grpc")
    done = subprocess.run(["/usr/bin/time", "-f", "%U %M", "go", "build", "./mtprotopb"], cwd=out, capture_output=True, text=True)
    seconds, kilobytes = done.stderr.split()[-2:]
    yield "Go", "compiled, once", [float(seconds), int(kilobytes) / 1024]
    go("build", "-o", "program", "./main")
    done = subprocess.run(["/usr/bin/time", "-f", "%U %M", out / "program"], capture_output=True, text=True)
    seconds, kilobytes = done.stderr.split()[-2:]
    yield "Go", "program with the service, start", [float(seconds), int(kilobytes) / 1024]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--node")
    parser.add_argument("--go")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json")
    args = parser.parse_args()
    has_tools = subprocess.run([args.python, "-c", "import grpc_tools"], capture_output=True).returncode == 0
    if not has_tools:
        print(f"{args.python} has no grpcio-tools: no figures for Python", file=sys.stderr)
    rows = []
    for split, make in (("as committed", as_committed), ("one file", one_file), ("by namespace", by_namespace)):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "mtproto").mkdir()
            make(folder)
            if has_tools:
                rows += python_cases(args.python, folder, split, args.runs)
            if args.node:
                rows += node_cases(args.node, folder, split, args.runs)
            if args.go and make is as_committed:
                rows += go_cases(args.go, folder)
    print(f"{'language':10}{'what':48}{'seconds':>8}{'MB':>8}")
    for language, what, (seconds, megabytes) in rows:
        print(f"{language:10}{what:48}{seconds:8.3f}{megabytes:8.1f}")
    if args.json:
        with open(args.json, "w") as file:
            json.dump([{"language": language, "case": what, "seconds": figures[0], "megabytes": figures[1]}
                       for language, what, figures in rows], file, indent=2)


if __name__ == "__main__":
    main()
