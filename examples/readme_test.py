"""The code in README.md and docs/clients.md is the text of examples: readme_test.py ROOT."""

import pathlib
import re
import sys
import textwrap

EXAMPLES = {
    "cpp": ["examples/*.cpp"],
    "python": ["clients/python/examples/*.py"],
    "js": ["clients/node/*.mjs"],
    "go": ["clients/go/example/*.go"],
    "sh": ["clients/*.sh"],
}


def main():
    root = pathlib.Path(sys.argv[1])
    count = 0
    for page in ("README.md", "docs/clients.md"):
        blocks = re.findall(r"^```(\w+)\n(.*?)^```", (root / page).read_text(encoding="utf-8"), re.S | re.M)
        if not blocks:
            sys.exit(f"{page} has no code")
        for language, block in blocks:
            texts = [path.read_text(encoding="utf-8") for pattern in EXAMPLES[language] for path in sorted(root.glob(pattern))]
            # A quotation may be indented less than the original.
            indents = [prefix + " " * width for prefix in ("", "\t") for width in (0, 4, 8)]
            if not any(textwrap.indent(block.strip(), indent) in text for text in texts for indent in indents):
                sys.exit(f"{page} quotes what is not in {', '.join(EXAMPLES[language])}:\n{block}")
            count += 1
    print(f"{count} blocks quoted as they are")


if __name__ == "__main__":
    main()
