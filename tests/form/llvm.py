"""The tools of LLVM in the version that this tree is kept with: others judge differently."""

import os
import re
import shutil
import subprocess

VERSION = 19


def tool(name):
    """The program `name`, clang-format for instance, or None. CLANG_FORMAT in the environment names another than those on the path."""
    for candidate in (os.environ.get(name.upper().replace("-", "_")), f"{name}-{VERSION}", name):
        path = candidate and shutil.which(candidate)
        if path:
            told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
            if re.search(rf"version {VERSION}\.", told):
                return path
    return None
