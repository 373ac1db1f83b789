"""Generates what the package has of the contract when it is built; see generate.py. Nothing generated is in the repository."""
import pathlib
import shutil
import sys

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))


def proto_folder():
    """In the repository the contract is at its root; a source distribution carries a copy."""
    for folder in (HERE / "proto", HERE.parent.parent / "proto"):
        if (folder / "mtproto" / "mtproto.proto").exists():
            return folder
    raise SystemExit("mtproto-proxy: no proto/mtproto/mtproto.proto here nor in the repository's root")


class Build(build_py):
    def run(self):
        super().run()
        import generate

        editable = getattr(self, "editable_mode", False)
        target = HERE / "src" if editable else pathlib.Path(self.build_lib)
        generate.generate(proto_folder(), HERE / "src" / "mtproto_proxy", target / "mtproto_proxy")


class Source(sdist):
    def make_release_tree(self, base_dir, files):
        super().make_release_tree(base_dir, files)
        shutil.copy(HERE / "generate.py", base_dir)
        shutil.copytree(proto_folder(), pathlib.Path(base_dir) / "proto", dirs_exist_ok=True)


setup(cmdclass={"build_py": Build, "sdist": Source})
