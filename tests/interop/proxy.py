#!/usr/bin/env python3
"""Runs one of the clients in clients/, or grpcurl, against `mtprotod start --sandbox`.

    proxy.py --daemon build/apps/mtprotod/mtprotod --packages build/interop --client python|node|go|grpcurl|examples|unit [--verbose]
    proxy.py --daemon ... --system --client python|python-examples|unit     with the machine's own grpcio and protobuf, as Debian has them
    proxy.py --fake ...     against clients/python/tests/fake.py instead, to try a client without the daemon; not with grpcurl

A client gets JSON in its only argument: target, cut (the same through a relay), token, accounts (who writes, who reads; the one
who reads does through the relay), node (the folder of clients/node). It

    lists dialogs; sends to the other account, and sees the messages there as updates;
    prints "cut" and waits for a line: the connections of the relay are cut then, and what is sent afterwards must arrive all the same;
    ends the stream, sends, listens again from the cursor: nothing is missing, nothing comes twice;
    fails with ErrorInfo for a wrong access hash, and with UNAUTHENTICATED for a wrong token;

and ends with "ok". Exit codes: 0 all well, 1 not, 77 the client is not installed.
"""
import argparse
import asyncio
import base64
import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
CLIENTS = HERE.parent.parent / "clients"
TOKEN = "interop-token-0123456789abcdef"
SKIPPED, SECONDS = 77, 120
FIRST_MESSAGE = """
import os
from mtproto_proxy import sync, tl, unwrap
with sync.connect(os.environ["PROXY"], token=os.environ["TOKEN"], account="ada") as tg:
    bob = unwrap(tg.contacts.resolveUsername(username="bob").users[0])
    tg.messages.sendMessage(peer=tl.inputPeerUser(user_id=bob.id, access_hash=bob.access_hash), message="first", random_id=1)
"""


class Failed(Exception):
    """The text says why."""


def installed(packages, name):
    if not (packages / name / "installed").exists():
        print(f"SKIP: no {name} in {packages}: tests/interop/install BUILD/interop, or ./run test --interop, installs it")
        sys.exit(SKIPPED)
    return packages / name


def system_python(folder):
    """A Python of this machine that has grpcio and protobuf, with the package, generated for it, in `folder`."""
    ask = "import grpc.aio, google.protobuf as p, sys; print(f'Python {sys.version.split()[0]}, grpcio {grpc.__version__}, protobuf {p.__version__}')"
    for python in dict.fromkeys([sys.executable, "/usr/bin/python3"]):
        asked = subprocess.run([python, "-B", "-c", ask], capture_output=True, text=True, check=False)
        if asked.returncode == 0:
            break
    else:
        print("SKIP: no Python here has grpcio and protobuf: apt-get install python3-grpcio python3-protobuf, or ./run test, installs them")
        sys.exit(SKIPPED)
    print(asked.stdout.strip(), flush=True)
    package = folder / "python" / "mtproto_proxy"
    shutil.copytree(CLIENTS / "python" / "src" / "mtproto_proxy", package)
    made = subprocess.run([python, "-B", str(CLIENTS / "python" / "generate.py"), str(CLIENTS.parent / "proto"), str(package)],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if made.returncode:
        raise Failed("generate.py: " + made.stdout)
    return ["env", f"PYTHONPATH={package.parent}", python, "-B"]


def command_of(args):
    client, packages = args.client, args.packages
    if client == "python":
        return [*args.python, str(HERE / "proxy_client.py")]
    if client == "node":
        installed(packages, "proxy-node")
        return [os.environ.get("NODE", "node"), str(HERE / "proxy_client.mjs")]
    return [str(installed(packages, "proxy-go") / "bin" / "client")]


class Daemon:
    """mtprotod with accounts of its own, or the fake, from its ready line to its end."""

    def __init__(self, args, folder):
        self.args, self.folder = args, folder
        self.log = folder / "daemon.log"

    async def __aenter__(self):
        if self.args.fake:
            command = [*self.args.python, str(CLIENTS / "python" / "tests" / "fake.py"), TOKEN]
        else:
            tokens = self.folder / "tokens.toml"
            tokens.write_text(f'[interop]\ntoken = "{TOKEN}"\n', encoding="ascii")
            tokens.chmod(0o600)
            command = [self.args.daemon, "start", "--sandbox", "--port", "0", "--tokens", str(tokens), "--log-format", "json"]
        environment = {key: value for key, value in os.environ.items() if key not in ("PORT", "SECRETS", "PROXY", "PYTHONPATH")}
        with open(self.log, "wb") as log:
            self.process = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE, stdout=log, stderr=log, env=environment)
        for _ in range(600):
            if target := self.ready():
                self.target = target
                return self
            if self.process.returncode is not None:
                break
            await asyncio.sleep(0.1)
        await self.__aexit__()
        raise Failed("the daemon did not start: " + self.log.read_text(errors="replace")[-4000:])

    def ready(self):
        for line in self.log.read_text(errors="replace").splitlines():
            with contextlib.suppress(ValueError, AttributeError):
                found = json.loads(line)
                if found.get("event") == "ready":
                    return found["address"]
                if "target" in found:
                    return found["target"]
        return None

    async def __aexit__(self, *_):
        if self.process.returncode is None:
            self.process.stdin.close()
            if not self.args.fake:
                self.process.terminate()
            try:
                await asyncio.wait_for(self.process.wait(), 30)
            except asyncio.TimeoutError:
                self.process.kill()
                await self.process.wait()


class Relay:
    """Stands between client and daemon, so that connections can be cut."""

    def __init__(self, target):
        self.host, _, self.port = target.rpartition(":")
        self.open = set()

    async def __aenter__(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        self.target = f"127.0.0.1:{self.server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_):
        self.server.close()
        self.cut()

    def cut(self):
        for writer in self.open:
            writer.transport.abort()
        self.open.clear()

    async def serve(self, reader, writer):
        there, back = await asyncio.open_connection(self.host, int(self.port))
        self.open |= {writer, back}

        async def carry(source, sink):
            with contextlib.suppress(OSError):
                while data := await source.read(65536):
                    sink.write(data)
                    await sink.drain()
            sink.close()

        await asyncio.gather(carry(reader, back), carry(there, writer))


async def run(command, environment=None, on_line=None, timeout=SECONDS):
    """Its exit code (None if it had to be ended) and its lines."""
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env=dict(os.environ, PYTHONUNBUFFERED="1", **(environment or {})), limit=1 << 24)
    lines = []

    async def follow():
        async for line in process.stdout:
            lines.append(line.decode(errors="replace").rstrip("\n"))
            if on_line and await on_line(lines[-1], process):
                return None
        return await process.wait()

    try:
        return await asyncio.wait_for(follow(), timeout), lines
    except asyncio.TimeoutError:
        return None, [*lines, f"(did not end within {timeout} seconds)"]
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_client(args, daemon, relay):
    plan = {"target": daemon.target, "cut": relay.target, "token": TOKEN, "accounts": ["ada", "bob"], "node": str(args.packages / "proxy-node") if args.packages else ""}

    async def on_line(line, process):
        if line == "cut":
            relay.cut()
            process.stdin.write(b"\n")

    code, lines = await run([*command_of(args), json.dumps(plan)], on_line=on_line)
    print(*lines, sep="\n")
    if code != 0 or lines[-1:] != ["ok"]:
        raise Failed(f"ended with {code}")


def check(condition, *what):
    if not condition:
        raise Failed(" ".join(map(str, what)))


async def test_grpcurl(args, daemon, _):
    program = str(installed(args.packages, "proxy-go") / "bin" / "grpcurl")

    async def grpcurl(*arguments, token=TOKEN, account="ada", ok=True, timeout=60, on_line=None):
        headers = ["-H", f"authorization: Bearer {token}", "-H", f"mtproto-account: {account}"]
        options, rest = [a for a in arguments if a.startswith("-")], [a for a in arguments if not a.startswith("-")]
        code, lines = await run([program, "-plaintext", *headers, *options, daemon.target, *rest], timeout=timeout, on_line=on_line)
        check(on_line or (code == 0) == ok, f"grpcurl {arguments} ended with {code}:", *lines)
        return "\n".join(lines)

    async def call(method, fields, **how):
        return await grpcurl(f"-d={json.dumps(fields)}", method, **how)

    services = (await grpcurl("list")).split()
    check({"mtproto.Mtproto", "mtproto.UpdateStreamer", "grpc.health.v1.Health"} <= set(services), services)
    methods = (await grpcurl("list", "mtproto.Mtproto")).split()
    check("mtproto.Mtproto.MessagesSendMessage" in methods and len(methods) > 500, len(methods), "methods")
    check("returns ( .mtproto.TypeUpdates )" in await grpcurl("describe", "mtproto.Mtproto.MessagesSendMessage"))
    check("input_peer_user = 4" in await grpcurl("describe", "mtproto.TypeInputPeer"))
    dialogs = json.loads(await call("mtproto.Mtproto/MessagesGetDialogs", {"offset_peer": {"input_peer_empty": {}}, "limit": 20}))
    check(next(iter(dialogs.values()))["dialogs"], dialogs)
    user = json.loads(await call("mtproto.Mtproto/ContactsResolveUsername", {"username": "bob"}))["contacts_resolved_peer"]["users"][0]["user"]
    peer = {"input_peer_user": {"user_id": user["id"], "access_hash": user["access_hash"]}}

    seen = []

    async def on_update(line, _):
        seen.append(line)
        return "through grpcurl" in line

    listening = asyncio.create_task(grpcurl('-d={"kinds":["updateNewMessage"]}', "mtproto.UpdateStreamer/ListenOnUpdates", account="bob", on_line=on_update))
    for number in range(20):  # grpcurl does not say when it listens
        await asyncio.sleep(0.5)
        await call("mtproto.Mtproto/MessagesSendMessage", {"peer": peer, "message": "through grpcurl", "random_id": 1000 + number})
        if listening.done():
            break
    await listening
    check("through grpcurl" in "".join(seen), "no update:", *seen)

    check("SERVING" in await call("grpc.health.v1.Health/Check", {}))
    peer["input_peer_user"]["access_hash"] = "1"
    wrong = await call("mtproto.Mtproto/MessagesSendMessage", {"peer": peer, "message": "x", "random_id": 1}, ok=False)
    raw = re.search('"@value": "(.*)"', wrong)  # so grpcurl shows what reflection does not describe
    details = base64.b64decode(raw[1]).decode(errors="replace") if raw else wrong
    for part in ("InvalidArgument", "PEER_ID_INVALID", "google.rpc.ErrorInfo"):
        check(part in wrong, part, "is not in", wrong)
    for part in ("PEER_ID_INVALID", "telegram.org", "400"):
        check(part in details, part, "is not in the details", details)
    check("Unauthenticated" in await grpcurl("list", token="wrong", ok=False))
    print(f"{len(methods)} methods listed and one described; calls, updates and errors through reflection")


async def test_unit(args, *_):
    """The Python package's own tests."""
    tests = CLIENTS / "python" / "tests"
    code, lines = await run([*args.python, "-m", "unittest", "discover", "-s", str(tests)])
    check(code == 0, *lines)
    print(*lines[-3:])


async def expect(daemon, pattern, *command, ended=True, **more):
    """Runs a program of the documentation until it has printed what it should."""
    environment = {"PROXY": daemon.target, "TOKEN": TOKEN, "ACCOUNT": "ada", "CURSOR_FILE": str(daemon.folder / "updates.cursor")}
    so_far = []

    async def on_line(line, _):
        so_far.append(line)
        return not ended and re.search(pattern, "\n".join(so_far))

    code, lines = await run(command, environment | more, on_line=on_line)
    check(re.search(pattern, "\n".join(lines)) and (code == 0 or not ended), f"{command} ended with {code}:", *lines)


async def test_python_examples(args, daemon, _):
    """clients/python/examples as they stand."""
    examples = CLIENTS / "python" / "examples"

    async def until_seen(pattern, listener, *arguments, **who):
        """Sends until the listener has printed it: it does not say when it listens."""
        listening = asyncio.create_task(expect(daemon, pattern, *args.python, *listener[0], ended=False, **listener[1]))
        for _ in range(40):
            await expect(daemon, r"sent", *args.python, str(examples / "send.py"), *arguments, **who)
            await asyncio.sleep(0.2)
            if listening.done():
                break
        await listening

    for name, arguments in (("send.py", []), ("send.py", ["title only"]), ("dialogs.py", ["what"]), ("updates.py", ["what"])):
        code, lines = await run([*args.python, str(examples / name), *arguments])
        check(code == 2 and len(lines) == 1 and lines[0].startswith(f"usage: {name}"), f"{name} {arguments} ended with {code}:", *lines)
    for name, arguments in (("send.py", ["Bob", "hello"]), ("dialogs.py", [])):
        code, lines = await run([*args.python, str(examples / name), *arguments], {"PROXY": "127.0.0.1:1"})
        check(code == 1 and len(lines) == 1 and "127.0.0.1:1" in lines[0], f"{name} without a proxy ended with {code}:", *lines)
    if not args.fake:  # so that there is a dialog with bob
        await expect(daemon, r"", *args.python, "-c", FIRST_MESSAGE)
    await expect(daemon, r": \d+ unread", *args.python, str(examples / "dialogs.py"))
    await until_seen(r"\d+: sent by an example", ([str(examples / "updates.py")], {"ACCOUNT": "bob"}),
                     "Bob" if args.fake else "Bob Baker", "sent by an example")
    hello = (examples / "hello.py").read_text().replace('"localhost:11011"', f'"{daemon.target}", token="{TOKEN}"')
    check(TOKEN in hello, "hello.py connects to somewhere else")
    if not args.fake:  # which has no bots
        await expect(daemon, r"message: .*Hello MTProto", *args.python, "-c", hello, ended=False)
    print("the examples of Python do what they say")


async def test_examples(args, daemon, relay):
    """The programs of the documentation, as they stand."""
    node, go = installed(args.packages, "proxy-node"), installed(args.packages, "proxy-go")
    await test_python_examples(args, daemon, relay)
    for command in (["node", str(node / "example.mjs")], [str(go / "bin" / "example")]):
        await expect(daemon, r"dialog with (.*\n)*sent to (.*\n)*listening", *command, ended=False)
    if not args.fake:  # that has no reflection
        path = f"{go / 'bin'}:{os.environ['PATH']}"
        await expect(daemon, r"mtproto.Mtproto.MessagesSendMessage(.*\n)*.*Book club", str(CLIENTS / "grpcurl.sh"), ended=False, PATH=path)
    print("the examples of Python, Node, Go and grpcurl do what they say")


async def main(args):
    with tempfile.TemporaryDirectory(prefix="interop-proxy-") as folder:
        if args.system:
            args.python = system_python(pathlib.Path(folder))
        elif args.fake or args.client in ("python", "python-examples", "examples", "unit"):
            args.python = [str(installed(args.packages, "proxy-python") / "bin" / "python"), "-B"]
        async with Daemon(args, pathlib.Path(folder)) as daemon, Relay(daemon.target) as relay:
            tests = {"grpcurl": test_grpcurl, "examples": test_examples, "python-examples": test_python_examples, "unit": test_unit}
            try:
                await tests.get(args.client, test_client)(args, daemon, relay)
            except Failed as problem:
                print(f"FAIL  {args.client}: {problem}")
                print("output of the daemon:", daemon.log.read_text(errors="replace")[-20000:], sep="\n")
                return 1
            if args.verbose:
                print(daemon.log.read_text(errors="replace"))
    print(f"ok    {args.client}")
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--daemon", help="the program mtprotod")
    parser.add_argument("--fake", action="store_true", help="use the fake of the Python package's tests")
    parser.add_argument("--packages", type=pathlib.Path, help="the folder given to tests/interop/install")
    parser.add_argument("--system", action="store_true", help="use the machine's own grpcio and protobuf; for Python's clients only")
    parser.add_argument("--client", required=True, choices=["python", "node", "go", "grpcurl", "examples", "python-examples", "unit"])
    parser.add_argument("--verbose", action="store_true", help="print what the daemon logs")
    arguments = parser.parse_args()
    if bool(arguments.packages) == arguments.system:
        parser.error("either --packages or --system")
    if arguments.system and arguments.client not in ("python", "python-examples", "unit"):
        parser.error("--system has clients for Python only")
    arguments.packages = arguments.packages and arguments.packages.resolve()
    if bool(arguments.daemon) == arguments.fake:
        parser.error("either --daemon or --fake")
    try:
        sys.exit(asyncio.run(main(arguments)))
    except Failed as problem:
        print(f"FAIL  {arguments.client}: {problem}")
        sys.exit(1)
