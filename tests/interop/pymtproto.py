#!/usr/bin/env python3
"""Our command line against a second data centre that is not ours, see pymtproto_server.py: one that checks every salt and identifier.

    pymtproto.py --mtproto build/apps/mtproto --packages build/interop [TEST]... [--verbose]

Exit codes: 0 all well, 1 not, 77 pyMTProto is not installed. Standard library only.
"""
import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from foreign import ARGUMENTS, SECONDS, SKIPPED, Server, Shell, end, environment

HERE = pathlib.Path(__file__).resolve().parent


class Sessions(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="interop-pymtproto-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.log = self.enterContext(open(self.folder / "server.log", "a+", encoding="utf-8"))
        self.server = Server([ARGUMENTS.packages / "venv" / "bin" / "python", "-B", HERE / "pymtproto_server.py"], self.log)
        self.addCleanup(self.end_server)
        about = self.server.about
        # The salt is no server's: that is corrected by the first answer.
        self.variables = environment(self.folder, MTPROTO_AUTHKEY=about["auth_key"], MTPROTO_SALT="AAAAAAAAAAE=", MTPROTO_API_ID="1",
                                     MTPROTO_API_HASH="hash", MTPROTO_ADDR=f'{about["host"]}:{about["port"]}')

    def end_server(self):
        end(self.server.process)
        self.server.process.stdout.close()
        self.log.seek(0)
        said = self.log.read()
        if said:
            print("the server says:", said[-6000:], sep="\n")
        self.assertNotIn("Traceback", said)

    def rejected(self):
        return int(self.server.tell("rejected"))

    def shell(self, *words):
        return self.enterContext(Shell(self.folder, self.variables, *words))

    def test_every_framing(self):
        for framing in ("abridged", "intermediate", "padded", "full", "obfuscated"):
            with self.subTest(framing):
                done = subprocess.run([ARGUMENTS.mtproto, "call", "users.getUsers", '{"id":["me"]}', "--transport", framing],
                                      capture_output=True, text=True, timeout=SECONDS, cwd=self.folder, env=self.variables, check=False)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertEqual(json.loads(done.stdout)[0]["first_name"], "Ada")
        self.assertGreaterEqual(int(self.server.tell("salted")), 5)
        self.assertEqual(self.rejected(), 0)

    def test_salts_that_end(self):
        shell = self.shell()
        for i in range(5):
            before = int(self.server.tell("salted"))
            self.server.tell("salts")
            shell.ask("call help.getNearestDc", '"country":"DE"')
            self.assertGreater(int(self.server.tell("salted")), before)
            shell.ask(f"send me note {i}", "sent")
        self.assertEqual(self.rejected(), 0)

    def test_sessions_and_connections_that_end(self):
        shell = self.shell()
        for i in range(3):
            self.server.tell("drop")
            shell.ask("call help.getNearestDc", '"country":"DE"')
            self.server.tell("forget")
            shell.ask(f"send me note {i}", "sent")
        self.assertEqual(self.rejected(), 0)

    def test_updates(self):
        shell = self.shell()
        self.server.tell("say look up")
        shell.lines.until("look up")
        self.server.tell("salts")
        self.server.tell("say look down")
        shell.lines.until("look down")
        shell.ask("call help.getNearestDc", '"country":"DE"')
        self.assertEqual(self.rejected(), 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mtproto", required=True, type=pathlib.Path, help="the command line")
    parser.add_argument("--packages", required=True, type=pathlib.Path, help="the folder given to tests/interop/install")
    parser.add_argument("tests", nargs="*", help="only these, such as Sessions.test_updates")
    parser.parse_args(namespace=ARGUMENTS)
    for name in ("mtproto", "packages"):
        setattr(ARGUMENTS, name, getattr(ARGUMENTS, name).resolve())
    if not any((ARGUMENTS.packages / "venv").glob("lib/python3*/site-packages/mtproto/session")):
        print(f"SKIP: no pyMTProto in {ARGUMENTS.packages}: tests/interop/install BUILD/interop, or ./run test --interop, installs it")
        sys.exit(SKIPPED)
    unittest.main(argv=[sys.argv[0], *ARGUMENTS.tests], verbosity=2)
