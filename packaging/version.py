"""Prints the version that include/mtproto/version.hpp has: version.py HEADER."""

import re
import sys

with open(sys.argv[1], encoding="utf-8") as header:
    parts = dict(re.findall(r"^#define MTPROTO_VERSION_(MAJOR|MINOR|PATCH) (\d+)$", header.read(), re.M))
if len(parts) != 3:
    sys.exit(f"{sys.argv[1]}: MTPROTO_VERSION_MAJOR, _MINOR and _PATCH are not all there")
print(".".join(parts[name] for name in ("MAJOR", "MINOR", "PATCH")))
