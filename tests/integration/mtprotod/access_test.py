"""Who may call: tokens, TLS, client certificates."""

import shutil
import signal
import subprocess
import unittest

from support import Case, eventually

ALL, FEW = "token-for-everything-0123456789", "token-for-little-0123456789abc"


class Tokens(Case):
    def setUp(self):
        super().setUp()
        self.tokens = self.folder / "tokens.toml"
        self.tokens.write_text(f'[all]\ntoken = "{ALL}"\nrate = 1000\n[few]\ntoken = "{FEW}"\nmethods = ["users.*"]\n'
                               f'[slow]\ntoken = "{ALL[::-1]}"\nrate = 0.01\nburst = 1\naccounts = ["bob"]\n')
        self.tokens.chmod(0o600)

    def test_tokens(self):
        daemon = self.start("--sandbox", "--port", 0, "--tokens", self.tokens, "--metrics", 0)
        self.fails(1, "test", "--proxy", daemon.address, says="refused")
        self.fails(1, "test", "--proxy", daemon.address, "--token", "wrong-token-0123456789", says="refused")
        self.dialogs(daemon.address, "--token", ALL)
        (self.folder / "token").write_text(ALL + "\n")
        self.dialogs(daemon.address, "--token-file", "token")
        self.dialogs(daemon.address, "--token-file", "-", stdin=ALL)
        self.fails(1, "test", "--proxy", daemon.address, "--token", FEW, says="refused")
        # Only bob, and only once.
        slow = ALL[::-1]
        self.dialogs(daemon.address, "--token", slow)
        self.fails(1, "test", "--proxy", daemon.address, "--token", slow, says="RATE_LIMITED")
        self.fails(1, "test", "--proxy", daemon.address, "--token", slow, "--account", "ada", says="refused")
        page = daemon.metrics()
        self.assertIn('mtprotod_token_calls_total{code="OK",token="all"} 3', page)
        for secret in (ALL, FEW, slow, "wrong-token-0123456789"):
            self.assertNotIn(secret, page + daemon.log.read_text())

    def test_sighup_reads_tokens_again(self):
        configuration = self.folder / "mtprotod.toml"
        written = f'listen = "127.0.0.1:0"\ntokens = "{self.tokens}"\n[token.configured]\ntoken = "%s"\n'
        configuration.write_text(written % "token-of-the-configuration-1")
        configuration.chmod(0o600)
        daemon = self.start("--sandbox", "--config", configuration)
        self.dialogs(daemon.address, "--token", ALL)
        self.dialogs(daemon.address, "--token", "token-of-the-configuration-1")

        configuration.write_text(written % "token-of-the-configuration-2")
        self.tokens.write_text(f'[renewed]\ntoken = "{FEW}"\n')
        daemon.process.send_signal(signal.SIGHUP)
        self.assertTrue(eventually(lambda: " reloaded callers=2" in daemon.log.read_text()), daemon.log.read_text())
        self.dialogs(daemon.address, "--token", FEW)
        self.dialogs(daemon.address, "--token", "token-of-the-configuration-2")
        for old in (ALL, "token-of-the-configuration-1"):
            self.fails(1, "test", "--proxy", daemon.address, "--token", old, says="refused")

        # A file that cannot be used changes nothing, and the log says so without quoting it.
        self.tokens.write_text(f'[broken]\ntoken = {ALL}\n')
        daemon.process.send_signal(signal.SIGHUP)
        self.assertTrue(eventually(lambda: " not reloaded, what was in force stays so " in daemon.log.read_text()), daemon.log.read_text())
        self.assertIn("tokens.toml:2", daemon.log.read_text())
        self.dialogs(daemon.address, "--token", FEW)
        self.tokens.unlink()
        daemon.process.send_signal(signal.SIGHUP)
        self.assertTrue(eventually(lambda: daemon.log.read_text().count(" not reloaded, ") == 2))
        self.dialogs(daemon.address, "--token", FEW)
        self.assertNotIn(ALL, daemon.log.read_text())
        self.assertEqual(daemon.stop(), 0)

    def test_a_client_keeps_its_token_to_itself(self):
        self.fails(128, "test", "--proxy", "192.0.2.1:1", "--token", ALL, says="without TLS")


@unittest.skipUnless(shutil.which("openssl"), "no openssl to make certificates with")
class Tls(Case):
    def openssl(self, *args):
        subprocess.run(["openssl", *args], check=True, capture_output=True, cwd=self.folder)

    def setUp(self):
        super().setUp()
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "ca.key", "-out",
                     "ca.pem", "-subj", "/CN=test ca", "-days", "2")
        for name in ("server", "client"):
            self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{name}.key", "-out",
                         f"{name}.csr", "-subj", f"/CN={name}")
            (self.folder / "ext").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
            self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out",
                         f"{name}.pem", "-days", "2", "-extfile", "ext")
            (self.folder / f"{name}.key").chmod(0o600)

    def test_tls(self):
        daemon = self.start("--sandbox", "--port", 0, "--tls-cert", "server.pem", "--tls-key", "server.key")
        self.dialogs(daemon.address, "--ca", "ca.pem")
        self.fails(1, "test", "--proxy", daemon.address, "--tls", "--timeout", 10)  # unknown to the system
        self.fails(1, "test", "--proxy", daemon.address, "--timeout", 10)

    def test_sighup_reads_the_certificate_again(self):
        daemon = self.start("--sandbox", "--port", 0, "--tls-cert", "server.pem", "--tls-key", "server.key")
        self.dialogs(daemon.address, "--ca", "ca.pem")
        # The key alone is no pair with the old certificate.
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "server.key",
                     "-out", "new.pem", "-subj", "/CN=localhost", "-days", "2", "-addext", "subjectAltName=IP:127.0.0.1")
        daemon.process.send_signal(signal.SIGHUP)
        self.assertTrue(eventually(lambda: "the private key is not that of the certificate" in daemon.log.read_text()))
        self.dialogs(daemon.address, "--ca", "ca.pem")
        shutil.move(self.folder / "new.pem", self.folder / "server.pem")
        daemon.process.send_signal(signal.SIGHUP)
        self.assertTrue(eventually(lambda: " reloaded callers=0" in daemon.log.read_text()), daemon.log.read_text())
        self.dialogs(daemon.address, "--ca", "server.pem")
        self.fails(1, "test", "--proxy", daemon.address, "--ca", "ca.pem", "--timeout", 10)

    def test_client_certificates(self):
        daemon = self.start("--sandbox", "--listen", "0.0.0.0:0", "--tls-cert", "server.pem", "--tls-key", "server.key", "--client-ca",
                            "ca.pem")
        at = "127.0.0.1:" + daemon.address.rpartition(":")[2]
        self.dialogs(at, "--ca", "ca.pem", "--cert", "client.pem", "--key", "client.key")
        self.fails(1, "test", "--proxy", at, "--ca", "ca.pem", "--timeout", 10)


if __name__ == "__main__":
    unittest.main()
