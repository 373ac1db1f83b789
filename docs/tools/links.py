#!/usr/bin/env python3
"""Links of the documentation lead somewhere: docs/tools/links.py [--self-test].

Files and headings in the tree, also those that are named in code (`tests/layers.py`); links to the network are only looked at for
their form. Every page of docs/ must be reached from README.md.
"""

import html
import pathlib
import re
import sys
import tempfile
import urllib.parse

LINK = re.compile(r"!?\[(?:[^\]\[]|\[[^\]]*\])*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```[ \t]*$", re.S | re.M)
CODE = re.compile(r"`([^`\n]+)`")
# A file of ours in code: it has a folder that we have, and an ending.
FILE = re.compile(r"(?:apps|benchmarks|clients|docs|examples|gen|include|packaging|proto|schema|tests)/[\w./-]+\.\w+\Z")


def pages(root):
    return sorted(root.glob("*.md")) + sorted(page for page in (root / "docs").rglob("*.md") if "tools" not in page.relative_to(root).parts)


def slug(heading):
    """As GitHub and MkDocs (with the slugs that site.py sets) make it."""
    text = html.unescape(re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)).replace("`", "")
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


def headings(page):
    seen, found = {}, set()
    for line in FENCE.sub("", page.read_text(encoding="utf-8")).splitlines():
        if heading := re.match(r"#{1,6}\s+(.*?)\s*#*\Z", line):
            name = slug(heading[1])
            found.add(name if name not in seen else f"{name}-{seen[name]}")
            seen[name] = seen.get(name, 0) + 1
    return found


def check(root):
    wrong, reached = [], {}
    for page in pages(root):
        text = page.read_text(encoding="utf-8")
        where = page.relative_to(root).as_posix()
        plain = FENCE.sub(lambda block: "\n" * block[0].count("\n"), text)
        links = reached.setdefault(page.resolve(), set())
        for found in LINK.finditer(plain):
            target, line = found[1], plain.count("\n", 0, found.start()) + 1
            if re.match(r"https?://[\w.-]+(/|\Z)", target):
                continue
            path, _, anchor = urllib.parse.unquote(target).partition("#")
            if ":" in path:
                wrong.append(f"{where}:{line}: not a link that works everywhere: {target}")
                continue
            to = (page.parent / path).resolve() if path else page.resolve()
            if not to.is_relative_to(root.resolve()) or not to.exists():
                wrong.append(f"{where}:{line}: there is no {target}")
            elif anchor and (to.suffix != ".md" or anchor not in headings(to)):
                wrong.append(f"{where}:{line}: {path or 'this page'} has no heading #{anchor}")
            else:
                links.add(to)
        for found in CODE.finditer(plain):
            if FILE.match(found[1]) and not (root / found[1]).exists():
                line = plain.count("\n", 0, found.start()) + 1
                wrong.append(f"{where}:{line}: there is no {found[1]}")
    seen, todo = set(), [(root / "README.md").resolve()]
    while todo:
        page = todo.pop()
        if page not in seen:
            seen.add(page)
            todo += reached.get(page, set())
            if page.name == "README.md" and page.parent != root.resolve():
                todo += page.parent.glob("*.md")  # a folder with a page about what is in it
    wrong += [f"README.md leads nowhere near {page.relative_to(root).as_posix()}"
              for page in pages(root) if page.parent != root and page.resolve() not in seen]
    return wrong


def self_test():
    with tempfile.TemporaryDirectory() as name:
        root = pathlib.Path(name)
        (root / "docs").mkdir()
        (root / "README.md").write_text("# A `b` (c)\n[x](docs/a.md#a-b-c) [y](docs/none.md) [z](#a-b-c) `tests/none.py`\n"
                                        "```text\n[no](link.md)\n```\n")
        (root / "docs/a.md").write_text("# A b c\n[up](../README.md#nothing) [web](https://example.org/a) [self](#a-b-c)\n")
        (root / "docs/lost.md").write_text("# Lost\n")
        said = check(root)
        assert len(said) == 4, said
        for part in ("README.md:2: there is no docs/none.md", "README.md:2: there is no tests/none.py",
                     "docs/a.md:2: ../README.md has no heading #nothing", "nowhere near docs/lost.md"):
            assert any(part in line for line in said), (part, said)
    print("ok")


def main():
    if "--self-test" in sys.argv[1:]:
        return self_test()
    root = pathlib.Path(__file__).resolve().parents[2]
    wrong = check(root)
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{len(pages(root))} pages, every link leads somewhere")


if __name__ == "__main__":
    main()
