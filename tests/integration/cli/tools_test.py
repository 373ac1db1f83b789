"""The tools around a session: access hashes in a file, recordings of the wire and what they say."""

import base64
import json
import os
import pathlib
import re
import stat
import subprocess
import time
import unittest

from sandbox_test import WithSandbox
from support import SECONDS, TOOL

SCHEMA = pathlib.Path(__file__).parents[3] / "schema"


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


class Recorded(WithSandbox):
    def replay(self, *args, code=0):
        done = self.run_tool("replay", *args)
        self.assertEqual(done.code, code, done)
        return [json.loads(line) for line in done.out.splitlines()]

    @staticmethod
    def calls(events):
        """The names of what was called, innermost, in order."""
        found = []
        for event in events:
            if event["event"] != "sent":
                continue
            message = event["message"]
            while "query" in message:
                message = message["query"]
            found.append(message["_"])
        return found


    @staticmethod
    def results(events):
        return [(event["message"].get("method"), event["message"]["result"]) for event in events
                if event["event"] == "received" and event["message"]["_"] == "rpc_result"]


class Access(Recorded):
    def test_export_show_and_use(self):
        self.sign_in("Ada", "ada.json")
        said = self.ok("access", "export", "--session", "ada.json").out
        self.assertRegex(said, r"^access.json: \d+ users, 1 channels and supergroups, 1 basic groups\n$")
        file = self.folder / "access.json"
        self.assertEqual(mode(file), 0o600)
        known = json.loads(file.read_text())
        by_name = {one["title"].split()[0]: one for one in known["entries"]}
        self.assertIn("access_hash", by_name["Bob"])
        self.assertEqual(json.loads(self.ok("access", "show", "--json").out), known)
        shown = self.ok("access", "show").out
        self.assertIn("Bob", shown)
        self.assertNotIn(by_name["Bob"]["access_hash"], shown)

        # Whom the file names need not be asked for, by id as well as by name.
        channel = next(one for one in known["entries"] if one["kind"] in ("channel", "group"))
        self.ok("dump", "record", "with.jsonl", "shell", "--session", "ada.json", "--access", "access.json",
                "-c", f'send2c {channel["id"]} good-morning', "-c", f'send @{by_name["Bob"]["usernames"][0]} hi')
        calls = self.calls(self.replay("with.jsonl"))
        self.assertEqual(calls.count("messages.sendMessage"), 2)
        self.assertNotIn("messages.getDialogs", calls)
        self.assertNotIn("contacts.resolveUsername", calls)
        self.ok("dump", "record", "without.jsonl", "call", "messages.getHistory",
                json.dumps({"peer": channel["id"], "offset_id": 0, "offset_date": 0, "add_offset": 0, "limit": 1, "max_id": 0,
                            "min_id": 0}), "--session", "ada.json")
        self.assertIn("messages.getDialogs", self.calls(self.replay("without.jsonl")))

        # What the file knows stays.
        self.ok("access", "export", "--session", "ada.json", "--no-dialogs", "--no-contacts")
        self.assertEqual(json.loads(file.read_text()), known)

    def test_another_account_is_refused(self):
        self.sign_in("Ada", "ada.json")
        self.sign_in("Bob", "bob.json")
        self.ok("access", "export", "ada-access.json", "--session", "ada.json")
        self.fails(2, "call", "help.getConfig", "--session", "bob.json", "--access", "ada-access.json", says="ada-access.json")
        before = (self.folder / "ada-access.json").read_text()
        self.fails(2, "access", "export", "ada-access.json", "--session", "bob.json", says="account")
        self.assertEqual((self.folder / "ada-access.json").read_text(), before)

    def test_files_that_are_none(self):
        self.fails(4, "access", "show", "none.json", says="none.json")
        (self.folder / "broken.json").write_text("{}")
        self.fails(2, "access", "show", "broken.json", says="broken.json")

    def test_a_bot_listens(self):
        bot = self.sandbox.about["bots"][0]
        self.ok("keygen", "--bot-token", bot["token"], "--api-id", 1, "--api-hash", "hash", "--out", "bot.json",
                *self.sandbox.server())
        self.fails(2, "access", "export", "--session", "bot.json", says="--updates")
        self.sign_in("Ada", "ada.json")
        listening = subprocess.Popen([TOOL, "access", "export", "--session", "bot.json", "--updates", "6"], cwd=self.folder,
                                     env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(lambda: listening.poll() is None and listening.kill())
        for _ in range(3):
            time.sleep(1)
            self.ok("shell", "--session", "ada.json", "-c", f'send @{bot["username"]} hello')
        out, err = listening.communicate(timeout=SECONDS)
        self.assertEqual(listening.returncode, 0, err)
        self.assertIn("access.json: ", out)
        known = json.loads((self.folder / "access.json").read_text())["entries"]
        ada = [one for one in known if one.get("title", "").startswith("Ada")]
        self.assertEqual(len(ada), 1, known)
        self.assertIn("access_hash", ada[0])


class Recording(Recorded):
    def sign_in_recorded(self):
        bob = self.sandbox.user("Bob")
        (self.folder / "password").write_text(bob["password"] + "\n")
        done = self.ok("dump", "record", "wire.jsonl", "keygen", "--phone", bob["phone"], "--api-id", 1, "--api-hash",
                       "hash-canary", "--out", "bob.json", "--code", bob["code"], "--password-file", "password",
                       *self.sandbox.server())
        self.assertIn("wire.jsonl.keys", done.err)
        return bob

    def test_a_sign_in_without_its_secrets(self):
        bob = self.sign_in_recorded()
        for name in ("wire.jsonl", "wire.jsonl.keys"):
            self.assertEqual(mode(self.folder / name), 0o600)
        recording = (self.folder / "wire.jsonl").read_text()
        session = json.loads((self.folder / "bob.json").read_text())
        self.assertNotIn(session["auth_key"], recording)
        self.assertIn(session["auth_key"], (self.folder / "wire.jsonl.keys").read_text())

        events = self.replay("wire.jsonl")
        times = [event["time"] for event in events]
        self.assertEqual(times, sorted(times))
        self.assertEqual(events[0]["event"], "opened")
        self.assertEqual(events[0]["address"], self.sandbox.address)
        self.assertEqual(events[-1]["event"], "closed")
        wanted = ["req_pq_multi", "req_DH_params", "set_client_DH_params", "help.getConfig", "auth.sendCode", "auth.signIn",
                  "account.getPassword", "auth.checkPassword"]
        calls = [name for name in self.calls(events) if name in wanted]
        self.assertEqual(calls, wanted)
        results = {method: result["_"] for method, result in self.results(events) if isinstance(result, dict)}
        self.assertEqual(results["auth.signIn"], "rpc_error")
        self.assertEqual(results["auth.checkPassword"], "auth.authorization")

        text = self.ok("replay", "wire.jsonl").out
        clear = self.ok("replay", "wire.jsonl", "--no-redact").out
        hashes = {result["user"]["access_hash"] for _, result in self.results(map(json.loads, clear.splitlines()))
                  if isinstance(result, dict) and "access_hash" in result.get("user", {})}
        self.assertTrue(hashes)
        salt = base64.b64decode(session["salt"])
        secrets = {"phone": bob["phone"].lstrip("+"), "api_hash": "hash-canary", "key": session["auth_key"],
                   "salt": str(int.from_bytes(salt, "little", signed=True)), **{"hash " + one: one for one in hashes}}
        for what, secret in secrets.items():
            self.assertNotIn(secret, text, what)
            self.assertNotIn(secret, recording, what)
        self.assertNotIn(f'"phone_code":"{bob["code"]}"', text)
        # They were there: the canary sings where it is let.
        for secret in (secrets["phone"], "hash-canary", f'"phone_code":"{bob["code"]}"', *hashes):
            self.assertIn(secret, clear)
        self.assertIn("[redacted]", text)
        self.assertNotIn("[redacted]", clear)

    def test_messages_in_order_and_further_redaction(self):
        self.sign_in("Ada", "ada.json")
        self.ok("dump", "record", "wire.jsonl", "--keys", "secret.keys", "shell", "--session", "ada.json",
                *(word for n in range(5) for word in ("-c", f"send @echo_bot canary-{n}")))
        events = self.replay("wire.jsonl", "--keys", "secret.keys")
        sent = [event["message"]["message"] for event in events
                if event["event"] == "sent" and event["message"]["_"] == "messages.sendMessage"]
        self.assertEqual(sent, [f"canary-{n}" for n in range(5)])
        self.assertTrue(any(event["event"] == "received" and event["message"]["_"].startswith("update") for event in events))
        hidden = self.ok("replay", "wire.jsonl", "--keys", "secret.keys", "--redact", "message").out
        self.assertNotIn("canary-", hidden)
        # A session file is a key as well.
        self.assertEqual(self.replay("wire.jsonl", "--keys", "ada.json"), events)
        self.assertEqual(self.replay("wire.jsonl", "--keys", "ada.json", "--schema", SCHEMA / "api.tl"), events)

    def test_another_layer_is_told(self):
        self.sign_in("Ada", "ada.json")
        self.ok("dump", "record", "wire.jsonl", "shell", "--session", "ada.json", "-c", "dialogs")
        older = sorted((SCHEMA / "layers").glob("*.tl"))[0]
        done = self.run_tool("replay", "wire.jsonl", "--schema", older)
        self.assertEqual(done.code, 1, done)
        self.assertIn("--schema", done.err)
        self.assertIn("@error", done.out)
        self.assertNotRegex(done.out, r'"@base64":"[^\[]')

    def test_what_is_not_whole(self):
        self.sign_in("Ada", "ada.json")
        self.sign_in("Bob", "bob.json")
        self.ok("dump", "record", "wire.jsonl", "shell", "--session", "ada.json", "-c", "me")
        text = (self.folder / "wire.jsonl").read_text()
        lines = text.splitlines(keepends=True)

        def says(content, code, words, *args):
            (self.folder / "cut.jsonl").write_text(content)
            done = self.run_tool("replay", "cut.jsonl", "--keys", "ada.json", *args)
            self.assertEqual(done.code, code, done)
            self.assertIn(words, done.err)
            self.assertEqual(len(done.err.strip().splitlines()), 1, done)
            return done.out

        says("", 1, "cut off")
        says(text[:-20], 1, "cut off")
        shown = says("".join(lines[:-1]), 1, "cut off")
        self.assertEqual(shown, self.ok("replay", "wire.jsonl").out)
        says("".join(lines[:-1])[:-30], 1, "cut off")
        says("".join(lines[:2] + lines[3:]), 1, "lost events")
        says("hello\n", 1, "not a wire recording")
        broken = json.loads(lines[4])
        packet = bytearray(base64.b64decode(broken["packet"]))
        packet[40] ^= 1
        broken["packet"] = base64.b64encode(bytes(packet)).decode()
        says("".join(lines[:4] + [json.dumps(broken) + "\n"] + lines[5:]), 1, "cut.jsonl:5: it cannot be decrypted")

        self.fails(2, "replay", "none.jsonl", says="none.jsonl")
        done = self.run_tool("replay", "wire.jsonl", "--keys", "bob.json")
        self.assertEqual(done.code, 2, done)
        self.assertIn("is not among the keys", done.err)
        os.remove(self.folder / "wire.jsonl.keys")
        self.assertEqual(self.run_tool("replay", "wire.jsonl").code, 2)
        (self.folder / "bad.keys").write_text('{"mtproto_keys":1}\n{"auth_key":"AAAA"}\n')
        self.fails(2, "replay", "wire.jsonl", "--keys", "bad.keys", says="bad.keys:2")

    def test_the_command_keeps_its_exit_code_and_its_errors(self):
        self.fails(2, "dump", "record", "wire.jsonl", says="name the command")
        self.fails(4, "dump", "record", "no/such/folder/wire.jsonl", "schema", "layer", says="no/such/folder")
        done = self.run_tool("dump", "record", "wire.jsonl", "--", "call", "help.getConfig", "--session", "none.json")
        self.assertEqual(done.code, 4, done)
        self.assertEqual(self.replay("wire.jsonl"), [])

    def test_nothing_is_written_without_asking(self):
        self.sign_in("Ada", "ada.json")
        before = sorted(os.listdir(self.folder))
        self.ok("call", "help.getConfig", "--session", "ada.json")
        self.assertEqual(sorted(os.listdir(self.folder)), before)


class Documentation(unittest.TestCase):
    def test_every_redacted_field_is_listed(self):
        source = (SCHEMA.parent / "apps/mtproto/redaction.cpp").read_text()
        table = source.split("secret_names[] = {")[1].split("};")[0]
        names = re.findall(r'"(\w+)"', table)
        self.assertGreater(len(names), 50)
        page = (SCHEMA.parent / "docs/mtproto.md").read_text()
        self.assertEqual([name for name in names if f"`{name}`" not in page], [])


if __name__ == "__main__":
    unittest.main()
