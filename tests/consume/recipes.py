"""The texts of docs/install.md: what a reader copies into files, and the commands that are typed."""

import pathlib
import re

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.S | re.M)
# The first line of what goes into a file is a comment with its name.
FILE = re.compile(r"(?:#|//) ([\w.]+)\n")


class Section:
    def __init__(self, title, text):
        self.title = title
        self.files = {}
        self.commands = []
        for language, block in BLOCK.findall(text):
            named = FILE.match(block)
            if language == "sh":
                self.commands.append(block)
            elif named:
                self.files[named[1]] = block[named.end():]

    def lay_out(self, folder):
        folder.mkdir(parents=True)
        for name, text in self.files.items():
            (folder / name).write_text(text, encoding="utf-8")


class Page:
    def __init__(self, path: pathlib.Path):
        start, *parts = re.split(r"^## (.*)\n", path.read_text(encoding="utf-8"), flags=re.M)
        self.start = Section("", start)
        self.sections = {title: Section(title, text) for title, text in zip(parts[::2], parts[1::2])}
