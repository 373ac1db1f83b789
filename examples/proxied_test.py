"""Runs the third example on the same session directly, through mtprotod, and through the fourth example:
proxied_test.py MTPROTO MTPROTOD THIRD FOURTH."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

PHONE, CODE = "+15550001", "12345"


def run(command, folder, environment):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=folder, env=environment, check=False)
    if done.returncode != 0:
        sys.exit(f"{command} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def ready(log, daemon):
    end = time.monotonic() + 60
    while time.monotonic() < end and daemon.poll() is None:
        for line in log.read_text().splitlines():
            if " ready " in line:
                return next(word[len("address="):] for word in line.split() if word.startswith("address="))
        time.sleep(0.05)
    sys.exit("mtprotod did not start: " + log.read_text())


def main():
    tool, daemon_program, example, embedded = (os.path.abspath(path) for path in sys.argv[1:])
    with tempfile.TemporaryDirectory(prefix="mtproto-example-") as name:
        folder = pathlib.Path(name)
        key = folder / "server.pem"
        sandbox = subprocess.Popen([tool, "sandbox", "--json", "--user", f"{PHONE}:Ada", "--public-key-out", str(key)],
                                   stdout=subprocess.PIPE, text=True)
        try:
            told = json.loads(sandbox.stdout.readline())
            address = f"{told['host']}:{told['port']}"
            environment = {**os.environ, "MTPROTO_ADDR": address, "MTPROTO_PUBLIC_KEY": str(key)}
            run([tool, "keygen", "--phone", PHONE, "--code", CODE, "--api-id", "1", "--api-hash", "hash", "--addr", address,
                 "--public-key", str(key)], folder, environment)
            first = run([example], folder, environment)
            assert "sent as message" in first, first

            log = folder / "log"
            with open(log, "w") as to:
                daemon = subprocess.Popen([daemon_program, "start", "--port", "0", "--secrets", "credentials.json"], stderr=to,
                                          cwd=folder, env=environment)
            try:
                second = run([example, "--proxy", ready(log, daemon)], folder, environment)
            finally:
                daemon.terminate()
                daemon.wait(timeout=30)
            assert daemon.returncode == 0, log.read_text()
            server = subprocess.Popen([embedded, "127.0.0.1:0"], stdout=subprocess.PIPE, text=True, cwd=folder, env=environment)
            try:
                said = server.stdout.readline()
                assert said.startswith("serving on port "), said
                third = run([example, "--proxy", "127.0.0.1:" + said.split()[-1]], folder, environment)
            finally:
                server.terminate()
                server.wait(timeout=30)
            assert server.returncode == 0, server.returncode

            # All sent to the same account, one after the other.
            numbers = [int(said.split()[-1]) for said in (first, second, third)]
            assert numbers == sorted(set(numbers)), numbers
        finally:
            sandbox.terminate()
            sandbox.wait(timeout=20)
    print("ok")


if __name__ == "__main__":
    main()
