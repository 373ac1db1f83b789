"""Whole sign-ins, calls and shells against the tool's own data centre."""

import base64
import json
import os
import pathlib
import re
import signal
import socket
import stat
import struct
import subprocess
import unittest

from support import SECONDS, TOOL, Case, Sandbox, eventually


class WithSandbox(Case):
    def setUp(self):
        super().setUp()
        self.sandbox = self.enterContext(Sandbox(self))

    def sign_in(self, name, session):
        user = self.sandbox.user(name)
        more = []
        if user["password"]:
            (self.folder / "password").write_text(user["password"] + "\n")
            more = ["--password-file", "password"]
        return self.ok("keygen", "--phone", user["phone"], "--api-id", 1, "--api-hash", "hash", "--out", session,
                       "--code", user["code"], *more, *self.sandbox.server())


class Keygen(WithSandbox):
    def test_writes_the_session_that_call_then_uses(self):
        self.sign_in("Ada", "ada.json")
        file = self.folder / "ada.json"
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        session = json.loads(file.read_text())
        for key in ("phone", "api_id", "api_hash", "ip", "port", "salt", "auth_key"):
            self.assertIn(key, session)
        self.assertEqual((session["ip"], session["port"]), (self.sandbox.about["host"], self.sandbox.about["port"]))
        me = self.ok("call", "users.getUsers", '{"id":["me"]}', "--session", "ada.json").json
        self.assertEqual(me[0]["first_name"], "Ada")

    def test_password_of_two_step_verification(self):
        self.sign_in("Bob", "bob.json")
        me = self.ok("call", "users.getUsers", '{"id":["me"]}', "--session", "bob.json").json
        self.assertEqual(me[0]["first_name"], "Bob")

    def test_wrong_password(self):
        bob = self.sandbox.user("Bob")
        (self.folder / "password").write_text("wrong\n")
        self.fails(5, "keygen", "--phone", bob["phone"], "--api-id", 1, "--api-hash", "hash", "--out", "bob.json",
                   "--code", bob["code"], "--password-file", "password", *self.sandbox.server(),
                   says="PASSWORD_HASH_INVALID")
        self.assertFalse((self.folder / "bob.json").exists())

    def test_code_and_password_from_a_pipe(self):
        bob = self.sandbox.user("Bob")
        self.ok("keygen", "--phone", bob["phone"], "--api-id", 1, "--api-hash", "hash", "--out", "bob.json",
                *self.sandbox.server(), stdin=f'{bob["code"]}\n{bob["password"]}\n')

    def test_refused_code_leaves_what_was_there(self):
        ada = self.sandbox.user("Ada")
        self.sign_in("Ada", "ada.json")
        before = (self.folder / "ada.json").read_text()
        self.fails(5, "keygen", "--phone", ada["phone"], "--api-id", 1, "--api-hash", "hash", "--out", "ada.json", "--force",
                   "--code", "00000", *self.sandbox.server(), says="PHONE_CODE_INVALID")
        self.assertEqual((self.folder / "ada.json").read_text(), before)
        self.fails(4, "keygen", "--phone", ada["phone"], "--api-id", 1, "--api-hash", "hash", "--out", "ada.json",
                   "--code", ada["code"], *self.sandbox.server(), says="--force")
        self.assertEqual((self.folder / "ada.json").read_text(), before)

    def test_end_of_input_instead_of_a_code(self):
        ada = self.sandbox.user("Ada")
        done = self.run_tool("keygen", "--phone", ada["phone"], "--api-id", 1, "--api-hash", "hash", "--out", "ada.json",
                             *self.sandbox.server())
        self.assertEqual(done.code, 2, done)
        self.assertFalse((self.folder / "ada.json").exists())

    def test_unknown_number(self):
        self.fails(1, "keygen", "--phone", "12", "--api-id", 1, "--api-hash", "hash", "--out", "x.json", "--code", "1",
                   *self.sandbox.server(), says="PHONE_NUMBER_INVALID")

    def test_only_the_key(self):
        out = self.ok("keygen", "--key-only", "--out", "-", *self.sandbox.server()).out
        session = json.loads(out)
        self.assertEqual(len(session["auth_key"]), 344)

    def test_server_of_the_environment(self):
        there = {"MTPROTO_ADDR": self.sandbox.address, "MTPROTO_PUBLIC_KEY": str(self.sandbox.key)}
        self.ok("keygen", "--key-only", "--out", "x.json", env=there)
        self.ok("keygen", "--key-only", "--out", "y.json", env={**there, "MTPROTO_PUBLIC_KEY": self.sandbox.about["public_key"]})
        self.fails(2, "keygen", "--key-only", "--out", "z.json", env={**there, "MTPROTO_PUBLIC_KEY": "nowhere.pem"}, says="MTPROTO_PUBLIC_KEY")

    def test_key_of_another_server(self):
        with Sandbox(self) as other:
            self.fails(3, "keygen", "--key-only", "--out", "x.json", "--addr", self.sandbox.address,
                       "--public-key", self.write_key(other), says="--public-key")
        self.assertFalse((self.folder / "x.json").exists())

    def write_key(self, sandbox):
        file = self.folder / "other.pem"
        file.write_text(sandbox.about["public_key"])
        # The block above wrote its own key over ours.
        self.sandbox.key.write_text(self.sandbox.about["public_key"])
        return file

    def test_bot(self):
        token = self.sandbox.about["bots"][0]["token"]
        self.ok("keygen", "--bot-token", token, "--api-id", 1, "--api-hash", "hash", "--out", "bot.json",
                *self.sandbox.server())
        me = self.ok("call", "users.getUsers", '{"id":["me"]}', "--session", "bot.json").json
        self.assertTrue(me[0]["bot"])
        self.fails(5, "keygen", "--bot-token", "1:wrong", "--api-id", 1, "--api-hash", "hash", "--out", "x.json",
                   *self.sandbox.server(), says="ACCESS_TOKEN_INVALID")


class Call(WithSandbox):
    def setUp(self):
        super().setUp()
        self.sign_in("Ada", "credentials.json")

    def test_json_from_stdin_and_names_for_peers(self):
        bob = self.sandbox.user("Bob")
        self.ok("call", "messages.sendMessage", "-",
                stdin=json.dumps({"peer": "@" + bob["username"], "message": "hello \N{WAVING HAND SIGN}"}))
        history = self.ok("call", "messages.getHistory", json.dumps(
            {"peer": "@" + bob["username"], "offset_id": 0, "offset_date": 0, "add_offset": 0, "limit": 1, "max_id": 0,
             "min_id": 0})).json
        self.assertEqual(history["messages"][0]["message"], "hello \N{WAVING HAND SIGN}")

    def test_pretty_is_the_same_json(self):
        plain = self.ok("call", "help.getConfig").json
        pretty = self.ok("call", "help.getConfig", "--pretty")
        self.assertEqual(set(plain), set(pretty.json))
        self.assertGreater(pretty.out.count("\n"), 3)

    def test_error_of_the_server(self):
        self.fails(1, "call", "contacts.resolveUsername", '{"username":"nobody_here_at_all"}', says="400 USERNAME_")

    def test_missing_and_unknown_fields(self):
        self.fails(2, "call", "messages.sendMessage", '{"peer":"me"}', says=["message", "missing"])
        self.fails(2, "call", "messages.sendMessage", '{"peer":"me","message":"x","mesage":"y"}', says="mesage")

    def test_signed_out_elsewhere(self):
        self.ok("call", "auth.logOut")
        self.fails(5, "call", "users.getUsers", '{"id":["me"]}', says=["401", "mtproto keygen"])
        self.fails(5, "shell", stdin="me\n", says=["401", "mtproto keygen"])

    def test_server_gone(self):
        self.sandbox.stop()
        self.fails(3, "call", "help.getConfig", "--timeout", "3")
        self.assertIn("auth_key", (self.folder / "credentials.json").read_text())

    def test_server_that_says_nothing(self):
        with socket.create_server(("127.0.0.1", 0)) as mute:
            session = json.loads((self.folder / "credentials.json").read_text())
            session["port"] = mute.getsockname()[1]
            (self.folder / "mute.json").write_text(json.dumps(session))
            self.fails(3, "call", "help.getConfig", "--session", "mute.json", "--timeout", "1", says="said nothing")

    def test_two_at_once_on_one_file(self):
        shell = subprocess.Popen([TOOL, "shell"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=self.folder,
                                 env=self.environment())
        try:
            shell.stdin.write("me\n")
            shell.stdin.flush()
            self.assertIn("Ada", shell.stdout.readline())
            self.fails(4, "call", "help.getConfig", says="another")
        finally:
            shell.communicate(timeout=SECONDS)
        self.ok("call", "help.getConfig")

    def test_environment_instead_of_a_file(self):
        session = json.loads((self.folder / "credentials.json").read_text())
        (self.folder / "credentials.json").unlink()
        me = self.ok("call", "users.getUsers", '{"id":["me"]}', env={
            "MTPROTO_API_ID": "1", "MTPROTO_AUTHKEY": session["auth_key"], "MTPROTO_SALT": session["salt"],
            "MTPROTO_ADDR": self.sandbox.address}).json
        self.assertEqual(me[0]["first_name"], "Ada")


class Shell(WithSandbox):
    def setUp(self):
        super().setUp()
        self.sign_in("Ada", "ada.json")

    def shell(self, text, session="ada.json", *args):
        done = self.run_tool("shell", "--session", session, *args, stdin=text)
        self.assertNotIn("\033", done.out + done.err)
        return done

    def test_the_commands(self):
        bob = self.sandbox.user("Bob")
        done = self.shell(f'me\nsend @{bob["username"]} see you at 8\nsend {bob["first_name"]} "quoted text"\ndialogs\n'
                          f'chans\ncontacts\nhistory @{bob["username"]} 5\ncall help.getNearestDc\n'
                          'schema inputPeerSelf\nhelp\nexit\nnever reached\n', "ada.json", "--no-updates")
        self.assertEqual(done.code, 0, done)
        for part in ("Ada", "sent message", "see you at 8", "quoted text", bob["username"], '"_":"nearestDc"',
                     "inputPeerSelf#7da07ec9"):
            self.assertIn(part, done.out)
        self.assertNotIn('"quoted text"', done.out)

    def test_send_to_channel(self):
        channels = self.shell("chans\n").out
        name = re.search(r"^  (\S.*?)  +(channel|group) ", channels, re.M)
        self.assertIsNotNone(name, channels)
        self.assertEqual(self.shell(f'send2c "{name[1]}" news of today\nhistory "{name[1]}"\n').code, 0)
        bob = self.sandbox.user("Bob")
        done = self.shell(f'send2c @{bob["username"]} no\n')
        self.assertEqual(done.code, 2, done)
        self.assertIn("not a channel", done.err)

    def test_a_failed_command_shows_in_the_exit_code_and_the_rest_still_runs(self):
        done = self.shell("nonsense\ncall contacts.resolveUsername {\"username\":\"nobody_here\"}\nme\n")
        self.assertEqual(done.code, 2, done)
        self.assertIn("Ada", done.out)
        self.assertEqual(len(done.err.strip().splitlines()), 2, done)
        self.assertEqual(self.shell('send "open quote\n').code, 2)
        self.assertEqual(self.shell("send @nobody_here_at_all hi\n").code, 2)

    def test_commands_as_arguments(self):
        done = self.ok("shell", "--session", "ada.json", "-c", "me", "-c", "send me a note")
        self.assertIn("Ada", done.out)
        self.assertIn("sent", done.out)

    def test_an_update_is_printed_as_it_comes(self):
        self.sign_in("Bob", "bob.json")
        ada = self.sandbox.user("Ada")
        waiting = subprocess.Popen([TOOL, "shell", "--session", "ada.json"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.folder,
                                   env=self.environment())
        waiting.stdin.write("me\n")
        waiting.stdin.flush()
        self.assertIn("Ada", waiting.stdout.readline())
        self.assertEqual(self.shell(f'send @{ada["username"]} look up\n', "bob.json").code, 0)
        line = ""
        while "look up" not in line:
            line = waiting.stdout.readline()
            self.assertNotEqual(line, "", "the shell ended")
        out, err = waiting.communicate(timeout=SECONDS)
        self.assertEqual((waiting.returncode, err), (0, ""))
        self.assertIn("Bob", line)

    def test_without_an_account(self):
        done = self.ok("shell", "--sandbox", stdin="me\ndialogs\n")
        self.assertIn("Ada", done.out)
        me = self.ok("call", "users.getUsers", '{"id":["me"]}', "--sandbox", "--pretty").json
        self.assertEqual(me[0]["first_name"], "Ada")
        self.assertEqual([name for name in os.listdir(self.folder) if name.endswith("credentials.json")], [])


class Process(Case):
    def test_signals_end_it_cleanly(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(how), Sandbox(self, "--ready-file", "ready.json", "--public-key-out", "pub.pem") as sandbox:
                self.assertTrue(eventually((self.folder / "ready.json").exists))
                self.assertEqual(json.loads((self.folder / "ready.json").read_text()), sandbox.about)
                self.assertEqual((self.folder / "pub.pem").read_text(), sandbox.about["public_key"])
                done = sandbox.stop(how)
                self.assertEqual((done.code, done.err), (0, ""), done)
                self.assertFalse((self.folder / "ready.json").exists())

    def test_port_in_use(self):
        with Sandbox(self) as sandbox:
            self.fails(3, "sandbox", "--port", sandbox.about["port"], says="in use")

    def test_own_accounts_and_a_key_that_stays(self):
        args = ("--user", "+15551234:Dora:hush", "--user", "15551235:Emil", "--bot", "7:abc:parrot", "--key", "dc.pem")
        with Sandbox(self, *args) as sandbox:
            key = sandbox.about["public_key"]
            self.assertEqual([user["first_name"] for user in sandbox.about["users"]], ["Dora", "Emil"])
            emil = sandbox.user("Emil")
            self.ok("keygen", "--phone", emil["phone"], "--api-id", 1, "--api-hash", "hash", "--code", emil["code"],
                    *sandbox.server())
            self.assertIn("Emil", self.ok("shell", "-c", "me").out)
        self.assertEqual(stat.S_IMODE((self.folder / "dc.pem").stat().st_mode), 0o600)
        with Sandbox(self, *args) as sandbox:
            self.assertEqual(sandbox.about["public_key"], key)

    def state(self, *more):
        return Sandbox(self, "--state", "dc.state", *more)

    def history(self, **how):
        found = self.ok("call", "messages.getHistory", json.dumps(
            {"peer": "me", "offset_id": 0, "offset_date": 0, "add_offset": 0, "limit": 20, "max_id": 0, "min_id": 0}), **how)
        return [message["message"] for message in found.json["messages"]]

    def test_a_state_outlives_the_process(self):
        with self.state() as sandbox:
            first = sandbox.about
            bob = sandbox.user("Bob")
            (self.folder / "password").write_text(bob["password"])
            self.ok("keygen", "--phone", bob["phone"], "--api-id", 1, "--api-hash", "hash", "--code", bob["code"],
                    "--password-file", "password", *sandbox.server())
            self.ok("call", "messages.sendMessage", '{"peer":"me","message":"a note"}')
            self.assertEqual(sandbox.stop().code, 0)
        for name in "dc.state", "dc.state.key":
            self.assertEqual(stat.S_IMODE((self.folder / name).stat().st_mode), 0o600, name)
        # The same key on the same port: the session file is all that its owner needs.
        with self.state() as sandbox:
            for same in "public_key", "port", "users", "bots":
                self.assertEqual(sandbox.about[same], first[same])
            self.assertEqual(self.history(), ["a note"])
            self.ok("call", "messages.sendMessage", '{"peer":"me","message":"another"}')
            # A second one on the same state is turned away, and so is one that finds the file broken.
            self.fails(4, "sandbox", "--state", "dc.state", says=["dc.state", "held by another"])
        with self.state("--user", "+15557777:Eve") as sandbox:
            self.assertEqual({user["first_name"] for user in sandbox.about["users"]}, {"Ada", "Bob", "Carol", "Eve"})
            self.assertIsNone(sandbox.user("Bob")["password"])
            self.assertEqual(self.history(), ["another", "a note"])
        (self.folder / "dc.state").write_text("rubbish")
        self.fails(4, "sandbox", "--state", "dc.state", says=["dc.state", "not a saved state"])
        self.assertEqual((self.folder / "dc.state").read_text(), "rubbish")

    def test_a_kill_loses_little(self):
        with self.state() as sandbox:
            ada = sandbox.user("Ada")
            self.ok("keygen", "--phone", ada["phone"], "--api-id", 1, "--api-hash", "hash", "--code", ada["code"],
                    *sandbox.server())
            before = (self.folder / "dc.state").stat().st_ino
            self.ok("call", "messages.sendMessage", '{"peer":"me","message":"a note"}')
            self.assertTrue(eventually(lambda: (self.folder / "dc.state").stat().st_ino != before))
            self.assertTrue(eventually(lambda: b"a note" in (self.folder / "dc.state").read_bytes()))
            sandbox.stop(signal.SIGKILL)
        with self.state():
            self.assertEqual(self.history(), ["a note"])

    def test_a_proxy_with_a_secret(self):
        for secret in "0123456789abcdef0123456789abcdef", "dd0123456789abcdef0123456789abcdef":
            with self.subTest(secret), Sandbox(self, "--mtproxy-secret", secret) as sandbox:
                ada = sandbox.user("Ada")
                through = ["--mtproxy", f"{sandbox.address}:{secret}"]
                # The address of the data centre itself is for the proxy to know; nobody answers at this one.
                self.ok("keygen", "--phone", ada["phone"], "--api-id", 1, "--api-hash", "hash", "--code", ada["code"],
                        "--public-key", sandbox.key, "--addr", "127.0.0.1:1", *through, "--force")
                link = f'tg://proxy?server={sandbox.about["host"]}&port={sandbox.about["port"]}&secret={secret}'
                for proxy in through, ["--mtproxy", link]:
                    self.assertIn("Ada", self.ok("shell", "-c", "me", *proxy).out)
                self.fails(3, "call", "help.getConfig", "--timeout", 3)
                other = secret[:-1] + "0"
                self.fails(3, "call", "help.getConfig", "--timeout", 3, "--mtproxy", f"{sandbox.address}:{other}")
        for wrong in "127.0.0.1:443", "127.0.0.1:443:xyz", "127.0.0.1::0123456789abcdef0123456789abcdef":
            done = self.fails(2, "keygen", "--key-only", "--out", "-", "--mtproxy", wrong, says="HOST:PORT:SECRET")
            self.assertNotIn("0123456789", done.err)
        self.fails(2, "sandbox", "--mtproxy-secret", "abc", says="secret")

    def test_clients_of_another_layer(self):
        old = pathlib.Path(__file__).resolve().parents[3] / "schema" / "layers" / "144.tl"
        query = json.dumps({"layer": 144, "query": {"_": "users.getUsers", "id": [{"_": "inputUserSelf"}]}})
        # The answer is a Vector<User>, whose `user` is the one of that layer, or of ours if it has no schema of it.
        for args, user in (("--schema", old), 0x3ff6ecb0), ((), self.own_user()):
            with self.subTest(args), Sandbox(self, *args) as sandbox:
                ada = sandbox.user("Ada")
                self.ok("keygen", "--phone", ada["phone"], "--api-id", 1, "--api-hash", "hash", "--code", ada["code"],
                        *sandbox.server(), "--force")
                answer = base64.b64decode(self.ok("call", "invokeWithLayer", query).json["@base64"])
                self.assertEqual(struct.unpack_from("<3I", answer), (0x1cb5c415, 1, user))
                self.assertIn(b"Lovelace", answer)
                self.ok("call", "invokeWithLayer", query)
                told = sandbox.stop().err
                self.assertEqual(told.count("a client speaks layer 144"), 0 if args else 1, told)
        unknown = self.folder / "unknown.tl"
        unknown.write_text("boolFalse#bc799737 = Bool;\n")
        self.fails(2, "sandbox", "--schema", unknown, says="does not say its layer")

    def own_user(self):
        return int(self.ok("schema", "show", "user", "--json").json[0]["id"], 16)

    def test_other_data_centres_send_accounts_to_where_they_live(self):
        with Sandbox(self, "--also-dc", 1, "--also-dc", 4, "--verbose") as sandbox:
            places = {place["dc"]: place["port"] for place in sandbox.about["data_centres"]}
            self.assertEqual(list(places), [2, 1, 4])
            self.assertEqual(places[2], sandbox.about["port"])
            ada = sandbox.user("Ada")
            self.ok("keygen", "--phone", ada["phone"], "--api-id", 1, "--api-hash", "hash", "--code", ada["code"],
                    "--addr", f"127.0.0.1:{places[1]}", "--dc", 1, "--public-key", sandbox.key)
            self.assertEqual(self.ok("call", "users.getUsers", '{"id":["me"]}').json[0]["first_name"], "Ada")
            told = sandbox.stop().err
            for part in ("auth.sendCode\n  -> 303 PHONE_MIGRATE_2\n", "auth.signIn\n", "users.getUsers\n"):
                self.assertIn(part, told)
        self.fails(2, "sandbox", "--also-dc", 0, says="--also-dc")

    def test_usernames_are_as_long_as_telegrams(self):
        with Sandbox(self, "--user", "+15550001:Ada", "--user", "+15550002:Bobby", "--bot", "900:x:E") as sandbox:
            self.assertEqual([user["username"] for user in sandbox.about["users"]], ["ada_0001", "bobby"])
            self.assertEqual(sandbox.about["bots"][0]["username"], "e_bot")
            ada = sandbox.user("Ada")
            self.ok("keygen", "--phone", ada["phone"], "--api-id", 1, "--api-hash", "hash", "--code", ada["code"], *sandbox.server())
            found = self.ok("call", "contacts.resolveUsername", '{"username":"ada"}').json
            self.assertEqual(found["users"][0]["username"], "ada_0001")

    def test_sign_up(self):
        with Sandbox(self) as sandbox:
            known = ["keygen", "--phone", "+15559999", "--api-id", 1, "--api-hash", "hash", "--code", "12345",
                     *sandbox.server()]
            self.fails(2, *known, says="no account yet")
            self.ok(*known, "--first-name", "Grace", "--last-name", "Hopper")
            self.assertIn("Grace Hopper", self.ok("shell", "-c", "me").out)

    def test_every_transport(self):
        with Sandbox(self) as sandbox:
            for name in "abridged", "intermediate", "padded", "full", "obfuscated":
                with self.subTest(name):
                    self.ok("keygen", "--key-only", "--out", "-", "--transport", name, *sandbox.server())


if __name__ == "__main__":
    unittest.main()
