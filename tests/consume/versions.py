"""Where a version has to be written once more, it is that of include/mtproto/version.hpp: versions.py ROOT."""

import json
import pathlib
import re
import subprocess
import sys


def main():
    root = pathlib.Path(sys.argv[1])
    version = subprocess.run([sys.executable, root / "packaging/version.py", root / "include/mtproto/version.hpp"], check=True,
                             capture_output=True, text=True).stdout.strip()

    def text(name):
        return (root / name).read_text(encoding="utf-8")

    wrap = text("packaging/meson/mtproto.wrap")
    found = {
        "packaging/vcpkg/mtproto/vcpkg.json": json.loads(text("packaging/vcpkg/mtproto/vcpkg.json"))["version-semver"],
        "packaging/debian/changelog": re.match(r"mtproto \(([\d.]+)-", text("packaging/debian/changelog"))[1],
        "packaging/meson/mtproto.wrap directory": re.search(r"^directory = mtproto-(.*)$", wrap, re.M)[1],
        "packaging/meson/mtproto.wrap source_filename": re.search(r"^source_filename = mtproto-(.*)\.tar\.gz$", wrap, re.M)[1],
        "docs/install.md conanfile.txt": re.search(r"^mtproto/([\d.]+)$", text("docs/install.md"), re.M)[1],
    }
    for n, said in enumerate(re.findall(r"\bmtproto-(\d[\d.]*\d)", text("docs/install.md"))):
        found[f"docs/install.md mtproto-... number {n + 1}"] = said
    wrong = [f"{where} says {what}, version.hpp {version}" for where, what in found.items() if what != version]
    # The oldest Boost, in every build file.
    boost = {
        "meson.build": re.search(r"dependency\('boost', version: '>=([\d.]+)'\)", text("meson.build"))[1],
        "packaging/cmake/mtproto-components.cmake": re.search(r"find_package\(Boost ([\d.]+)", text("packaging/cmake/mtproto-components.cmake"))[1],
        "conanfile.py": re.search(r"boost/\[>=([\d.]+)", text("conanfile.py"))[1],
    }
    for n, said in enumerate(re.findall(r"libboost(?:-json)?-dev \(>= ([\d.]+)\)", text("packaging/debian/control"))):
        boost[f"packaging/debian/control number {n + 1}"] = said
    if len(set(boost.values())) != 1:
        wrong.append(f"different oldest versions of Boost: {boost}")
    sys.exit("\n".join(wrong) or 0)


if __name__ == "__main__":
    main()
