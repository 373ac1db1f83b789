#!/usr/bin/env python3
"""Public headers must mean the same behind <windows.h> and its like, which define min, max, small, interface, ERROR and many more.

  macros.py INCLUDE_DIR         says which lines use a name that is a macro elsewhere
  macros.py --fix INCLUDE_DIR   puts parentheses around min and max, which keeps a macro with arguments from being one
  macros.py --self-test

By the text alone, so that it costs nothing; portability.py compiles the same question. Names of the schema are left alone: there are
fields called min, and no call of them.
"""

import pathlib
import re
import sys
import tempfile

# Object-like macros: windef.h, rpc.h, rpcndr.h, winerror.h, winnt.h, winuser.h, wingdi.h, sys/sysmacros.h, and unix and linux, which
# compilers define in their GNU modes.
NAMES = ("far near FAR NEAR IN OUT OPTIONAL CONST VOID TRUE FALSE interface small hyper cdecl pascal STRICT ERROR NO_ERROR DELETE ABSOLUTE "
         "RELATIVE TRANSPARENT OPAQUE PASSTHROUGH IGNORE INFINITE GetObject GetMessage SendMessage GetUserName CreateFile DeleteFile CopyFile "
         "RegisterClass unix linux").split()
NAME = re.compile(r"\b(" + "|".join(NAMES) + r")\b(?!\s*/)")
# A qualified min or max right before its arguments.
TEMPLATE = r"(?:<(?:[^<>()]|<(?:[^<>()]|<[^<>()]*>)*>)*>)?"
CALL = re.compile(rf"(?<![\w:.>])((?:typename )?(?:::)?(?:\w+{TEMPLATE}::)+(?:min|max))\(")
UNSAFE = re.compile(r"\b(min|max|major|minor|Yield|GetCurrentTime)\s*\(")
STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)\'|//.*')


def is_generated(place):
    return place.startswith(("mtproto/api/", "mtproto/mt/", "mtproto/proxy/contract/"))


def blank(text):
    """Without literals and comments, line by line."""
    # Raw strings run over lines.
    text = re.sub(r'R"(\w*)\(.*?\)\1"', lambda m: "\n" * m[0].count("\n"), text, flags=re.S)
    return [STRINGS.sub("", line) for line in text.splitlines()]


def check(include):
    offences = []
    for path in sorted(include.rglob("*.hpp")):
        place = path.relative_to(include).as_posix()
        if is_generated(place):
            continue
        for number, line in enumerate(blank(path.read_text()), 1):
            if line.lstrip().startswith("#"):
                continue
            for found in NAME.finditer(line):
                offences.append(f"{place}:{number}: {found[1]} is a macro elsewhere: take another name")
            for found in UNSAFE.finditer(line):
                offences.append(f"{place}:{number}: {found[1]}( is a macro elsewhere: (std::{found[1]})(, or macros.py --fix")
    return offences


def fixed(text):
    def mend(line):
        code = STRINGS.search(line)
        end = code.start() if code and code[0].startswith("//") else len(line)
        return CALL.sub(r"(\1)(", line[:end]) + line[end:]
    return "".join(mend(line) for line in text.splitlines(keepends=True))


def self_test():
    for before, after in {
        "auto a = std::min(b, c);\n": "auto a = (std::min)(b, c);\n",
        "x = std::numeric_limits<std::int32_t>::max();\n": "x = (std::numeric_limits<std::int32_t>::max)();\n",
        "f(std::max<int>(1, 2), time_point::max());\n": "f(std::max<int>(1, 2), (time_point::max)());\n",
        "return (std::min)(b, c);\n": "return (std::min)(b, c);\n",
        "f(numeric_limits<vector<array<int, 2>>>::max()); // std::min(\n": "f((numeric_limits<vector<array<int, 2>>>::max)()); // std::min(\n",
    }.items():
        assert fixed(before) == after, (fixed(before), after)
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "a.hpp").write_text(
            "#define small\nint f(); // small\nchar const* t = \"interface\";\nint small = std::min(1, 2);\nint b = (std::max)(1, 2);\nchar g = 'small';\n")
        assert [o.split(": ")[0] for o in check(pathlib.Path(folder))] == ["a.hpp:4", "a.hpp:4", "a.hpp:6"], check(pathlib.Path(folder))
    return 0


def main():
    arguments = sys.argv[1:]
    if arguments == ["--self-test"]:
        return self_test()
    fix = arguments[:1] == ["--fix"]
    if len(arguments) != 1 + fix:
        print(__doc__)
        return 2
    include = pathlib.Path(arguments[-1])
    if fix:
        for path in sorted(include.rglob("*.hpp")):
            if not is_generated(path.relative_to(include).as_posix()):
                text = path.read_text()
                if (mended := fixed(text)) != text:
                    path.write_text(mended)
    offences = check(include)
    print("\n".join(offences) or "no header uses a name that is a macro elsewhere")
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
