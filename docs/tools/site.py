#!/usr/bin/env python3
"""The documentation as a site: docs/tools/site.py [--out build/site].

Pages by MkDocs with its Material theme, the reference by Doxygen (Debian: mkdocs mkdocs-material doxygen; `./run docs` installs them). A
warning of either is an error. Without a server the pages work, except for the search:

    python3 -m http.server --bind 127.0.0.1 --directory build/site
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys

import reference

ROOT = pathlib.Path(__file__).resolve().parents[2]
LANGUAGES = {".cpp": "cpp", ".hpp": "cpp", ".py": "python", ".sh": "sh", ".toml": "toml", ".mjs": "js", ".go": "go"}
LINK = re.compile(r"(\]\()([^)\s#]+)(#[^)\s]*)?(\))")


def stage(folder):
    """The pages where they stand in the tree, and every other file that they link to as a page of its own."""
    pages = sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md"))
    pages = [page for page in pages if "tools" not in page.relative_to(ROOT).parts]
    for page in pages:
        text = page.read_text(encoding="utf-8")

        def moved(found):
            target = (page.parent / found[2]).resolve()
            if "://" in found[2] or target in pages or not target.is_file() or target.suffix == ".svg":
                return found[0]
            name = target.relative_to(ROOT)
            to = folder / "source" / (name.as_posix() + ".md")
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_text(f"# {name.as_posix()}\n\n```{LANGUAGES.get(target.suffix, 'text')}\n{target.read_text(encoding='utf-8')}\n```\n",
                          encoding="utf-8")
            up = "../" * len(page.relative_to(ROOT).parts[:-1])
            return f"{found[1]}{up}source/{name.as_posix()}.md{found[4]}"

        to = folder / page.relative_to(ROOT)
        to.parent.mkdir(parents=True, exist_ok=True)
        # The front page has no neighbours to list beside it.
        front = "---\nhide: [navigation]\n---\n" if page == ROOT / "README.md" else ""
        to.write_text(front + LINK.sub(moved, text), encoding="utf-8")
    shutil.copytree(ROOT / "docs/wire", folder / "docs/wire", dirs_exist_ok=True)
    shutil.copy(ROOT / "docs/tools/site.css", folder / "site.css")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default=ROOT / "build/site", type=pathlib.Path)
    args = parser.parse_args()
    out = args.out.resolve()
    work = out.with_name(out.name + ".work")
    missing = [tool for tool in ("mkdocs", "doxygen") if not shutil.which(tool)]
    if missing:
        sys.exit(f"site.py: {' and '.join(missing)} not found; ./run docs installs what is needed")
    shutil.rmtree(work, ignore_errors=True)
    (work / "pages").mkdir(parents=True)
    stage(work / "pages")
    shutil.copytree(reference.build(ROOT, work / "reference"), work / "pages/reference")
    config = (ROOT / "docs/tools/mkdocs.yml").read_text(encoding="utf-8")
    others = [page.relative_to(ROOT).as_posix() for page in sorted((ROOT / "docs/decisions").glob("*.md"))]
    entries = "".join(f"          - {page}\n" for page in others if page not in config)
    (work / "mkdocs.yml").write_text(config.replace("          # site.py adds the others here\n", entries), encoding="utf-8")
    if subprocess.run(["mkdocs", "--quiet", "build", "--strict", "--config-file", work / "mkdocs.yml", "--site-dir", out]).returncode != 0:
        sys.exit("site.py: MkDocs gave up, see above")
    shutil.rmtree(work)
    print(f"{out}/index.html")


if __name__ == "__main__":
    main()
