"""`mtprotod start --sandbox`: everything on loopback, nothing else needed."""

import os
import signal
import socket
import stat
import subprocess
import time
import unittest

from support import DAEMON, SECONDS, Case, Daemon, eventually


class Sandbox(Case):
    def test_serves_two_accounts_and_drains(self):
        daemon = self.start("--sandbox", "--port", 0)
        ada = self.dialogs(daemon.address)
        self.assertTrue(ada["_"].startswith("messages.dialogs"), ada)
        self.assertIn("Book club", str(ada))
        self.assertEqual(self.dialogs(daemon.address, "--account", "ada")["users"][0], ada["users"][0])
        bob = self.dialogs(daemon.address, "--account", "bob", "--limit", 1)
        selves = [next(user["first_name"] for user in one["users"] if user.get("self")) for one in (ada, bob)
                  if any(user.get("self") for user in one["users"])]
        self.assertTrue(set(selves) <= {"Ada", "Bob"}, selves)
        self.fails(128, "test", "--proxy", daemon.address, "--account", "nobody", says="nobody")
        help_text = daemon.printed.read_text()
        for word in ("ada", "bob", "mtprotod test", "grpcurl", daemon.address):
            self.assertIn(word, help_text)
        self.assertEqual(daemon.stop(), 0)
        self.assertIn("stopping", daemon.log.read_text())
        self.fails(1, "test", "--proxy", daemon.address)

    def test_unix_socket(self):
        path = self.folder / "socket"
        daemon = self.start("--sandbox", "--listen", f"unix:{path}", "--listen", "127.0.0.1:0")
        self.assertEqual(len(daemon.addresses), 2)
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        self.dialogs(f"unix:{path}")
        self.dialogs(daemon.addresses[1])
        self.assertEqual(daemon.stop(signal.SIGINT), 0)
        self.start("--sandbox", "--listen", f"unix:{path}", "--socket-mode", "0660")
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o660)

    def test_port_of_the_environment(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        daemon = self.start("--sandbox", env={"PORT": str(port)})
        self.assertEqual(daemon.address, f"127.0.0.1:{port}")
        self.dialogs(daemon.address)
        # The same port again.
        done = self.daemon("start", "--sandbox", "--port", port)
        self.assertEqual(done.code, 1, done)

    def test_tells_the_service_manager(self):
        path = str(self.folder / "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
            listener.bind(path)
            listener.settimeout(SECONDS)
            daemon = self.start("--sandbox", "--port", 0, env={"NOTIFY_SOCKET": path})
            self.assertEqual(listener.recv(100), b"READY=1")
            self.dialogs(daemon.address)
            daemon.process.send_signal(signal.SIGHUP)
            self.assertRegex(listener.recv(100), rb"^RELOADING=1\nMONOTONIC_USEC=\d+$")
            self.assertEqual(listener.recv(100), b"READY=1")
            self.assertEqual(daemon.stop(), 0)
            self.assertEqual(listener.recv(100), b"STOPPING=1")

    def test_a_second_signal_ends_it_at_once(self):
        daemon = self.start("--sandbox", "--port", 0, "--drain", 60)
        began = time.monotonic()
        for _ in range(20):
            if daemon.process.poll() is not None:
                break
            daemon.process.send_signal(signal.SIGTERM)
            time.sleep(0.05)
        self.assertEqual(daemon.process.wait(timeout=SECONDS), 0)
        self.assertLess(time.monotonic() - began, 20)

    def test_many_callers_at_once(self):
        daemon = self.start("--sandbox", "--port", 0)
        callers = [subprocess.Popen([DAEMON, "test", "--proxy", daemon.address], stdout=subprocess.DEVNULL, cwd=self.folder,
                                    env=self.environment()) for _ in range(8)]
        self.assertEqual([one.wait(timeout=SECONDS) for one in callers], [0] * 8)


if __name__ == "__main__":
    unittest.main()
