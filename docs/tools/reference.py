"""The reference of the public headers, by Doxygen. Part of site.py."""

import pathlib
import re
import shutil
import subprocess

# Of the sandbox, what a test includes.
SANDBOX = {"data_centre.hpp", "options.hpp", "client_options.hpp", "ledger.hpp", "mailbox.hpp", "accounts.hpp", "files.hpp", "peer.hpp"}
# Generated types are documented by their schema, folders `detail` are no promise.
HIDDEN = {"api", "mt", "contract", "detail"}

# Whose names and members say it.
PLAIN = "mtproto::tl::shape::|mtproto::events::|mtproto::wire_record "

LITERAL = re.compile(r"'(?:\\.|[^'\\])'|\"(?:\\.|[^\"\\])*\"|//.*")
DETAIL = re.compile(r"\s*namespace (?:\w+::)*detail\b[^;]*$")
FOREIGN = re.compile(r"struct (?:boost|std)::")


def public_headers(include):
    for path in sorted((include / "mtproto").rglob("*.hpp")):
        place = path.relative_to(include / "mtproto")
        if HIDDEN & set(place.parts) or place.name.startswith("src"):
            continue
        if place.parts[0] == "sandbox" and (len(place.parts) > 2 or place.name not in SANDBOX):
            continue
        yield path


def without_details(text, path):
    """Without namespaces `detail`, and specialisations of other libraries' templates, which Doxygen does not understand.
    Lines keep their numbers."""
    lines = text.splitlines()
    out, inside, depth, opened = [], False, 0, False
    for number, line in enumerate(lines):
        if not inside and (DETAIL.match(line) or (line.startswith("template <") and number + 1 < len(lines)
                                                  and FOREIGN.match(lines[number + 1]))):
            inside, depth, opened = True, 0, False
        if not inside:
            out.append(line)
            continue
        out.append("")
        code = LITERAL.sub("", line)
        depth += code.count("{") - code.count("}")
        opened = opened or "{" in code
        inside = not opened or depth > 0
    if inside:
        raise SystemExit(f"reference.py: {path} ends inside of a namespace detail")
    return "\n".join(out) + "\n"


def run_doxygen(folder, *more):
    config = (folder / "Doxyfile").read_text(encoding="utf-8") + "\n".join(more) + "\n"
    return subprocess.run(["doxygen", "-"], input=config, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def build(root, folder):
    """The folder with the pages; ends the program if Doxygen finds anything wrong."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in ("Doxyfile", "reference.md", "reference.css"):
        shutil.copy(root / "docs/tools" / name, folder / name)
    for path in public_headers(root / "include"):
        to = folder / path.relative_to(root)
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(without_details(path.read_text(encoding="utf-8"), path), encoding="utf-8")
    done = run_doxygen(folder)
    said = done.stdout.replace(str(folder) + "/", "").strip()
    if done.returncode != 0 or said:
        raise SystemExit(f"Doxygen:\n{said}")
    # Every class and struct says what it is; members, specialisations and what is inside of another may speak for themselves.
    checked = run_doxygen(folder, "GENERATE_HTML = NO", "EXTRACT_ALL = NO", "WARN_IF_UNDOCUMENTED = YES", "WARN_AS_ERROR = NO",
                          "OUTPUT_DIRECTORY = unused")
    bare = [line for line in checked.stdout.replace(str(folder) + "/", "").splitlines() if re.search(rf"warning: Compound (?!{PLAIN})[\w:]+ is", line)]
    if bare:
        raise SystemExit("No comment says what these are:\n" + "\n".join(bare))
    return folder / "html"
