"""Running the recipes: a home, a copy of the sources and an environment that knows nothing of this tree."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile

from recipes import Page

SKIPPED = 77
# What is not part of a release: builds at the top, caches anywhere.
BUILDS = re.compile(r"build.*|asan|tsan|\.git|\.cache")
CACHES = re.compile(r"node_modules|__pycache__|.*\.pyc")


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def need(*tools):
    for tool in tools:
        if not shutil.which(tool):
            skip(f"{tool} is not installed")


class Kitchen:
    """One folder for one way; made anew at each run."""

    def __init__(self, root, work):
        self.root = root.resolve()
        self.work = work.resolve()
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        self.page = Page(self.root / "docs/install.md")
        header = (self.root / "include/mtproto/version.hpp").read_text(encoding="utf-8")
        self.version = ".".join(re.findall(r"#define MTPROTO_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", header))
        self.layer = (self.root / "schema/LAYER").read_text(encoding="utf-8").strip()
        self.sources = self.work / f"mtproto-{self.version}"
        shutil.copytree(self.root, self.sources, ignore=self.left_out, symlinks=True)
        self.home = self.work / "home"

    def left_out(self, folder, names):
        return [n for n in names if CACHES.fullmatch(n) or (pathlib.Path(folder) == self.root and BUILDS.fullmatch(n))]

    def environment(self):
        """The user's own, with another home; compilers go through ccache where it is, since the same is compiled again and again."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PKG_CONFIG", "CMAKE_", "MESON_", "NINJA", "CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS"))}
        kept |= {"HOME": str(self.home), "MTPROTO": str(self.sources), "CXX": "g++", "LC_ALL": "C.UTF-8", "CONAN_HOME": str(self.home / "conan")}
        ccache = shutil.which("ccache")
        if ccache:
            cache = subprocess.run([ccache, "--get-config", "cache_dir"], capture_output=True, text=True, check=True).stdout.strip()
            links = self.work / "ccache"
            links.mkdir(exist_ok=True)
            for name in "g++", "c++", "gcc", "cc":
                if not (links / name).is_symlink():
                    (links / name).symlink_to(ccache)
            kept |= {"CCACHE_DIR": cache, "CCACHE_NOHASHDIR": "1", "CCACHE_BASEDIR": str(self.work), "PATH": f"{links}:{kept['PATH']}"}
        return kept

    def run(self, command, folder, **more):
        """Ends the test with all that the command said if it fails; else gives what it said."""
        shown = command if isinstance(command, str) else " ".join(map(str, command))
        print(f"--- in {folder.name}\n{shown}", flush=True)
        if isinstance(command, str):
            command = ["bash", "-euo", "pipefail", "-c", command]
        done = subprocess.run(command, cwd=folder, env=self.environment() | more, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace")
        print("\n".join(done.stdout.splitlines()[-40 if done.returncode == 0 else -400:]), flush=True)
        if done.returncode != 0:
            sys.exit(f"exit code {done.returncode}: {shown}")
        return done.stdout

    def follow(self, title, block=None, folder=None):
        """Does what a section says, or its block of commands with that number only."""
        section = self.page.sections[title]
        folder = self.work / (folder or re.sub(r"\W+", "-", title.lower()))
        self.page.start.lay_out(folder)
        for name, text in section.files.items():
            (folder / name).write_text(text, encoding="utf-8")
        commands = section.commands if block is None else [section.commands[block]]
        if not commands:
            sys.exit(f"docs/install.md: no commands under {title!r}")
        self.home.mkdir(exist_ok=True)
        return [self.run(text, folder) for text in commands][-1]

    def hello(self, said):
        self.expect(said, f"mtproto {self.version} speaks layer {self.layer}; 32 bytes\n")

    def expect(self, said, what):
        if what not in said:
            sys.exit(f"missing in what was said: {what!r}")

    def archive(self):
        path = self.work / f"mtproto-{self.version}.tar.gz"
        with tarfile.open(path, "w:gz", compresslevel=1) as archive:
            archive.add(self.sources, self.sources.name)
        return path


def files_below(folder):
    return sorted(path.relative_to(folder).as_posix() for path in pathlib.Path(folder).rglob("*") if path.is_file())
