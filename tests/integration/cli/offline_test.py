"""What the tool says and how it ends where no server is needed."""

import json
import os
import unittest

from support import Case, free_port


class Help(Case):
    def test_version_names_the_layer(self):
        self.assertRegex(self.ok("--version").out, r"^mtproto \d+\.\d+\.\d+ \(API layer \d+\)\n$")

    def test_every_subcommand_teaches_by_examples(self):
        for command in ("", "shell", "call", "keygen", "sandbox", "schema", "access", "dump", "replay"):
            with self.subTest(command):
                self.assertIn("mtproto ", self.ok(*command.split(), "--help").out.split("Usage:")[1])

    def test_top_help_lists_the_exit_codes(self):
        self.assertIn("Exit codes:", self.ok("--help").out)


class Usage(Case):
    def test_no_command(self):
        self.assertEqual(self.run_tool().code, 2)

    def test_misspelt_command(self):
        self.fails(2, "shel", says="did you mean shell?")
        self.fails(2, "schema", "shwo", says="did you mean show?")

    def test_unknown_option(self):
        self.fails(2, "call", "help.getConfig", "--prety", says=["--prety", "mtproto call --help"])

    def test_bad_numbers(self):
        self.fails(2, "call", "help.getConfig", "--timeout", "soon", says="--timeout")
        self.fails(2, "sandbox", "--port", "99999", says="--port")

    def test_keygen_wants_to_know_who(self):
        self.fails(2, "keygen", says="--phone")

    def test_accounts_of_the_sandbox(self):
        self.fails(2, "sandbox", "--user", "Ada", says="PHONE:NAME")
        self.fails(2, "sandbox", "--bot", "echo", says="TOKEN:NAME")


class Call(Case):
    def test_unknown_method(self):
        self.fails(2, "call", "messages.sendMesage", says="did you mean messages.sendMessage?")

    def test_json_that_is_none(self):
        self.fails(2, "call", "help.getConfig", "{", says="incomplete JSON")
        self.fails(2, "call", "help.getConfig", "[1]", says="JSON object")
        self.fails(2, "call", "help.getConfig", "-", stdin="nonsense")


class Session(Case):
    def test_absent(self):
        self.fails(4, "call", "help.getConfig", says=["credentials.json", "mtproto keygen"])
        self.fails(4, "shell", "--session", "none.json", says="none.json")
        self.assertEqual(os.listdir(self.folder), [])

    def test_broken_is_told_and_kept(self):
        broken = self.folder / "credentials.json"
        for text in ("", "{", "[]", '{"auth_key": "AAAA"}', '{"phone": 7}'):
            with self.subTest(text):
                broken.write_text(text)
                self.fails(4, "call", "help.getConfig", says="credentials.json")
                self.assertEqual(broken.read_text(), text)

    def test_a_folder_is_no_session(self):
        (self.folder / "credentials.json").mkdir()
        self.fails(4, "call", "help.getConfig", says="credentials.json")

    def test_environment_without_address(self):
        self.fails(2, "call", "help.getConfig", env={"MTPROTO_AUTHKEY": "AAAA", "MTPROTO_API_ID": "1"},
                   says="MTPROTO_ADDR")
        self.fails(2, "call", "help.getConfig", env={"MTPROTO_AUTHKEY": "AAAA"}, says="MTPROTO_API_ID")


class Network(Case):
    def test_nobody_listens(self):
        port = free_port()
        done = self.fails(3, "keygen", "--key-only", "--addr", f"127.0.0.1:{port}", "--timeout", "5", "--out", "new.json",
                          says="check the address")
        self.assertNotIn("new.json", os.listdir(self.folder), done)

    def test_malformed_address(self):
        self.fails(2, "keygen", "--key-only", "--addr", "nowhere", says="nowhere")

    def test_key_file(self):
        self.fails(2, "keygen", "--key-only", "--addr", "127.0.0.1:1", "--public-key", "none.pem", says="none.pem")
        (self.folder / "bad.pem").write_text("hello")
        self.fails(2, "keygen", "--key-only", "--addr", "127.0.0.1:1", "--public-key", "bad.pem", says="bad.pem")


class Schema(Case):
    def test_show_a_method(self):
        out = self.ok("schema", "show", "messages.sendMessage").out
        self.assertIn("random_id:", out)
        self.assertIn("= Updates;", out)

    def test_show_a_type_lists_its_constructors(self):
        out = self.ok("schema", "show", "InputPeer").out
        self.assertIn("inputPeerSelf#7da07ec9 = InputPeer;", out)
        self.assertIn("inputPeerUser#dde8a54c", out)

    def test_show_by_id(self):
        for name in ("0x7da07ec9", "7da07ec9", "#7da07ec9"):
            self.assertIn("inputPeerSelf", self.ok("schema", "show", name).out)

    def test_show_as_json(self):
        shown = json.loads(self.ok("schema", "show", "--json", "inputPeerUser").out)
        self.assertEqual(shown[0]["line"], "inputPeerUser#dde8a54c user_id:long access_hash:long = InputPeer;")
        self.assertEqual([p["name"] for p in shown[0]["params"]], ["user_id", "access_hash"])

    def test_unknown_name(self):
        self.fails(2, "schema", "show", "inputPeerSlef", says="did you mean inputPeerSelf")

    def test_list(self):
        out = self.ok("schema", "list", "messages.send*").out.splitlines()
        self.assertIn("method       messages.sendMessage = Updates", out)
        self.assertTrue(all("messages.send" in line for line in out))
        self.fails(2, "schema", "list", "nosuchthing", says="no name matches")

    def test_layer(self):
        self.assertEqual(int(self.ok("schema", "layer").out),
                         int(self.ok("--version").out.split("layer ")[1].rstrip(")\n")))

    def test_protocol(self):
        self.assertIn("nonce:", self.ok("schema", "show", "--protocol", "req_pq_multi").out)

    def test_another_schema(self):
        (self.folder / "my.tl").write_text("thing#01234567 a:int b:flags.0?true = Thing;\n")
        self.fails(2, "schema", "show", "thing", "--schema", "my.tl", says="my.tl:1:")
        (self.folder / "my.tl").write_text("thing#01234567 flags:# b:flags.0?true = Thing;\n// LAYER 9\n")
        self.assertIn("flags.0?true", self.ok("schema", "show", "thing", "--schema", "my.tl").out)
        self.assertEqual(self.ok("schema", "layer", "--schema", "my.tl").out, "9\n")
        self.fails(2, "schema", "show", "thing", "--schema", "none.tl", says="none.tl")

    def test_colours_only_where_asked(self):
        self.assertNotIn("\033", self.ok("schema", "show", "user").out)
        self.assertIn("\033[", self.ok("schema", "show", "user", "--color", "always").out)
        self.assertNotIn("\033", self.ok("schema", "show", "user", "--color", "auto", env={"NO_COLOR": "1"}).out)


if __name__ == "__main__":
    unittest.main()
