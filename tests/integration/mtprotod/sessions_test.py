"""Session files: signing in, going on from them, several at once, trouble with them."""

import json
import stat
import unittest

from support import Case, eventually


class Sessions(Case):
    def setUp(self):
        super().setUp()
        self.dc = self.data_centre()

    def signed_in(self, name):
        """Signs in and stops again; what is left is the file."""
        args, typed = self.dc.sign_in(name)
        file = self.folder / f"{name.lower()}.json"
        daemon = self.start("--port", 0, "--secrets", file, *args, stdin=typed)
        self.assertEqual(daemon.stop(), 0, daemon.log.read_text())
        return file

    def test_first_sign_in_and_going_on(self):
        file = self.signed_in("Ada")
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        self.assertEqual(json.loads(file.read_text())["phone"], self.dc.user("Ada")["phone"])
        daemon = self.start("--port", 0, env={"SECRETS": str(file)})
        self.assertIn("dialogs", self.dialogs(daemon.address)["_"])
        # The command line tool may use the file once the daemon is gone, and not before.
        locked = self.fails(1, "start", "--port", 0, "--secrets", file, says=[str(file), "process"])
        self.assertNotIn("auth_key", locked.err)
        self.assertEqual(daemon.stop(), 0)

    def test_password(self):
        self.signed_in("Bob")

    def test_refused_code_leaves_no_session(self):
        args, _ = self.dc.sign_in("Ada")
        self.fails(1, "start", "--port", 0, "--secrets", "ada.json", *args, stdin="00000\n00000\n00000\n", says="PHONE_CODE_INVALID")
        self.assertFalse((self.folder / "ada.json").exists())

    def test_bot(self):
        token = self.dc.about["bots"][0]["token"]
        daemon = self.start("--port", 0, "--secrets", "bot.json", "--addr", self.dc.address, "--public-key", self.dc.key,
                            "--apiid", 1, "--apihash", "hash", "--bot-token", token)
        self.assertEqual(daemon.stop(), 0)

    def test_two_accounts(self):
        ada, bob = self.signed_in("Ada"), self.signed_in("Bob")
        daemon = self.start("--port", 0, "--secrets", ada, "--secrets", f"second={bob}", "--metrics", 0)
        self.dialogs(daemon.address, "--account", "ada")
        self.dialogs(daemon.address, "--account", "second")
        self.fails(128, "test", "--proxy", daemon.address, "--account", "bob", says="bob")
        self.assertIn('mtprotod_account_connected{account="second"} 1', daemon.metrics())

    def test_accounts_of_the_configuration(self):
        ada, bob = self.signed_in("Ada"), self.signed_in("Bob")
        config = self.folder / "mtprotod.toml"
        config.write_text(f'port = 0\nlog-format = "json"\n[account.first]\nsecrets = "{ada}"\n[account.second]\nsecrets = "{bob}"\n')
        daemon = self.start("--config", config)
        self.dialogs(daemon.address, "--account", "second")
        self.assertTrue(all("time" in line and "level" in line for line in daemon.lines()))

    def test_session_that_the_server_forgot(self):
        file = self.signed_in("Ada")
        self.dc.__exit__()
        self.dc.__enter__()
        data = json.loads(file.read_text())
        data["ip"], data["port"] = self.dc.about["host"], self.dc.about["port"]
        file.write_text(json.dumps(data))
        self.fails(1, "start", "--port", 0, "--secrets", file)
        self.assertEqual(json.loads(file.read_text())["auth_key"], data["auth_key"])


if __name__ == "__main__":
    unittest.main()
