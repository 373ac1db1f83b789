"""What the daemon says, and how it ends, when it is not told enough or told nonsense. No connection is made."""

import unittest

from support import Case


class Usage(Case):
    def test_version_names_the_layer(self):
        done = self.daemon("--version")
        self.assertEqual(done.code, 0)
        self.assertRegex(done.out, r"^mtprotod \d+\.\d+\.\d+ \(API layer \d+\)\n$")

    def test_help_teaches(self):
        for args in (["--help"], ["start", "--help"], ["test", "--help"]):
            done = self.daemon(*args)
            self.assertEqual(done.code, 0)
            self.assertIn("Example" if len(args) > 1 else "--sandbox", done.out)
            self.assertLessEqual(max(map(len, done.out.splitlines())), 130)

    def test_wrong_usage(self):
        self.assertEqual(self.daemon().code, 128)
        self.fails(128, "strat", says="did you mean start")
        self.fails(128, "start", "--prot", "1", says="'mtprotod start --help'")
        self.fails(128, "start", "--port", "70000", says="--port")
        self.fails(128, "start", "--log-level", "loud", says="--log-level")
        self.fails(128, "test", "--limit", "0", says="--limit")
        self.fails(128, "start", says=["no session", "--secrets", "--sandbox"])
        self.fails(128, "start", "--sandbox", "--secrets", "x.json", says="--sandbox")
        self.fails(128, "start", "--sandbox", "--metrics", "0.0.0.0:0", says="loopback")

    def test_environment(self):
        self.fails(128, "start", "--sandbox", env={"PORT": "none"}, says="--port")
        self.fails(1, "start", env={"SECRETS": "absent.json"}, says=["absent.json", "--phone"])
        self.fails(1, "test", env={"PROXY": "127.0.0.1:1"}, says=["127.0.0.1:1", "is mtprotod running"])
        self.fails(128, "test", env={"PROXY": "nonsense"}, says="nonsense")

    def test_refuses_to_listen_wide(self):
        self.fails(128, "start", "--sandbox", "--listen", "0.0.0.0:0", says=["refusing", "whoever connects"])
        self.fails(128, "start", "--sandbox", "--listen", "127.0.0.1:0", "--listen", "[::]:0", says="refusing")
        tokens = self.folder / "tokens.toml"
        tokens.write_text('[all]\ntoken = "a-long-token-0123456789"\n')
        tokens.chmod(0o600)
        self.fails(128, "start", "--sandbox", "--listen", "0.0.0.0:0", "--tokens", tokens, says="without TLS")
        self.fails(128, "start", "--sandbox", "--listen", "nonsense", says="nonsense")

    def test_session_files(self):
        self.fails(1, "start", "--secrets", "absent.json", says=["absent.json", "--phone", "keygen"])
        self.assertEqual(list(self.folder.iterdir()), [])  # not even a lock
        broken = self.folder / "broken.json"
        broken.write_text("{ no json")
        self.fails(1, "start", "--secrets", "broken.json", says="broken.json")
        self.assertEqual(broken.read_text(), "{ no json")
        (self.folder / "empty.json").write_text("{}")
        self.fails(1, "start", "--secrets", "empty.json", says="holds no session")
        self.fails(128, "start", "--secrets", "a/me.json", "--secrets", "b/me.json", says="two accounts")
        self.fails(128, "start", "--secrets", "new.json", "--phone", "+15550001", says="--apiid")

    def test_configuration(self):
        config = self.folder / "c.toml"
        config.write_text("\nprot = 1\n")
        self.fails(128, "start", "--config", config, says=["c.toml:2", "did you mean port"])
        config.write_text('[account.me]\nsecrets = "absent.json"\n')
        self.fails(1, "start", "--config", config, says="absent.json")
        self.fails(128, "start", "--config", "absent.toml", says="absent.toml")
        config.write_text('[token.x]\ntoken = "canary-token-0123456789"\n')
        config.chmod(0o644)
        done = self.fails(128, "start", "--sandbox", "--config", config, says="chmod 600")
        self.assertNotIn("canary", done.err)

    def test_tls_files(self):
        self.fails(128, "start", "--sandbox", "--tls-cert", "c.pem", says="--tls-key")
        self.fails(128, "start", "--sandbox", "--client-ca", "c.pem", says="--tls-cert")


if __name__ == "__main__":
    unittest.main()
