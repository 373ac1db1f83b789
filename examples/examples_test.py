"""Runs an example as its reader would, but against `mtproto sandbox`: examples_test.py TOOL EXAMPLE."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

PHONE, CODE = "+15550001", "12345"


def run(example, folder, environment, arguments, typed):
    done = subprocess.run([example, *arguments], input=typed, capture_output=True, text=True, timeout=60, cwd=folder,
                          env=environment, check=False)
    if done.returncode != 0:
        sys.exit(f"{example} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def main():
    tool, example = (os.path.abspath(path) for path in sys.argv[1:])
    with tempfile.TemporaryDirectory(prefix="mtproto-example-") as folder:
        key = pathlib.Path(folder, "server.pem")
        sandbox = subprocess.Popen([tool, "sandbox", "--json", "--user", f"{PHONE}:Ada", "--public-key-out", str(key)],
                                   stdout=subprocess.PIPE, text=True)
        try:
            told = json.loads(sandbox.stdout.readline())
            environment = {**os.environ, "MTPROTO_ADDR": f"{told['host']}:{told['port']}", "MTPROTO_PUBLIC_KEY": str(key)}
            if "1_hello" in example:
                said = run(example, folder, environment, [], f"{PHONE}\n{CODE}\n")
                assert "sent as message" in said, said
            else:
                arguments = ["1", "hash", PHONE]
                said = run(example, folder, environment, arguments, f"{CODE}\n")
                assert "Sent." in said, said
                again = run(example, folder, environment, arguments, "")  # the session is kept: no code is asked for
                assert "Sent." in again and "Code" not in again, again
        finally:
            sandbox.terminate()
            sandbox.wait(timeout=20)
        if sandbox.returncode != 0:
            sys.exit(f"the sandbox ended with {sandbox.returncode}")
    print("ok")


if __name__ == "__main__":
    main()
