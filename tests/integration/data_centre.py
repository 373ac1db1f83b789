"""What the tests of both programs share: a local data centre as a process, and patience."""

import json
import select
import signal
import subprocess
import time

SECONDS = 120


class DataCentre:
    """`tool sandbox --json` as a process, ready; stops when the block ends."""

    tool = ""

    def __init__(self, case, *args):
        self.case, self.args = case, args

    def __enter__(self):
        self.process = subprocess.Popen([self.tool, "sandbox", "--json", *map(str, self.args)], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, cwd=self.case.folder, env=self.case.environment())
        ready, _, _ = select.select([self.process.stdout], [], [], SECONDS)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            self.process.kill()
            raise AssertionError("the sandbox did not start: " + self.process.communicate()[1])
        self.about = json.loads(line)
        self.address = f'{self.about["host"]}:{self.about["port"]}'
        self.key = self.case.folder / "sandbox.pem"
        self.key.write_text(self.about["public_key"])
        return self

    def user(self, name):
        return next(user for user in self.about["users"] if user["first_name"] == name)

    def stop(self, how=signal.SIGTERM):
        """Its exit code, and what it has written."""
        self.process.send_signal(how)
        out, err = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, out, err

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()
        self.process.stdout.close()
        self.process.stderr.close()


def eventually(question, seconds=SECONDS):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if question():
            return True
        time.sleep(0.05)
    return bool(question())
