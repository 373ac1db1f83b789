#!/usr/bin/env python3
"""Code in the documentation is the text of programs that the tests build and run.

    docs/tools/quotes.py            checks every page; exits with 1 and the first difference
    docs/tools/quotes.py --update   writes the examples' text into the pages
    docs/tools/quotes.py --self-test

In a page, a comment names the file, or a region of it, that the block below quotes:

    <!-- examples/guide/calls.cpp: typed -->
    ```cpp
    ...
    ```

In the file a region stands between lines `// [typed]` and `// [/typed]` (`# [typed]` in Python and shell). It may be
indented; the quotation is not. A block of code without such a comment must be a part of an example as it stands.
Blocks of shell say in a comment whether a test runs them, `<!-- run -->`, or why not, `<!-- not run: reason -->`: see
commands.py. Other blocks may say why not, too.
"""

import pathlib
import re
import sys
import tempfile
import textwrap

# Where blocks of a language that name no file may come from.
EXAMPLES = {
    "cpp": ["examples/*.cpp"],
    "python": ["clients/python/examples/*.py"],
    "js": ["clients/node/*.mjs"],
    "go": ["clients/go/example/*.go"],
    "sh": ["clients/*.sh"],
}
# Languages whose blocks need no program behind them: formats, output, and what belongs to other projects.
FREE = {"text", "toml", "json", "proto", "tl", "ini", "http", "yaml", "diff", "meson"}
# Blocks that show how a thing is done elsewhere, in the pages about moving here.
FOREIGN = re.compile(r"<!-- theirs -->\s*\Z")
# Pages whose every block a test of their own follows.
FOLLOWED = {"docs/install.md": "tests/consume"}
BLOCK = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```[ \t]*$", re.S | re.M)
MARK = re.compile(r"<!-- (?P<file>[\w./-]+\.\w+)(?:: (?P<region>[\w-]+))? -->\s*\Z")
NOT_HERE = re.compile(r"<!-- (run\b|not run: )[^>]*-->\s*\Z")  # see commands.py


class Bad(Exception):
    """A quotation that is not one; the text says where and why."""


def pages(root):
    found = [root / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")]
    return [page for page in found if page.exists()] + sorted(page for page in (root / "docs").rglob("*.md") if "tools" not in page.relative_to(root).parts)


def region_of(root, file, region):
    path = root / file
    if not path.is_file():
        raise Bad(f"there is no {file}")
    lines = path.read_text(encoding="utf-8").splitlines()
    if region:
        mark = re.compile(rf"\s*(?://|#) \[{re.escape(region)}\]\s*\Z")
        end = re.compile(rf"\s*(?://|#) \[/{re.escape(region)}\]\s*\Z")
        starts = [n for n, line in enumerate(lines) if mark.match(line)]
        ends = [n for n, line in enumerate(lines) if end.match(line)]
        if len(starts) != 1 or len(ends) != 1 or ends[0] < starts[0]:
            raise Bad(f"{file} has no region [{region}] ... [/{region}], or several")
        lines = lines[starts[0] + 1:ends[0]]
    any_mark = re.compile(r"\s*(?://|#) \[/?[\w-]+\]\s*\Z")
    return textwrap.dedent("\n".join(line for line in lines if not any_mark.match(line))).strip("\n") + "\n"


def quoted_somewhere(root, language, block):
    texts = [path.read_text(encoding="utf-8") for pattern in EXAMPLES[language] for path in sorted(root.glob(pattern))]
    # A quotation may be indented less than the original.
    indents = [prefix + " " * width for prefix in ("", "\t") for width in (0, 4, 8)]
    return any(textwrap.indent(block.strip(), indent) in text for text in texts for indent in indents)


def handle(root, page, update):
    """Checks a page, or brings it up to date; the number of its quotations."""
    text = page.read_text(encoding="utf-8")
    where = page.relative_to(root).as_posix()
    count, out, last = 0, [], 0
    if where in FOLLOWED:
        if not (root / FOLLOWED[where]).is_dir():
            raise Bad(f"{where}: nothing follows it, there is no {FOLLOWED[where]}")
        return 0
    for found in BLOCK.finditer(text):
        language, block = found[1], found[2]
        line = text.count("\n", 0, found.start()) + 1
        before = text[:found.start()]
        if mark := MARK.search(before):
            try:
                want = region_of(root, mark["file"], mark["region"])
            except Bad as why:
                raise Bad(f"{where}:{line}: {why}") from why
            if block != want:
                if not update:
                    raise Bad(f"{where}:{line}: not the text of {mark['file']}: run docs/tools/quotes.py --update")
                out += [text[last:found.start(2)], want]
                last = found.end(2)
        elif language == "":
            raise Bad(f"{where}:{line}: a block of code has no language; ```text is for output")
        elif language in FREE or FOREIGN.search(before) or NOT_HERE.search(before):
            continue
        elif language not in EXAMPLES or not quoted_somewhere(root, language, block):
            raise Bad(f"{where}:{line}: quotes what is not in {', '.join(EXAMPLES.get(language, ['any example']))}; name the file "
                      "above it: <!-- examples/guide/calls.cpp: typed -->")
        count += 1
    if out:
        page.write_text("".join(out) + text[last:], encoding="utf-8")
    return count


def self_test():
    with tempfile.TemporaryDirectory() as name:
        root = pathlib.Path(name)
        (root / "examples").mkdir()
        (root / "docs").mkdir()
        (root / "examples/a.cpp").write_text("int before;\n    // [one]\n    int a;\n      int b;\n    // [/one]\n")
        page = root / "docs/a.md"
        page.write_text("Text\n\n<!-- examples/a.cpp: one -->\n```cpp\n```\nmore\n")
        try:
            handle(root, page, False)
            raise AssertionError("a stale quotation was not seen")
        except Bad:
            pass
        handle(root, page, True)
        assert page.read_text().count("int a;\n  int b;\n```\nmore") == 1, page.read_text()
        assert handle(root, page, False) == 1
        for wrong in ("<!-- examples/a.cpp: two -->\n```cpp\n```\n", "```cpp\nint nowhere;\n```\n", "```\nx\n```\n", "```sh\nls\n```\n"):
            page.write_text(wrong)
            try:
                handle(root, page, False)
                raise AssertionError(f"not seen: {wrong}")
            except Bad:
                pass
        page.write_text("<!-- not run: an example -->\n```sh\nls\n```\n```cpp\nint before;\n```\n")
        assert handle(root, page, False) == 1
    print("ok")


def main():
    if "--self-test" in sys.argv[1:]:
        return self_test()
    root = pathlib.Path(__file__).resolve().parents[2]
    try:
        count = sum(handle(root, page, "--update" in sys.argv[1:]) for page in pages(root))
    except Bad as why:
        sys.exit(f"quotes.py: {why}")
    print(f"{count} blocks quoted as they are")


if __name__ == "__main__":
    main()
