"""The shell on a terminal: editing, history, completion, colours, and updates above the line."""

import os
import pty
import re
import select
import termios
import time
import unittest

from support import SECONDS, TOOL, Case, Sandbox


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
        """Waits until it was shown, apart from colours and moves of the cursor; gives and forgets all up to it."""
        end = time.monotonic() + seconds
        while True:
            plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.seen)
            if found := re.search(pattern, plain):
                before, self.seen = self.seen, plain[found.end():]
                return before
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
        terminal.type("hel\t\n")
        terminal.expect(r"send PEER TEXT(.|\n)*mtproto> ")
        terminal.type("send\t")
        terminal.expect(r"send +send2c(.|\n)*mtproto> send")
        terminal.type("\x15call help.getNear\t\n")
        terminal.expect(r'"nearestDc"(.|\n)*mtproto> ')
        terminal.type("\x1b[A\n")
        terminal.expect(r'"nearestDc"(.|\n)*mtproto> ')
        terminal.type("exit\n")
        self.assertEqual(terminal.end(), 0)
        saved = self.folder / ".local/state/mtproto/history"
        self.assertIn("nearestDc".lower(), saved.read_text().lower())
        self.assertEqual(saved.stat().st_mode & 0o077, 0)

    def test_update_above_the_edited_line(self):
        with Sandbox(self) as sandbox:
            for name in "Ada", "Bob":
                user = sandbox.user(name)
                self.ok("keygen", "--phone", user["phone"], "--api-id", 1, "--api-hash", "hash", "--out", name,
                        *sandbox.server(), stdin=f'{user["code"]}\n{user["password"]}\n')
            terminal = Terminal(self, "shell", "--session", "Ada")
            terminal.expect("mtproto> ")
            terminal.type("dialo")
            terminal.expect("dialo")
            self.ok("shell", "--session", "Bob", "-c", "send @ada look up")
            terminal.expect(r"\* .*Bob.*look up(.|\n)*mtproto> dialo")
            terminal.type("gs\n")
            terminal.expect(r"last message(.|\n)*look up(.|\n)*mtproto> ")
            terminal.type("\x04")
            self.assertEqual(terminal.end(), 0)

    def test_keys_are_read_one_by_one_as_soon_as_the_prompt_shows(self):
        terminal = self.start()
        for _ in range(50):
            self.assertFalse(termios.tcgetattr(terminal.fd)[3] & termios.ICANON)
            terminal.type("updates on\n")
            terminal.expect("updates on(.|\n)*mtproto> ")
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
