#!/usr/bin/env python3
"""Our client and the others, the same work in turns: A B C, A B C, ... on this machine, in this run.

    bench.py --build BUILD --packages DIR [--only GROUP]... [--client NAME]... [--rounds N] [--quick] [--out FOLDER]

BUILD/benchmarks/peers has peer-server (the data centre, on loopback) and peer-mtproto (our client); DIR has what ./install made.
A client that is not installed is skipped and named. Groups:

    codec    one messages.sendMessage and a messages.messages of 100 messages, the same bytes for everybody, each in its own layer
    crypto   AES-256-IGE, whole packets, the factorisation of pq: what a client has public functions for
    rpc      users.getUsers and messages.getHistory on one connection, one and 64 calls at a time
    connect  from nothing to the first answer, with a key that exists
    files    11 MB up and down, by each client's own functions
    memory   of the process of a connected client that does nothing
    size     of what is installed

Every client checks what it got: bytes against the expected ones, files against their content. Best of the rounds and medians
are kept. FOLDER gets peers.json, peers.md and one plot per group. Standard library only.

exit codes: 0 all ran, 1 a client failed at something that it is expected to do (the table says at what), 2 wrong usage
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import report

HERE = pathlib.Path(__file__).resolve().parent
SCHEMAS = HERE.parent.parent / "schema"
GROUPS = ["codec", "crypto", "rpc", "connect", "files", "memory", "size"]
FILE_BYTES = 11_000_000
TIME_LIMIT = 120  # seconds for one task of one client


class Failed(Exception):
    """A client that could not do what it was asked; the text says why."""


def say(*words):
    print(*words, file=sys.stderr, flush=True)


class Client:
    """How one client is started, and what it is installed as."""

    def __init__(self, name, command, installed, version, environment=None, tasks=None, size=()):
        self.name, self.command, self.installed, self.version = name, [str(word) for word in command], installed, version
        self.environment = dict(os.environ, NODE_NO_WARNINGS="1", **(environment or {}))
        self.tasks = tasks or GROUPS
        self.size = size  # files and folders
        self.layer = None

    def start(self, task, plan):
        words = [f"{name}={value}" for name, value in plan.items()]
        return subprocess.Popen([*self.command, task, *words], env=self.environment, text=True,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, task, plan):
        """The rows that it printed, by name."""
        process = self.start(task, plan)
        try:
            out, problem = process.communicate(timeout=TIME_LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise Failed(f"{task}: not done after {TIME_LIMIT} s") from None
        if process.returncode != 0:
            raise Failed(f"{task}: {' / '.join(line.strip() for line in problem.strip().splitlines()[:6])}")
        return {name: float(value) for name, value in re.findall(r"^row (\S+) (\S+)$", out, re.MULTILINE)}

    def told(self, task):
        """One word that it prints."""
        return subprocess.run([*self.command, task], env=self.environment, capture_output=True, text=True, check=False).stdout.strip()

    def memory(self, plan):
        """Starts it, waits for its first answer, and looks at its memory."""
        process = self.start("memory", plan)
        try:
            if process.stdout.readline().strip() != "ready":
                raise Failed(f"memory: {process.stderr.read().strip()[-300:]}")
            time.sleep(0.3)
            private = resident = 0
            with open(f"/proc/{process.pid}/smaps_rollup", encoding="ascii") as sizes:
                for line in sizes:
                    if line.startswith("Rss:"):
                        resident = int(line.split()[1])
                    if line.startswith(("Private_Clean:", "Private_Dirty:")):
                        private += int(line.split()[1])
            return {"resident_mb": resident * 1024 / 1e6, "private_mb": private * 1024 / 1e6}
        finally:
            process.kill()
            process.communicate()


def text_of(*command):
    try:
        return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def locked(file, pattern):
    found = re.search(pattern, (HERE / file).read_text(encoding="utf-8"))
    return found.group(1) if found else "?"


def clients(build, packages):
    programs = build / "benchmarks" / "peers"
    node = os.environ.get("NODE", "node")
    layer = (SCHEMAS / "LAYER").read_text(encoding="ascii").strip()
    ours = Client("ours", [programs / "peer-mtproto"], (programs / "peer-mtproto").exists(), "this tree", size=[programs / "peer-mtproto"])
    ours.layer = layer

    def here(name):
        return (packages / name / "installed").exists()

    python = packages / "telethon" / "bin" / "python"
    libraries = [one for pattern in ("telethon", "cryptg*", "pyaes", "rsa", "pyasn1")
                 for one in packages.glob(f"telethon/lib/python3*/site-packages/{pattern}")]
    tdlib = Client("TDLib", [programs / "peer-tdlib"], here("tdlib") and (programs / "peer-tdlib").exists(),
                   locked("tdlib/requirements.txt", r"tdjson==(\S+)"), tasks=["codec", "crypto", "size"],
                   size=list(packages.glob("tdlib/lib/python3*/site-packages/tdjson.libs/libtdjson*")))
    if tdlib.installed and tdlib.size:
        tdlib.command.append(str(tdlib.size[0]))
        tdlib.layer = layer  # its own differs by ids, which its program knows
    return [
        ours,
        tdlib,
        Client("gotd", [packages / "gotd" / "peer"], here("gotd"), locked("gotd/go.mod", r"gotd/td v(\S+)"), size=[packages / "gotd" / "peer"]),
        Client("grammers", [packages / "grammers" / "peer"], here("grammers"), locked("grammers/Cargo.toml", r'grammers-client = \{ version = "=([^"]+)'),
               size=[packages / "grammers" / "peer"]),
        Client("Telethon", [python, "-B", HERE / "telethon" / "peer.py"], here("telethon"),
               locked("telethon/requirements.txt", r"telethon==(\S+)") + " with cryptg " + locked("telethon/requirements.txt", r"cryptg==(\S+)"),
               size=libraries),
        Client("mtcute", [node, HERE / "node" / "mtcute.mjs"], here("mtcute"), locked("node/mtcute/package.json", r'mtcute/node": "([^"]+)'),
               {"PEER_PACKAGES": str(packages / "mtcute")}, size=[packages / "mtcute" / "node_modules"]),
        Client("teleproto", [node, HERE / "node" / "teleproto.mjs"], here("teleproto"),
               locked("node/teleproto/package.json", r'teleproto": "([^"]+)'),
               {"PEER_PACKAGES": str(packages / "teleproto")}, size=[packages / "teleproto" / "node_modules"]),
    ]


class Server:
    """The data centre, from its line of JSON to its end."""

    def __init__(self, program, data, keys, schemas, log):
        words = [word for schema in schemas for word in ("--schema", str(schema))]
        self.process = subprocess.Popen([str(program), "--data", data, "--keys", str(keys), "--file-bytes", str(FILE_BYTES), *words],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline()
        if not line:
            self.stop()
            raise Failed("the data centre did not start")
        self.ready = json.loads(line)

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def is_prime(n):
    """Miller and Rabin with the bases that decide all numbers below 2^64."""
    if n < 2 or any(n % p == 0 for p in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)):
        return n in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for base in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        x = pow(base, odd, n)
        if x not in (1, n - 1) and all((x := x * x % n) != n - 1 for _ in range(twos - 1)):
            return False
    return True


def some_pq(count):
    """Products of two primes of 31 bits, as servers send them; the same ones every time."""
    draw = random.Random(2026)

    def prime():
        while True:
            n = draw.randrange(1 << 30, 1 << 31) | 1
            if is_prime(n):
                return n

    return [prime() * prime() for _ in range(count)]


def folder_size(path):
    if path.is_file():
        return path.stat().st_size
    return sum(one.stat().st_size for one in path.rglob("*") if one.is_file() and not one.is_symlink() and "__pycache__" not in one.parts)


def size_of(client, scratch):
    """Megabytes on the disk; binaries stripped."""
    total = 0
    for path in client.size:
        if path.is_file() and (path.suffix == "" or ".so" in path.name) and shutil.which("strip"):
            copy = pathlib.Path(scratch) / "stripped"
            if subprocess.run(["strip", "-o", str(copy), str(path)], capture_output=True, check=False).returncode == 0:
                total += copy.stat().st_size
                continue
        total += folder_size(path)
    return {"size_mb": total / 1e6}


def plan_for(group, client, ready, data, key, quick):
    seconds = 0.02 if quick else {"codec": 0.4, "crypto": 0.15, "rpc": 1.0}.get(group, 0)
    address = {"host": ready["host"], "port": ready["port"], "dc": ready["dc"], "key": key, "chat": ready["chat"],
               "public_key": ready["public_key"].encode().hex()}
    if group == "codec":
        return {"seconds": seconds, "reply": f"{data}/reply.{client.layer}", "request": f"{data}/request.{client.layer}"}
    if group == "crypto":
        return {"seconds": seconds, "packet_key": ready["packet_key"], "packet_1k": f"{data}/packet_1k", "packet_64k": f"{data}/packet_64k",
                "pq": ",".join(map(str, some_pq(2 if quick else 8)))}
    if group == "connect":
        return dict(address, count=1 if quick else 5)
    if group == "files":
        file = ready["file"]
        return dict(address, file=f"{data}/file", file_id=file["id"], file_access_hash=file["access_hash"], file_reference=file["reference"])
    return dict(address, seconds=seconds)


def machine():
    cpu = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    flags = re.search(r"flags\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    of_interest = [flag for flag in ("aes", "vaes", "sha_ni", "avx2", "avx512f") if flags and flag in flags.group(1).split()]
    return {
        "cpu": cpu.group(1) if cpu else platform.machine(),
        "flags": of_interest,
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
        "system": f"{platform.system()} {platform.release()}",
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "load": os.getloadavg()[0],
        "tools": {name: text for name, text in {
            "g++": text_of("g++", "-dumpfullversion"), "go": text_of("go", "env", "GOVERSION").removeprefix("go"), "rustc": (text_of("rustc", "--version").split() + ["", ""])[1],
            "node": text_of("node", "--version"), "python": platform.python_version()}.items() if text},
    }


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True, type=pathlib.Path)
    parser.add_argument("--packages", required=True, type=pathlib.Path)
    parser.add_argument("--only", action="append", choices=GROUPS, metavar="GROUP", help=", ".join(GROUPS))
    parser.add_argument("--client", action="append", metavar="NAME", help="besides ours; all that are installed if none is named")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="only shows that everything works: a round of seconds")
    parser.add_argument("--out", type=pathlib.Path, help="a folder for the results")
    return parser.parse_args()


def main():
    options = arguments()
    build, packages = options.build.resolve(), options.packages.resolve()
    groups = [group for group in GROUPS if not options.only or group in options.only]
    everybody, taking_part, failures = clients(build, packages), [], []
    for client in everybody:
        if options.client and client.name != "ours" and client.name not in options.client:
            continue
        if not client.installed:
            if client.name == "ours":
                sys.exit(f"bench.py: no {client.command[0]}: ninja -C {build} benchmarks/peers/peer-mtproto benchmarks/peers/peer-server")
            say(f"{client.name} is skipped: not installed in {packages}; benchmarks/peers/install does that")
            continue
        client.layer = client.layer or client.told("layer")
        taking_part.append(client)
    results = {}
    with tempfile.TemporaryDirectory(prefix="peers-") as data:
        schemas = [SCHEMAS / "layers" / "227.tl"]
        if (packages / "grammers" / "api.tl").exists():
            schemas.append(packages / "grammers" / "api.tl")
        server = Server(build / "benchmarks" / "peers" / "peer-server", data, len(taking_part), schemas, sys.stderr)
        try:
            for number in range(1 if options.quick else options.rounds):
                for group in groups:
                    if group == "size" and number > 0:
                        continue
                    for client, key in zip(taking_part, server.ready["keys"]):
                        if group not in client.tasks:
                            continue
                        plan = plan_for(group, client, server.ready, data, key, options.quick)
                        try:
                            rows = (size_of(client, data) if group == "size" else client.memory(plan) if group == "memory"
                                    else client.run(group, plan))
                        except Failed as problem:
                            say(f"{client.name}: {problem}")
                            failures.append(f"{client.name}: {problem}")
                            continue
                        for name, value in rows.items():
                            results.setdefault(group, {}).setdefault(name, {}).setdefault(client.name, []).append(value)
                    say(f"round {number + 1}: {group}")
        finally:
            server.stop()
    found = {
        "machine": machine(),
        "versions": {client.name: f"{client.version}, layer {client.layer}" if client.layer else client.version for client in taking_part},
        "rounds": 1 if options.quick else options.rounds,
        "results": {group: {name: {client: {"best": (max if report.higher_is_better(name) else min)(values), "median": statistics.median(values), "all": values}
                                   for client, values in of.items()} for name, of in rows.items()} for group, rows in results.items()},
        "failures": failures,
    }
    text = report.markdown(found)
    print(text)
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "peers.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        (options.out / "peers.md").write_text(text, encoding="utf-8")
        for group in found["results"]:
            (options.out / f"peers-{group}.svg").write_text(report.plot(found, group), encoding="utf-8")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
