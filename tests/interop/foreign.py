"""Data centres that are not ours, and our command line in front of them: what gotd.py and pymtproto.py share."""
import argparse
import json
import os
import queue
import subprocess
import threading

SKIPPED = 77
SECONDS = 60  # for one answer; it takes milliseconds where nobody else computes
ARGUMENTS = argparse.Namespace()


class Lines:
    """What a process prints, line by line, with a time limit."""

    def __init__(self, process):
        self.lines, self.seen = queue.Queue(), []
        threading.Thread(target=self.follow, args=(process.stdout,), daemon=True).start()

    def follow(self, pipe):
        for line in pipe:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def next(self):
        try:
            line = self.lines.get(timeout=SECONDS)
        except queue.Empty:
            line = None
        if line is None:
            raise AssertionError("nothing more is printed after " + repr(self.seen[-5:]))
        self.seen.append(line)
        return line

    def until(self, part):
        while part not in (line := self.next()):
            pass
        return line


def end(process):
    """The end of its input ends a process; if not, a signal to this one process does."""
    process.stdin.close()
    try:
        process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise AssertionError("a process did not end with its input") from None


class Server:
    """The data centre from its ready line to its end; it takes lines, and answers each with one."""

    def __init__(self, command, log):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
        self.lines = Lines(self.process)
        self.ready = self.lines.next()
        self.about = json.loads(self.ready)

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.lines.next()


class Shell:
    """`mtproto shell`, asked one line after the other."""

    def __init__(self, folder, variables, *words):
        self.process = subprocess.Popen([ARGUMENTS.mtproto, "shell", "--timeout", str(SECONDS), *words],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                        cwd=folder, env=variables)
        self.lines = Lines(self.process)

    def __enter__(self):
        self.ask("call help.getNearestDc", '"this_dc"') # it is connected
        return self

    def ask(self, line, part):
        """The line of the answer that has this part."""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.lines.until(part)

    def __exit__(self, *_):
        end(self.process)
        self.process.stdout.close()


def environment(folder, **more):
    """One that says nothing but `more`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MTPROTO_")}
    return {**kept, "HOME": str(folder), "LC_ALL": "C.UTF-8", "NO_COLOR": "1", **more}
