"""Metrics, logs, and what neither may hold."""

import json
import unittest

from support import Case, eventually

CANARIES = {
    "api_hash": "canary0hash0canary0hash0canary00",
    "token": "canary-token-0123456789abcdef",
    "wrong_token": "canary-wrong-token-0123456789",
    "wrong_code": "73911",
}


class Operation(Case):
    def test_metrics(self):
        daemon = self.start("--sandbox", "--port", 0, "--metrics", 0)
        for _ in range(3):
            self.dialogs(daemon.address)
        self.dialogs(daemon.address, "--account", "bob")
        page = daemon.metrics()
        for line in ('mtprotod_calls_total{account="ada",code="OK",method="MessagesGetDialogs"} 3',
                     'mtprotod_calls_total{account="bob",code="OK",method="MessagesGetDialogs"} 1',
                     'mtprotod_call_seconds_count{account="ada",method="MessagesGetDialogs"} 3',
                     'mtprotod_account_connected{account="ada"} 1', "mtprotod_calls_in_flight 0", "mtprotod_build_info{",
                     "process_resident_memory_bytes", 'mtprotod_listeners{account="bob"} 0', 'mtprotod_reconnects_total{account="bob"} 0'):
            self.assertIn(line, page)

    def test_reconnects_are_counted(self):
        dc = self.data_centre()
        args, typed = dc.sign_in("Ada")
        daemon = self.start("--port", 0, "--secrets", "ada.json", "--metrics", 0, "--log-format", "json", *args, stdin=typed)
        self.assertIn('mtprotod_account_connected{account="ada"} 1', daemon.metrics())
        dc.process.terminate()
        dc.process.wait()
        self.assertTrue(eventually(lambda: 'mtprotod_account_connected{account="ada"} 0' in daemon.metrics()))
        self.assertIn("disconnected", {line["event"] for line in daemon.lines()})
        self.fails(1, "test", "--proxy", daemon.address, "--timeout", 2)
        self.assertEqual(daemon.stop(), 0)

    def test_no_secret_in_logs_metrics_and_errors(self):
        dc = self.data_centre()
        bob = dc.user("Bob")
        tokens = self.folder / "tokens.toml"
        tokens.write_text(f'[all]\ntoken = "{CANARIES["token"]}"\n')
        tokens.chmod(0o600)
        seen = ""
        for log_format in ("text", "json"):
            file = self.folder / f"{log_format}.json"
            args, typed = dc.sign_in("Bob", CANARIES["api_hash"])
            daemon = self.start("--port", 0, "--secrets", file, "--tokens", tokens, "--metrics", 0, "--log-level", "trace",
                                "--log-format", log_format, *args, stdin=CANARIES["wrong_code"] + "\n" + typed)
            self.dialogs(daemon.address, "--token", CANARIES["token"])
            seen += self.daemon("test", "--proxy", daemon.address, "--token", CANARIES["wrong_token"]).err
            seen += self.daemon("test", "--proxy", daemon.address, "--token", CANARIES["token"], "--account", "nobody").err
            # A second daemon on the same file, and one that is told nonsense.
            seen += self.daemon("start", "--port", 0, "--secrets", file, *args).err
            seen += self.daemon("start", "--port", 0, "--apihash", CANARIES["api_hash"], "--phone", bob["phone"]).err
            seen += daemon.metrics() + daemon.printed.read_text()
            self.assertEqual(daemon.stop(), 0)
            log = daemon.log.read_text()
            seen += log
            self.assertIn("MessagesGetDialogs", log)
        session = json.loads(file.read_text())
        secrets = {**CANARIES, "password": bob["password"], "code": bob["code"], "phone": bob["phone"], "digits": bob["phone"][1:],
                   "auth_key": session["auth_key"], "salt": session["salt"]}
        self.assertTrue(all(secrets.values()))
        for name, value in secrets.items():
            if name == "code":  # short, so that numbers may hold it by chance: as a word only
                self.assertNotRegex(seen, rf"(?<![\w.]){value}(?![\w.])", name)
            else:
                self.assertNotIn(value, seen, name)

    def test_what_grpc_says_is_part_of_the_log(self):
        daemon = self.start("--sandbox", "--port", 0)
        taken = self.daemon("start", "--sandbox", "--listen", daemon.address, "--log-format", "json")
        self.assertEqual(taken.code, 1, taken)
        sentences = [line for line in taken.err.splitlines() if line.startswith("mtprotod: ")]
        self.assertIn("is an address in use?", " ".join(sentences))
        said = [line for line in map(json.loads, [one for one in taken.err.splitlines() if one not in sentences]) if line["event"] == "grpc"]
        self.assertTrue(said and all(line["level"] == "warning" for line in said), taken.err)
        # Its traces would show headers, and so tokens that nobody knows: they are left out.
        traced = self.start("--sandbox", "--port", 0, "--log-level", "trace", env={"GRPC_VERBOSITY": "debug", "GRPC_TRACE": "all"})
        self.daemon("test", "--proxy", traced.address, "--token", CANARIES["wrong_token"], env={"GRPC_VERBOSITY": "debug", "GRPC_TRACE": "all"})
        self.assertEqual(traced.stop(), 0)
        self.assertNotIn(CANARIES["wrong_token"], traced.log.read_text())

    def test_json_lines(self):
        daemon = self.start("--sandbox", "--port", 0, "--log-format", "json", "--log-level", "debug")
        self.dialogs(daemon.address)
        self.assertTrue(eventually(lambda: any(line["event"] == "call" for line in daemon.lines())))
        call = next(line for line in daemon.lines() if line["event"] == "call")
        self.assertEqual((call["method"], call["account"], call["status"]), ("MessagesGetDialogs", "ada", "OK"))
        self.assertEqual(daemon.stop(), 0)
        for line in daemon.log.read_text().splitlines():
            json.loads(line)


if __name__ == "__main__":
    unittest.main()
