"""A page of docs/ as a manual page: manpage.py PAGE LOWDOWN VERSION. The page begins "# NAME(SECTION)" and "## Name\n\nNAME: what it is"."""

import re
import subprocess
import sys

page, lowdown, version = sys.argv[1:]
with open(page, encoding="utf-8") as source:
    text = source.read()
head = re.match(r"# (\w+)\((\d)\)\n\n## Name\n\n\1: (.*?)\n\n", text, re.S)
if not head:
    sys.exit(f"{page}: does not begin with \"# NAME(SECTION)\" and \"## Name\", \"NAME: what it is\"")
name, section, what = head.groups()
# whatis wants one line, "name - description"; sections of a manual page are of the first level.
text = f"## NAME\n\n{name} - {' '.join(what.split())}\n\n" + text[head.end():]
text = re.sub(r"^##", "#", text, flags=re.M)
made = subprocess.run([lowdown, "-s", "-Tman", "-m", f"title={name}", "-m", f"section={section}", "-m", f"source=mtproto {version}",
                       "--parse-no-metadata"], input=text, capture_output=True, text=True, check=True)
sys.stdout.write(made.stdout)
