#!/usr/bin/env python3
"""Our command line and our client against a data centre that is not ours: the test server of gotd, see gotd_server/main.go.

    gotd.py --mtproto build/apps/mtproto --client build/tests/interop/gotd-client --packages build/interop [TEST]... [--verbose]

Everything that goes over the wire is gotd's work on the server's side. The server is told to make trouble by lines of its standard
input; it counts what happened, which is what the tests ask. Exit codes: 0 all well, 1 not, 77 there is no Go. Standard library only.
"""
import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

from foreign import ARGUMENTS, SECONDS, SKIPPED, Lines, Server, Shell, end, environment

HERE = pathlib.Path(__file__).resolve().parent
LAYER = int((HERE.parent.parent / "schema" / "LAYER").read_text())


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="interop-gotd-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.log = cls.enterClassContext(open(cls.folder / "server.log", "a+", encoding="utf-8"))
        cls.server = Server([ARGUMENTS.packages / "gotd-server" / "server"], cls.log)
        cls.addClassCleanup(cls.end_server)
        cls.about = cls.server.about
        (cls.folder / "key.pem").write_text(cls.about["public_key"], encoding="ascii")

    @classmethod
    def end_server(cls):
        end(cls.server.process)
        cls.server.process.stdout.close()

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        done = super().run(result)
        if len(result.failures) + len(result.errors) > before or ARGUMENTS.verbose:
            self.log.seek(0)
            print(f"---- {self.id()}: the end of what the server logs", self.log.read()[-6000:], sep="\n")
        return done

    def tool(self, *words, stdin=""):
        return subprocess.run([ARGUMENTS.mtproto, *map(str, words)], input=stdin, capture_output=True, text=True, timeout=SECONDS,
                              cwd=self.folder, env=environment(self.folder), check=False)

    def ok(self, *words, stdin=""):
        done = self.tool(*words, stdin=stdin)
        self.assertEqual(done.returncode, 0, f"{words}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def fails(self, code, *words, says, stdin=""):
        done = self.tool(*words, stdin=stdin)
        self.assertEqual(done.returncode, code, f"{words}\n{done.stdout}\n{done.stderr}")
        self.assertIn(says, done.stderr)

    def user(self, name):
        return next(user for user in self.about["users"] if user["name"] == name)

    def where(self):
        return ["--addr", f'{self.about["host"]}:{self.about["port"]}', "--public-key", "key.pem", "--dc", "2", "--api-id", "1",
                "--api-hash", "hash"]

    def sign_in(self, name, out, *more):
        return self.ok("keygen", "--phone", self.user(name)["phone"], "--code", self.about["code"], "--out", out, *self.where(), *more)

    def me(self, session, *more):
        return json.loads(self.ok("call", "users.getUsers", '{"id":["me"]}', "--session", session, *more))[0]


class SignIn(Case):
    def test_the_same_layer(self):
        self.assertEqual(self.about["layer"], LAYER)

    def test_every_framing(self):
        for framing in ("abridged", "intermediate", "padded", "full", "obfuscated"):
            with self.subTest(framing):
                self.sign_in("Ada", f"{framing}.json", "--transport", framing)
                self.assertEqual(self.me(f"{framing}.json", "--transport", framing)["first_name"], "Ada")

    def test_through_a_proxy(self):
        for prefix in ("", "dd"):
            with self.subTest(prefix):
                proxy = ["--mtproxy", f'{self.about["host"]}:{self.about["mtproxy"]}:{prefix}{self.about["secret"]}']
                self.sign_in("Ada", f"proxy{prefix}.json", *proxy)
                self.assertEqual(self.me(f"proxy{prefix}.json", *proxy)["first_name"], "Ada")

    def test_password(self):
        (self.folder / "password").write_text(self.user("Bob")["password"] + "\n", encoding="utf-8")
        self.sign_in("Bob", "bob.json", "--password-file", "password")
        self.assertEqual(self.me("bob.json")["first_name"], "Bob")
        (self.folder / "wrong").write_text("open, door\n", encoding="utf-8")
        self.fails(5, "keygen", "--phone", self.user("Bob")["phone"], "--code", self.about["code"], "--out", "x.json",
                   "--password-file", "wrong", *self.where(), says="PASSWORD_HASH_INVALID")

    def test_what_is_refused(self):
        self.fails(5, "keygen", "--phone", self.user("Ada")["phone"], "--code", "00000", "--out", "x.json", *self.where(),
                   says="PHONE_CODE_INVALID")
        self.fails(1, "keygen", "--phone", "+15559999", "--code", "1", "--out", "x.json", *self.where(), says="PHONE_NUMBER_INVALID")
        self.fails(5, "keygen", "--bot-token", "1:x", "--out", "x.json", *self.where(), says="ACCESS_TOKEN_INVALID")

    def test_bot(self):
        self.ok("keygen", "--bot-token", self.about["bot"], "--out", "bot.json", *self.where())
        self.assertTrue(self.me("bot.json")["bot"])

    def test_account_of_another_data_centre(self):
        self.sign_in("Dora", "dora.json")
        self.assertEqual(self.me("dora.json")["first_name"], "Dora")
        nearest = json.loads(self.ok("call", "help.getNearestDc", "--session", "dora.json"))
        self.assertEqual(nearest["this_dc"], 4)

    def test_signing_out(self):
        self.sign_in("Ada", "out.json")
        self.ok("call", "auth.logOut", "--session", "out.json")
        self.fails(5, "call", "users.getUsers", '{"id":["me"]}', "--session", "out.json", says="AUTH_KEY_UNREGISTERED")

    def test_what_was_recorded_can_be_read(self):
        self.sign_in("Ada", "recorded.json")
        self.ok("dump", "record", "wire.jsonl", "call", "messages.getDialogs", "--session", "recorded.json",
                '{"offset_date":0,"offset_id":0,"offset_peer":{"_":"inputPeerEmpty"},"limit":100}')
        replayed = self.ok("replay", "wire.jsonl")
        self.assertIn('"new_session_created"', replayed)
        self.assertIn("hello from 299", replayed)

    def test_access_hashes(self):
        self.sign_in("Ada", "named.json")
        self.ok("access", "export", "access.json", "--no-contacts", "--session", "named.json")
        self.assertEqual(sum("Guest" in line for line in self.ok("access", "show", "access.json").splitlines()), 300)

    def test_a_key_that_the_server_has_not(self):
        self.ok("keygen", "--key-only", "--out", "lost.json", *self.where())
        session = json.loads((self.folder / "lost.json").read_text())
        session["auth_key"] = session["auth_key"][4:8] + session["auth_key"][4:]
        (self.folder / "lost.json").write_text(json.dumps(session))
        self.fails(5, "call", "help.getConfig", "--session", "lost.json", says="mtproto keygen")


class Calls(Case):
    def setUp(self):
        if not (self.folder / "ada.json").exists():
            self.sign_in("Ada", "ada.json")
        self.shell = self.enterContext(Shell(self.folder, environment(self.folder), "--session", "ada.json"))

    def nearest(self):
        self.shell.ask("call help.getNearestDc", '"country":"DE"')

    def count(self, what):
        return int(self.server.tell("count " + what))

    def test_results_and_errors(self):
        config = json.loads(self.shell.ask("call help.getConfig", '"dc_options"'))
        self.assertEqual([one["id"] for one in config["dc_options"]], [2, 4])
        self.assertIn("Guest 299", self.shell.ask("dialogs 100", "hello from 299"))
        self.shell.ask("call contacts.resolveUsername {\"username\":\"nobody\"}", "400 USERNAME_NOT_OCCUPIED")
        self.shell.ask("call help.getSupport", "400 INPUT_METHOD_INVALID") # what gotd's services say of the unknown
        self.shell.ask("send me a note", "sent")
        self.shell.ask("send @bob see you at 8", "sent")
        self.shell.ask("history @bob", "see you at 8")

    def test_a_long_request(self):
        """Long enough to travel compressed."""
        text = "as long as it is wide " * 150
        self.shell.ask("send @bob " + text, "sent")
        self.assertEqual(self.server.tell("applied " + text.strip()), "1")

    def test_how_an_answer_is_packed(self):
        for how in ("gzip", "container", "container-gzip"):
            with self.subTest(how):
                self.server.tell("next " + how)
                self.nearest()

    def test_bad_salt(self):
        for _ in range(3):
            self.server.tell("next salt")
            self.nearest()

    def test_bad_messages(self):
        for code in (16, 17, 18, 19, 20, 32, 33, 34, 35, 64):
            with self.subTest(code):
                self.server.tell(f"next bad {code}")
                self.nearest()
                self.nearest()

    def test_errors_that_are_repeated(self):
        before = self.count("help.getNearestDc")
        self.server.tell("next error 420 FLOOD_WAIT_1")
        self.nearest()
        self.server.tell("next error 500 RPC_CALL_FAIL")
        self.nearest()
        self.assertEqual(self.count("help.getNearestDc"), before + 4)

    def test_errors_that_are_told(self):
        before = self.count("help.getNearestDc")
        for number, text in ((420, "FLOOD_WAIT_3000"), (400, "PEER_FLOOD"), (403, "CHAT_WRITE_FORBIDDEN"), (406, "SOME")):
            self.server.tell(f"next error {number} {text}")
            self.shell.ask("call help.getNearestDc", text)
        self.assertEqual(self.count("help.getNearestDc"), before + 4)

    def test_lost_connection(self):
        for i in range(3):
            self.server.tell("drop")
            self.nearest()
            self.server.tell("next drop")
            self.nearest()
            self.server.tell("next lost")
            self.shell.ask(f"send @bob once {i}", "sent")
            self.assertEqual(self.server.tell(f"applied once {i}"), "1")

    def test_new_session_in_the_middle(self):
        self.server.tell("next session")
        self.shell.ask("send @bob twice", "sent")
        self.assertEqual(self.server.tell("applied twice"), "1")

    def test_announced_answer(self):
        before = self.count("resent")
        self.server.tell("next withhold")
        self.nearest()
        self.assertEqual(self.count("resent"), before + 1)

    def test_questions_of_the_server(self):
        self.server.tell("next state")
        self.nearest()
        self.nearest()
        # The server's own identifier after that of the call: 1 is said of what is not known.
        self.assertGreater(sum(self.count(f"msgs_state_info {a:02x}{b:02x}") for a in (1, 2, 3, 4) for b in (1, 2, 3, 4)), 0)

    def test_an_update_is_shown(self):
        self.shell.ask("me", "Ada")
        self.server.tell(f'say {self.user("Ada")["phone"]} look up')
        self.shell.lines.until("look up")


class Library(Case):
    def client(self, task):
        process = subprocess.Popen([ARGUMENTS.client, task], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.addCleanup(self.forget, process)
        process.stdin.write(self.server.ready + "\n")
        process.stdin.flush()
        return process

    def forget(self, process):
        if process.poll() is None:
            process.kill()
            process.wait()
        process.stdout.close()

    def finish(self, process):
        try:
            end(process)
        finally:
            self.log.flush()
        self.assertEqual(process.returncode, 0, "see what the client logs")

    def test_files(self):
        self.finish(self.client("files"))

    def test_many_calls_at_once(self):
        before = int(self.server.tell("count users.getUsers"))
        self.finish(self.client("many"))
        self.assertEqual(int(self.server.tell("count users.getUsers")) - before, 300)

    def test_websocket(self):
        self.finish(self.client("websocket"))

    def test_temporary_keys(self):
        self.finish(self.client("temporary"))
        self.assertGreaterEqual(int(self.server.tell("count auth.bindTempAuthKey")), 2)

    def test_updates(self):
        """In order and each once, though some are not told, and connections end."""
        process = self.client("updates")
        lines = Lines(process)
        while self.server.tell("count updates.getState") == "0": # where its stream begins
            time.sleep(0.05)
        ada = self.user("Ada")["phone"]
        self.server.tell(f"say {ada} 0")
        lines.until("update 0")
        wanted = []
        for i in range(1, 40):
            if i % 13 == 0:
                self.server.tell("drop")
            self.server.tell(f"{'lose' if i % 5 == 0 else 'say'} {ada} {i}")
            wanted.append(f"update {i}")
        self.server.tell(f"say {ada} end")
        self.assertEqual([lines.next() for _ in wanted], wanted)
        lines.until("update end")
        self.finish(process)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mtproto", required=True, type=pathlib.Path, help="the command line")
    parser.add_argument("--client", required=True, type=pathlib.Path, help="the program gotd-client")
    parser.add_argument("--packages", required=True, type=pathlib.Path, help="the folder given to tests/interop/install")
    parser.add_argument("--verbose", action="store_true", help="print everything that the server logs")
    parser.add_argument("tests", nargs="*", help="only these, such as Calls.test_bad_salt")
    parser.parse_args(namespace=ARGUMENTS)
    for name in ("mtproto", "client", "packages"):
        setattr(ARGUMENTS, name, getattr(ARGUMENTS, name).resolve())
    if not (ARGUMENTS.packages / "gotd-server" / "installed").exists():
        print(f"SKIP: no gotd server in {ARGUMENTS.packages}: tests/interop/install BUILD/interop, or ./run test --interop, builds it; "
              "Go 1.25 or newer is needed")
        sys.exit(SKIPPED)
    unittest.main(argv=[sys.argv[0], *ARGUMENTS.tests], verbosity=2)
