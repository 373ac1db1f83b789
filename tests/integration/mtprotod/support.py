"""Running mtprotod in a folder of its own, with an environment that says nothing. Arguments of a test: MTPROTOD MTPROTO."""

import collections
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))

import data_centre
from data_centre import SECONDS, eventually

DAEMON, TOOL = (os.path.abspath(sys.argv.pop(1)) for _ in range(2))
KEPT = ("PATH", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "TMPDIR", "SYSTEMROOT")

Finished = collections.namedtuple("Finished", "code out err")


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mtprotod-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def environment(self, **more):
        return {**{name: os.environ[name] for name in KEPT if name in os.environ}, "HOME": str(self.folder), "LC_ALL": "C.UTF-8",
                **more}

    def run_program(self, program, *args, stdin="", env=None, timeout=SECONDS):
        done = subprocess.run([program, *map(str, args)], input=stdin, capture_output=True, text=True, timeout=timeout,
                              cwd=self.folder, env=self.environment(**(env or {})), check=False)
        return Finished(done.returncode, done.stdout, done.stderr)

    def daemon(self, *args, **how):
        return self.run_program(DAEMON, *args, **how)

    def fails(self, code, *args, says=(), **how):
        """One sentence on stderr (behind the log, if there is one), nothing on stdout, that exit code."""
        done = self.daemon(*args, **how)
        self.assertEqual(done.code, code, done)
        self.assertEqual(done.out, "", done)
        lines = [line for line in done.err.splitlines() if line.startswith("mtprotod: ")]
        self.assertEqual(len(lines), 1, done)
        for part in [says] if isinstance(says, str) else says:
            self.assertIn(part, lines[0])
        self.assertNotIn("\033", done.err)
        return done

    def dialogs(self, address, *args, **how):
        done = self.daemon("test", "--proxy", address, *args, **how)
        self.assertEqual(done.code, 0, done)
        return json.loads(done.out)

    def data_centre(self):
        return self.enterContext(DataCentre(self))

    def start(self, *args, **how):
        """A running daemon, which ends with the test."""
        return self.enterContext(Daemon(self, *args, **how))


class Daemon:
    """`mtprotod start` as a process, ready; ends when the block does."""

    def __init__(self, case, *args, stdin="", env=None):
        self.case, self.args, self.stdin, self.env = case, args, stdin, env or {}

    def __enter__(self):
        self.log = self.case.folder / f"daemon-{time.monotonic_ns()}.log"
        self.printed = self.log.with_suffix(".out")
        with open(self.log, "w") as err, open(self.printed, "w") as out:
            self.process = subprocess.Popen([DAEMON, "start", *map(str, self.args)], stdin=subprocess.PIPE, stdout=out, stderr=err,
                                            text=True, cwd=self.case.folder, env=self.case.environment(**self.env))
        self.process.stdin.write(self.stdin)
        self.process.stdin.close()
        if not eventually(lambda: self.ready() or self.process.poll() is not None) or not self.ready():
            self.__exit__()
            raise AssertionError(f"mtprotod {self.args} ended with {self.process.returncode}: {self.log.read_text()}")
        self.addresses = self.ready()
        self.address = self.addresses[0]
        return self

    def lines(self):
        """The log as dictionaries, whichever its format."""
        found = []
        for line in self.log.read_text().splitlines():
            if line.startswith("{"):
                found.append(json.loads(line))
            elif " ready " in line:
                found.append({"event": "ready", **dict(word.split("=", 1) for word in line.split() if "=" in word)})
            elif " metrics " in line:
                found.append({"event": "metrics", **dict(word.split("=", 1) for word in line.split() if "=" in word)})
        return found

    def ready(self):
        return [line["address"] for line in self.lines() if line.get("event") == "ready"]

    def metrics(self):
        import urllib.request
        url = next(line["url"] for line in self.lines() if line["event"] == "metrics")
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=SECONDS) as page:
            return page.read().decode()

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(timeout=SECONDS)

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class DataCentre(data_centre.DataCentre):
    tool = TOOL

    def sign_in(self, name, api_hash="hash"):
        """Arguments of `start` that sign in, and what is to be typed."""
        user = self.user(name)
        return (["--addr", self.address, "--public-key", self.key, "--apiid", 1, "--apihash", api_hash, "--phone", user["phone"]],
                user["code"] + "\n" + (user["password"] + "\n" if user["password"] else ""))
