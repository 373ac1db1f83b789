#!/usr/bin/env python3
"""Runs one independent client, in each framing and transport that it offers, against our data centre on loopback.

    run.py --host build/tests/interop/interop-host --packages build/interop --client telethon [--transport full]... [--verbose]

The host (host.cpp) is the data centre and, over real sockets, our own client, which holds the account that the independent client
writes to: it echoes texts, and sends files back with their size and SHA-256. The client gets a plan as JSON in its only argument:

    host port dc public_key   where the data centre is; public_key is a file
    transport secret          what to connect by; secret if it is an MTProxy
    name phone code password  the account to sign in to, or name and bot_token; password if it has one
    peer dialogs              whom to write to; titles that the list of dialogs has
    files                     sizes of files to send; the peer says what SHA-256 it received, and sends the same back
    client packages verbose   which client is to be run, and where it is installed; whether to log everything
    node                      where Node's packages are

It signs in, lists dialogs, sends a text, waits for the echo, reads the history, transfers the files, signs out, and exits with 0.
A bot prints "waiting to be greeted", more than once if need be, and then expects the text "hello". Exit codes: 0 all well,
1 not, 77 the client is not installed.
"""
import argparse
import asyncio
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
LAYERS = HERE.parent.parent / "schema" / "layers"
SMALL, LARGE = 1000, 11 * 1024 * 1024 + 13
SKIPPED = 77

# pyaes encrypts 120 kB a second, so where Telethon uses it (CTR), the large file goes in a second run with OpenSSL in its place.
TELETHON = ["full", "abridged", "intermediate", "obfuscated", "mtproxy", "mtproxy-dd",
            "obfuscated+openssl", "mtproxy+openssl", "mtproxy-dd+openssl"]
TRANSPORTS = {
    "telethon": TELETHON,
    "telethon-debian": TELETHON,
    "mtcute": ["intermediate", "padded", "obfuscated", "obfuscated-padded", "mtproxy", "mtproxy-dd", "mtproxy-ee", "temporary-keys"],
    "kurigram": ["full", "abridged", "intermediate", "padded", "obfuscated", "mtproxy", "mtproxy-dd", "mtproxy-ee"],
    "pyrogram": ["abridged"],
    "tdlib": ["mtproxy-dd", "mtproxy-ee"],
    "gramjs": ["full"],  # its other framing takes what has arrived of a packet for all of it
    "teleproto": ["full", "abridged", "obfuscated", "websocket", "mtproxy", "mtproxy-dd", "mtproxy-ee"],
}
PER_RUN = 240  # seconds; a run takes a few


class Failed(Exception):
    """One run failed; the text says why."""


def skip(why):
    print(f"SKIP: {why}")
    sys.exit(SKIPPED)


def command_of(client, packages):
    """What starts the client; the plan is to be added. Ends the program if the client is not installed."""
    hint = "tests/interop/install BUILD/interop, or ./run test --interop, installs it"
    if client in ("telethon", "kurigram"):
        python = packages / "venv" / "bin" / "python"
        if not (packages / "venv" / "installed").exists():
            skip(f"no {client} in {packages}: {hint}")
        return [str(python), "-B", str(HERE / f"{client}_client.py")]
    if client in ("pyrogram", "tdlib"):
        python = packages / client / "bin" / "python"
        if not (packages / client / "installed").exists():
            skip(f"no {client} in {packages}: {hint}")
        return [str(python), "-B", str(HERE / {"pyrogram": "kurigram_client.py", "tdlib": "tdlib_client.py"}[client])]
    if client == "telethon-debian":
        if not pathlib.Path("/usr/lib/python3/dist-packages/telethon").exists():
            skip("no Debian package python3-telethon: apt-get install python3-telethon, or ./run test --interop, installs it")
        python = "/usr/bin/python3"
        asked = subprocess.run([python, "-B", "-c", "from telethon.tl.alltlobjects import LAYER; print(LAYER)"],
                               capture_output=True, text=True, check=False)
        served = [file.stem for file in LAYERS.glob("*.tl")] + [(LAYERS.parent / "LAYER").read_text().strip()]
        if asked.stdout.strip() not in served:
            skip(f"this distribution's Telethon speaks layer {asked.stdout.strip()}, and schema/layers has no file for it")
        return [python, "-B", str(HERE / "telethon_client.py")]
    if not (packages / "node" / "installed").exists():
        skip(f"no {client} in {packages}: {hint}")
    script = "teleproto" if client == "gramjs" else client
    return [os.environ.get("NODE", "node"), str(HERE / f"{script}_client.mjs")]


def secret_of(transport, secrets):
    return secrets["ee" if "-ee" in transport else "dd" if "-dd" in transport else "plain"]


def encrypts_slowly(args, transport):
    """Whether a client would need minutes for the large file: its AES is in Python."""
    if args.client in ("kurigram", "pyrogram"):  # there is no built TgCrypto for the newest Pythons
        environment = "venv" if args.client == "kurigram" else "pyrogram"
        return not any((args.packages / environment).glob("lib/python*/site-packages/tgcrypto*"))
    return args.client.startswith("telethon") and transport in ("obfuscated", "mtproxy", "mtproxy-dd")


class Host:
    """The program with the data centre and our own client, from its ready line to its end."""

    def __init__(self, program, layers, log):
        self.program, self.layers, self.log = program, layers, log

    async def __aenter__(self):
        schemas = [word for folder in (LAYERS, self.layers) for file in sorted(folder.glob("*.tl")) for word in ("--schema", str(file))]
        self.process = await asyncio.create_subprocess_exec(
            self.program, *schemas, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=self.log, limit=1 << 20)
        try:
            line = await asyncio.wait_for(self.process.stdout.readline(), 60)
            self.ready = json.loads(line)
        except (asyncio.TimeoutError, ValueError) as problem:
            await self.__aexit__()
            raise Failed("the data centre did not start") from problem
        return self

    async def __aexit__(self, *_):
        """The end of its input ends the host; if not, a signal to this one process does."""
        self.process.stdin.close()
        try:
            await asyncio.wait_for(self.process.communicate(), 10)
        except asyncio.TimeoutError:
            self.process.kill()
            await self.process.wait()
            raise Failed("the data centre did not stop") from None
        if self.process.returncode != 0:
            raise Failed(f"the data centre ended with {self.process.returncode}")

    def greet(self, username):
        self.process.stdin.write(f"greet {username}\n".encode())


async def run_client(command, plan, host, output):
    """Runs the client by `plan`; its output goes to `output`, line by line."""
    environment = dict(os.environ, PYTHONUNBUFFERED="1", NODE_NO_WARNINGS="1")
    environment.pop("PYTHONPATH", None)
    process = await asyncio.create_subprocess_exec(
        *command, json.dumps(plan), stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT, env=environment, limit=1 << 24)

    async def follow():
        async for line in process.stdout:
            text = line.decode(errors="replace").rstrip("\n")
            output.append(text)
            if text == "waiting to be greeted":
                host.greet(plan["bot"])
        return await process.wait()

    try:
        code = await asyncio.wait_for(follow(), PER_RUN)
    except asyncio.TimeoutError:
        raise Failed(f"did not end within {PER_RUN} seconds") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if code != 0 or "ok" not in output[-3:]:
        raise Failed(f"ended with {code}")


def plans(args, ready, key_file):
    """One run for each transport, some by accounts with a password, and one as a bot. Yields names and plans."""
    known = TRANSPORTS[args.client]
    people = iter(ready["users"])
    for number, transport in enumerate(args.transport or [*known, "bot"]):
        if transport == "bot":
            bot = ready["bots"][0]
            yield f"{known[0]} as a bot", known[0], {"name": bot["name"], "bot_token": bot["token"], "bot": bot["username"]}
            continue
        user = next(u for u in people if bool(u["password"]) == (number % 3 == 1))
        yield transport, transport, {k: user[k] for k in ("name", "phone", "code", "password")}


async def main(args):
    command = command_of(args.client, args.packages)
    failures = 0
    with tempfile.TemporaryDirectory(prefix="interop-") as folder:
        folder = pathlib.Path(folder)
        with open(folder / "host.log", "wb") as log:
            async with Host(args.host, args.packages / "layers", log) as host:
                ready = host.ready
                (folder / "key.pem").write_text(ready["public_key"], encoding="ascii")
                for name, transport, account in plans(args, ready, folder / "key.pem"):
                    slow = encrypts_slowly(args, transport)
                    plan = {key: ready[key] for key in ("host", "port", "dc", "peer", "dialogs")}
                    plan |= account | {"transport": transport, "public_key": str(folder / "key.pem"),
                                       "files": [SMALL] if slow or args.small else [SMALL, LARGE],
                                       "client": args.client, "packages": str(args.packages),
                                       "node": str(args.packages / "node"), "verbose": args.verbose}
                    if transport.startswith("mtproxy"):
                        plan["secret"] = secret_of(transport, ready["secrets"])
                    output, start = [], time.monotonic()
                    try:
                        await run_client(command, plan, host, output)
                        print(f"ok    {args.client} {name}, {time.monotonic() - start:.1f} s", flush=True)
                        if args.verbose:
                            print(*output, sep="\n", flush=True)
                    except Failed as problem:
                        failures += 1
                        print(f"FAIL  {args.client} {name}, {time.monotonic() - start:.1f} s: {problem}", flush=True)
                        print(*(f"      {line}" for line in output[-200:]), sep="\n", flush=True)
        if failures or args.verbose:
            print("output of the data centre and of our client:")
            print((folder / "host.log").read_text(errors="replace")[-20000:])
    return 1 if failures else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", required=True, help="the program interop-host")
    parser.add_argument("--packages", required=True, type=pathlib.Path, help="the folder given to tests/interop/install")
    parser.add_argument("--client", required=True, choices=sorted(TRANSPORTS))
    parser.add_argument("--transport", action="append", help="only this one; bot: the first one, signed in as a bot")
    parser.add_argument("--small", action="store_true", help="without the large file")
    parser.add_argument("--verbose", action="store_true", help="print everything that the client logs")
    arguments = parser.parse_args()
    arguments.packages = arguments.packages.resolve()
    try:
        sys.exit(asyncio.run(main(arguments)))
    except Failed as problem:
        print(f"run.py: {problem}")
        sys.exit(1)
