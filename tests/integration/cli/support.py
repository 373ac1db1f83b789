"""Running the tool in a folder of its own, with an environment that says nothing."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))

from data_centre import DataCentre, eventually

TOOL = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else ""
SECONDS = 60


class Finished:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def __repr__(self):
        return f"exit code {self.code}\nstdout: {self.out}\nstderr: {self.err}"

    @property
    def json(self):
        return json.loads(self.out)


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mtproto-cli-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def environment(self, **more):
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith("MTPROTO_") and name not in ("NO_COLOR", "XDG_STATE_HOME")}
        return {**kept, "HOME": str(self.folder), "LC_ALL": "C.UTF-8", **more}

    def run_tool(self, *args, stdin="", env=None, timeout=SECONDS):
        done = subprocess.run([TOOL, *map(str, args)], input=stdin, capture_output=True, text=True, timeout=timeout,
                              cwd=self.folder, env=self.environment(**(env or {})), check=False)
        return Finished(done.returncode, done.stdout, done.stderr)

    def ok(self, *args, **how):
        done = self.run_tool(*args, **how)
        self.assertEqual(done.code, 0, done)
        return done

    def fails(self, code, *args, says=(), **how):
        """One sentence on stderr, nothing on stdout, that exit code."""
        done = self.run_tool(*args, **how)
        self.assertEqual(done.code, code, done)
        lines = done.err.strip().splitlines()
        self.assertEqual(len(lines), 1, done)
        self.assertTrue(lines[0].startswith("mtproto: "), done)
        for part in [says] if isinstance(says, str) else says:
            self.assertIn(part, done.err)
        self.assertNotIn("\033", done.err + done.out)
        return done


class Sandbox(DataCentre):
    tool = TOOL

    def server(self):
        return ["--addr", self.address, "--public-key", self.key]

    def stop(self, how=signal.SIGTERM):
        return Finished(*super().stop(how))


def free_port():
    import socket
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
