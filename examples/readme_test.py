"""The README's C++ blocks are the text of examples: readme_test.py ROOT."""

import pathlib
import re
import sys


def main():
    root = pathlib.Path(sys.argv[1])
    examples = {path.name: path.read_text() for path in sorted((root / "examples").glob("*.cpp"))}
    blocks = re.findall(r"```cpp\n(.*?)```", (root / "README.md").read_text(), re.S)
    if not blocks:
        sys.exit("README.md has no C++ block")
    for block in blocks:
        if not any(block.strip() in text for text in examples.values()):
            sys.exit("README.md quotes what is not in examples/:\n" + block)
    print(f"{len(blocks)} blocks quoted as they are")


if __name__ == "__main__":
    main()
