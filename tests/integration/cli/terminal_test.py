"""The shell on a terminal: editing, history, completion, colours, and updates above the line."""

import os
import pty
import re
import select
import sys
import time
import unittest

from support import SECONDS, TOOL, Case


class Terminal:
    def __init__(self, case, *args):
        self.seen = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(case.folder)
            os.execve(TOOL, [TOOL, *map(str, args)], case.environment(TERM="xterm-256color"))
        case.addCleanup(self.close)
        self.open = True

    def close(self):
        if self.open:
            self.open = False
            os.close(self.fd)
            os.waitpid(self.pid, 0)

    def type(self, text):
        os.write(self.fd, text.encode())

    def expect(self, pattern, seconds=SECONDS):
        """Waits until the screen has shown it, and forgets what came before."""
        end = time.monotonic() + seconds
        while True:
            plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.seen)
            if found := re.search(pattern, plain):
                raw, self.seen = self.seen, ""
                return raw
            if time.monotonic() > end:
                raise AssertionError(f"{pattern!r} was not shown, but {self.seen!r}")
            ready, _, _ = select.select([self.fd], [], [], 0.2)
            if ready:
                try:
                    self.seen += os.read(self.fd, 65536).decode(errors="replace")
                except OSError:
                    raise AssertionError(f"ended after {self.seen!r}, waiting for {pattern!r}") from None

    def end(self):
        """Reads to the end and gives the exit code."""
        while True:
            try:
                if not os.read(self.fd, 65536):
                    break
            except OSError:
                break
        self.open = False
        _, status = os.waitpid(self.pid, 0)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


class Shell(Case):
    def start(self):
        terminal = Terminal(self, "shell", "--sandbox")
        terminal.expect(r"mtproto> ")
        return terminal

    def test_greeting_colours_completion_history(self):
        terminal = Terminal(self, "shell", "--sandbox")
        self.assertIn("\033[", terminal.expect(r"Ada(.|\n)*mtproto> "))
        terminal.type("hel\t")
        terminal.expect("help ")
        terminal.type("\n")
        terminal.expect(r"send PEER TEXT(.|\n)*mtproto> ")
        terminal.type("call help.getNear\t")
        terminal.expect("help.getNearestDc ")
        terminal.type("\n")
        terminal.expect(r'"nearestDc"(.|\n)*mtproto> ')
        terminal.type("\x1b[A\n")
        terminal.expect(r'"nearestDc"(.|\n)*mtproto> ')
        terminal.type("exit\n")
        self.assertEqual(terminal.end(), 0)
        saved = self.folder / ".local/state/mtproto/history"
        self.assertIn("nearestDc".lower(), saved.read_text().lower())
        self.assertEqual(saved.stat().st_mode & 0o077, 0)

    def test_update_above_the_edited_line(self):
        terminal = self.start()
        terminal.type("send @echo_bot parrot\n")
        terminal.expect(r"sent message \d+")
        terminal.type("dialo")
        raw = terminal.expect(r"\* .*parrot(.|\n)*mtproto> (.|\n)*dialo|dialo(.|\n)*\* .*parrot(.|\n)*mtproto> dialo")
        self.assertIn("parrot", raw)
        terminal.type("gs\n")
        terminal.expect(r"last message(.|\n)*mtproto> ")
        terminal.type("\x04")
        self.assertEqual(terminal.end(), 0)

    def test_interrupt_drops_the_line_only(self):
        terminal = self.start()
        terminal.type("send @echo_bot oops\x03")
        terminal.expect(r"\^C(.|\n)*mtproto> ")
        terminal.type("me\n")
        terminal.expect(r"Ada(.|\n)*mtproto> ")
        terminal.type("exit\n")
        self.assertEqual(terminal.end(), 0)


class Keygen(Case):
    def test_the_password_is_not_shown(self):
        from support import Sandbox
        with Sandbox(self) as sandbox:
            bob = sandbox.user("Bob")
            terminal = Terminal(self, "keygen", "--phone", bob["phone"], "--api-id", 1, "--api-hash", "hash", *sandbox.server())
            terminal.expect("[Cc]ode")
            terminal.type(bob["code"] + "\n")
            terminal.expect("[Pp]assword")
            terminal.type(bob["password"] + "\n")
            raw = terminal.expect("credentials.json")
            self.assertNotIn(bob["password"], raw)
            self.assertEqual(terminal.end(), 0)


if __name__ == "__main__":
    unittest.main()
