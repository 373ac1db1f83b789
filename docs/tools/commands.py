"""Runs what the pages tell their readers to type: commands.py ROOT BUILD [PAGE...].

A block of shell after `<!-- run -->` runs in an empty folder, with the programs of the build on the path; after `<!-- run: sandbox -->` there is
also a data centre with the account +15550001, its port in $PORT, its key in server.pem. `<!-- not run: reason -->` says why not;
quotes.py sees to it that each block says either.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import quotes

RUN = re.compile(r"^<!-- run(?:: (?P<with>\w+))? -->\n```(?:sh|bash)\n(?P<text>.*?)^```$", re.S | re.M)


def run(text, where, folder, environment):
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", text], capture_output=True, text=True, cwd=folder, env=environment, timeout=60,
                          stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        sys.exit(f"{where}: ended with {done.returncode}\n{text}\n{done.stdout}{done.stderr}")


def run_with_sandbox(text, where, folder, environment):
    sandbox = subprocess.Popen(["mtproto", "sandbox", "--json", "--user", "+15550001:Ada", "--public-key-out", "server.pem"],
                               stdout=subprocess.PIPE, text=True, cwd=folder, env=environment)
    try:
        told = json.loads(sandbox.stdout.readline())
        run(text, where, folder, {**environment, "PORT": str(told["port"])})
    finally:
        sandbox.terminate()
        sandbox.wait(timeout=20)


def main():
    root, build = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
    path = os.pathsep.join([str(build / "apps"), str(build / "apps/mtprotod"), str(build / "examples"), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path}
    os.environ["PATH"] = path
    count = 0
    for page in quotes.pages(root):
        text = page.read_text(encoding="utf-8")
        for block in RUN.finditer(text):
            where = f"{page.relative_to(root).as_posix()}:{text.count(chr(10), 0, block.start()) + 1}"
            with tempfile.TemporaryDirectory(prefix="mtproto-docs-") as folder:
                if block["with"] not in (None, "sandbox"):
                    sys.exit(f"{where}: nothing is called {block['with']}")
                (run_with_sandbox if block["with"] else run)(block["text"], where, folder, environment)
            count += 1
    if count == 0:
        sys.exit("no page has a command to run")
    print(f"{count} blocks of commands run as they are")


if __name__ == "__main__":
    main()
