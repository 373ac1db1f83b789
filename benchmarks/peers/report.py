"""What bench.py found, as a table and as plots.

  report.py FOLDER            writes them anew from FOLDER/peers.json, and the table of README.md
  report.py FOLDER --check    says whether README.md has the figures of FOLDER/peers.json; exit code 1 if not
"""
import html
import json
import math
import pathlib
import sys

CLIENTS = ["ours", "TDLib", "gotd", "grammers", "Telethon", "mtcute", "teleproto"]
TITLES = {
    "codec": "TL: a request, and a reply of 100 messages",
    "crypto": "Ciphers, packets, pq",
    "rpc": "Calls over loopback, one connection",
    "connect": "From nothing to the first answer",
    "files": "A file of 11 MB",
    "memory": "Memory of a connected client",
    "size": "On the disk, stripped",
}
NAMES = {
    "encode_request_ns": "encode sendMessage, ns",
    "decode_reply_us": "decode 100 messages, µs",
    "encode_reply_us": "encode 100 messages, µs",
    "pq_us": "factor pq, µs",
    "connect_ms": "connect, fastest, ms",
    "connect_p50_ms": "connect, median, ms",
    "connect_cpu_ms": "connect, processor, ms",
    "resident_mb": "resident, MB",
    "private_mb": "of its own, MB",
    "size_mb": "installed, MB",
}
WORDS = {"ige": "IGE", "packet": "packet", "small": "getUsers,", "history": "getHistory,", "1": "one at a time,", "64": "64 in flight,",
         "rate": "calls/s", "cpu": "processor,", "us": "µs", "mbs": "MB/s", "ms": "ms", "p50": "p50,", "p99": "p99,", "1k": "1 KB,",
         "16k": "16 KB,", "64k": "64 KB,", "512k": "512 KB,"}


def higher_is_better(row):
    return row.endswith(("_mbs", "_rate"))


def title(row):
    if row in NAMES:
        return NAMES[row]
    if row.endswith("_cpu_ms_per_mb"):
        return row.split("_")[0] + ", processor, ms/MB"
    return " ".join(WORDS.get(word, word) for word in row.split("_"))


def number(value):
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def ratio(row, ours, theirs):
    """How many times better we are."""
    if not ours or not theirs:
        return math.nan
    return ours / theirs if higher_is_better(row) else theirs / ours


def about(found):
    machine = found["machine"]
    return (f"{machine['cpu']} ({', '.join(machine['flags'])}), {machine['cores']} cores, {machine['memory_gb']} GB, {machine['system']}, "
            f"{machine['date']}, load {machine['load']:.1f}")


def markdown(found):
    out = ["# The same work by other clients", "", about(found) + ".", "",
           "; ".join(f"{name} {text}" for name, text in found["versions"].items()) + ".",
           "Compilers and interpreters: " + ", ".join(f"{name} {text}" for name, text in found["machine"]["tools"].items()) + ".", "",
           f"Best of {found['rounds']} rounds, all in turns. In brackets: how many times better ours is, best with best / median with median; below 1 we lose.",
           "What a client has no public function for, or cannot be asked, is empty."]
    for group, rows in found["results"].items():
        present = [name for name in CLIENTS if any(name in of for of in rows.values())]
        out += ["", f"## {TITLES[group]}", "", f"![{TITLES[group]}](peers-{group}.svg)", "", "| | " + " | ".join(present) + " |", "| --- |" + " ---: |" * len(present)]
        for row, of in rows.items():
            cells = []
            for name in present:
                if name not in of:
                    cells.append("")
                    continue
                text = number(of[name]["best"])
                if name == "ours":
                    text = f"**{text}**"
                elif "ours" in of:
                    text += " ({} / {})".format(*(number(ratio(row, of["ours"][which], of[name][which])) for which in ("best", "median")))
                cells.append(text)
            out.append(f"| {title(row)} | " + " | ".join(cells) + " |")
    if found["failures"]:
        out += ["", "## What failed", ""] + [f"- {text}" for text in found["failures"]]
    return "\n".join(out) + "\n"


README = pathlib.Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- benchmarks/peers/report.py writes this table -->\n", "<!-- the end of the table -->\n"
# Without rates and latencies of clients of other layers, which wait for the data centre to translate.
HIGHLIGHTS = [("codec", "decode_reply_us"), ("codec", "encode_reply_us"), ("crypto", "ige_decrypt_16k_mbs"), ("crypto", "packet_read_1k_us"),
              ("crypto", "pq_us"), ("rpc", "small_64_cpu_us"), ("connect", "connect_ms"), ("files", "upload_cpu_ms_per_mb"),
              ("files", "download_cpu_ms_per_mb"), ("memory", "private_mb"), ("size", "size_mb")]


def with_table(text, found):
    """README.md with the rows a reader looks for first."""
    lines = ["| | " + " | ".join(CLIENTS) + " |", "| --- |" + " ---: |" * len(CLIENTS)]
    for group, row in HIGHLIGHTS:
        of = found["results"][group][row]
        cells = [number(of[name]["best"]) if name in of else "" for name in CLIENTS]
        lines.append(f"| {title(row)} | **{cells[0]}** | " + " | ".join(cells[1:]) + " |")
    machine = found["machine"]
    lines += ["", f"Best of {found['rounds']} rounds in turns, {machine['cores']} cores of an {machine['cpu'].replace('(R)', '')}, {machine['date'][:10]}, by `./run bench`."]
    before, rest = text.split(BEGIN)
    return before + BEGIN + "\n".join(lines) + "\n" + END + rest.split(END)[1]


STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.title { font-size: 16px; font-weight: 600 } .row { font-weight: 600 } .note { font-size: 10px; fill: #59636e }
.back { fill: #ffffff } .ours { fill: #0969da } .other { fill: #9aa4af } .grid { stroke: #d1d9e0; stroke-width: 1 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .note { fill: #9198a1 } .back { fill: #0d1117 } .ours { fill: #4493f8 } .other { fill: #656c76 } .grid { stroke: #3d444d }
}
"""
LEFT, BAR, HIGH, GAP = 110, 480, 15, 20


def plot(found, group):
    """Bars, one panel per row, on a logarithmic axis: clients differ by powers of ten."""
    body, y = [], 58
    for row, of in found["results"][group].items():
        values = {name: of[name]["best"] for name in CLIENTS if name in of and of[name]["best"] > 0}
        if not values:
            continue
        low = math.floor(math.log10(min(values.values())) - 0.3)
        high = max(math.ceil(math.log10(max(values.values()))), low + 1)
        better = "more is better" if higher_is_better(row) else "less is better"
        body.append(f'<text class="row" x="10" y="{y}">{html.escape(title(row))}</text><text class="note" x="{LEFT + BAR}" y="{y}" text-anchor="end">{better}</text>')
        y += 8
        top = y
        bars = []
        for name, value in values.items():
            width = BAR * (math.log10(value) - low) / (high - low)
            bars.append(f'<text x="{LEFT - 8}" y="{y + 12}" text-anchor="end">{name}</text>'
                        f'<rect class="{"ours" if name == "ours" else "other"}" x="{LEFT}" y="{y + 2}" width="{width:.1f}" height="{HIGH - 3}" rx="2"/>'
                        f'<text x="{LEFT + width + 6:.1f}" y="{y + 12}">{number(value)}</text>')
            y += HIGH
        for power in range(low, high + 1):
            x = LEFT + BAR * (power - low) / (high - low)
            body.append(f'<line class="grid" x1="{x:.1f}" y1="{top}" x2="{x:.1f}" y2="{y}"/>')
        body += bars
        y += GAP
    width, height = LEFT + BAR + 80, y + 16
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">'
            f"<title>{html.escape(TITLES[group])}</title><style>{STYLE}</style><rect class=\"back\" width=\"100%\" height=\"100%\"/>"
            f'<text class="title" x="10" y="24">{html.escape(TITLES[group])}</text>'
            f'<text class="note" x="10" y="40">{html.escape(about(found))}</text>' + "\n".join(body) +
            f'<text class="note" x="10" y="{height - 8}">Logarithmic: a line is ten times the one before. Best of {found["rounds"]} rounds.</text></svg>\n')


def main(folder, *options):
    folder = pathlib.Path(folder)
    known = json.loads((folder / "peers.json").read_text(encoding="utf-8"))
    readme = README.read_text(encoding="utf-8")
    if options == ("--check",):
        if readme != with_table(readme, known):
            sys.exit(f"README.md does not have the figures of {folder.name}/peers.json: run benchmarks/peers/report.py benchmarks/results")
        print("README.md has the figures that were measured")
        return
    README.write_text(with_table(readme, known), encoding="utf-8")
    (folder / "peers.md").write_text(markdown(known), encoding="utf-8")
    for one in known["results"]:
        (folder / f"peers-{one}.svg").write_text(plot(known, one), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
