#!/usr/bin/env python3
"""A layer includes only itself and the layers before it; says which line breaks that.

  layers.py INCLUDE_DIR        checks a tree
  layers.py --self-test        checks this script
"""

import pathlib
import re
import sys
import tempfile

# What each layer may include besides itself, error.hpp and foreign headers.
SESSION = ["tl", "mt", "api", "crypto", "transport", "session"]
ALLOWED = {
    "tl": [],
    "mt": ["tl"],
    "api": ["tl"],
    "crypto": [],
    "transport": ["crypto"],
    "session": ["tl", "mt", "api", "crypto", "transport"],
    "client": SESSION,
    "proxy": [*SESSION, "client"],
    "sandbox": [*SESSION, "client"],
}
# Foreign headers that only some layers may include.
FOREIGN = {
    "openssl/": ["crypto"],
    "boost/asio": ["transport", "client", "proxy", "sandbox"],
    "boost/beast": ["transport", "client", "proxy", "sandbox"],
    "grpc": ["proxy"],
    "sys/": ["transport", "client", "proxy", "sandbox"],
}
COMMON = {"mtproto/error.hpp", "mtproto/version.hpp"}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def check(include):
    """The offences, as lines "file:line: why"."""
    root = include / "mtproto"
    offences = []
    for path in sorted(root.rglob("*.hpp")):
        place = path.relative_to(root).parts
        layer = place[0] if len(place) > 1 else None  # error.hpp, the umbrella
        where = path.relative_to(include).as_posix()
        if layer and layer not in ALLOWED:
            offences.append(f"{where}:1: no layer is called {layer}: add it to tests/layers.py")
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            found = INCLUDE.match(line)
            if not found or not layer:
                continue
            header = found[1]
            if not header.startswith("mtproto/"):
                # Relative to the file, or of another project.
                sibling = (path.parent / header).resolve()
                if sibling.is_relative_to(root.resolve()) and sibling.exists():
                    header = "mtproto/" + sibling.relative_to(root.resolve()).as_posix()
            if header.startswith("mtproto/"):
                parts = header.split("/")
                other = parts[1] if len(parts) > 2 else None
                if header in COMMON or other == layer or other in ALLOWED[layer]:
                    continue
                offences.append(f"{where}:{number}: {layer} must not include {header}")
            else:
                for prefix, layers in FOREIGN.items():
                    if header.startswith(prefix) and layer not in layers:
                        offences.append(f"{where}:{number}: {layer} must not include {header}: only {', '.join(layers)} may")
    return offences


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder) / "mtproto"
        for name, text in {
            "error.hpp": "#pragma once\n",
            "tl/good.hpp": '#include "mtproto/error.hpp"\n#include <mtproto/tl/other.hpp>\n#include <vector>\n',
            "tl/upward.hpp": '// comment\n#include "mtproto/session/engine.hpp"\n',
            "session/fine.hpp": '#include "mtproto/crypto/aes.hpp"\n#  include <mtproto/tl/good.hpp>\n',
            "session/reads.hpp": "#include <openssl/evp.h>\n",
            "crypto/umbrella.hpp": '#include "mtproto/mtproto.hpp"\n',
            "tl/relative.hpp": '#include "../session/fine.hpp"\n',
            "odd/x.hpp": "",
        }.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        expected = [
            "mtproto/crypto/umbrella.hpp:1: crypto must not include mtproto/mtproto.hpp",
            "mtproto/odd/x.hpp:1: no layer is called odd: add it to tests/layers.py",
            "mtproto/session/reads.hpp:1: session must not include openssl/evp.h: only crypto may",
            "mtproto/tl/relative.hpp:1: tl must not include mtproto/session/fine.hpp",
            "mtproto/tl/upward.hpp:2: tl must not include mtproto/session/engine.hpp",
        ]
        found = check(pathlib.Path(folder))
        if found != expected:
            print("found:", *found, "expected:", *expected, sep="\n")
            return 1
    return 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    offences = check(pathlib.Path(sys.argv[1]))
    print("\n".join(offences) or "every layer includes only itself and those before it")
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
