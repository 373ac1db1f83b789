#!/usr/bin/env python3
"""Draws the diagrams of docs/wire.md: docs/tools/draw.py [--check].

Plain SVG, committed beside the pages. Each brings its own ground and follows the reader's light or dark scheme.
"""

import pathlib
import sys
from html import escape

FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif"
STYLE = f"""
  text {{ {FONT}; font-size: 14px; fill: var(--ink); }}
  .small {{ font-size: 12px; fill: var(--soft); }}
  .title {{ font-size: 13px; font-weight: 600; fill: var(--soft); }}
  .mono {{ font-family: ui-monospace, 'SF Mono', Menlo, 'DejaVu Sans Mono', monospace; font-size: 13px; }}
  .ground {{ fill: var(--ground); }}
  .box {{ fill: var(--box); stroke: var(--line); }}
  .accent {{ fill: var(--accent); stroke: var(--accent-line); }}
  .warm {{ fill: var(--warm); stroke: var(--warm-line); }}
  .gone {{ fill: none; stroke: var(--warm-line); stroke-dasharray: 5 4; }}
  .line {{ stroke: var(--line); stroke-width: 1.5; fill: none; }}
  .fan {{ fill: var(--fan); }}
  .head {{ fill: var(--line); }}
  svg {{ --ground: #ffffff; --ink: #1c2430; --soft: #5b6675; --box: #f2f5f9; --line: #9aa7b8; --accent: #dcebff;
        --accent-line: #5b9be6; --warm: #fff0d9; --warm-line: #e0993a; --fan: #eef3fa; }}
  @media (prefers-color-scheme: dark) {{
    svg {{ --ground: #1e2129; --ink: #e6eaf2; --soft: #a3aebf; --box: #2a2f3a; --line: #66738a; --accent: #1d3a5f;
          --accent-line: #5b9be6; --warm: #4a3515; --warm-line: #e0993a; --fan: #242a35; }}
  }}"""


class Drawing:
    def __init__(self, width, height, about):
        self.width, self.height, self.about, self.parts = width, height, about, []

    def text(self, x, y, words, kind="", anchor="middle"):
        self.parts.append(f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}"' + (f' class="{kind}"' if kind else "") +
                          f">{escape(words)}</text>")

    def box(self, x, y, width, height, words, below="", kind="box", mono=False):
        self.parts.append(f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="5" class="{kind}"/>')
        middle = y + height / 2 + (5 if not below else -3)
        self.text(x + width / 2, middle, words, "mono" if mono else "")
        if below:
            self.text(x + width / 2, middle + 17, below, "small")

    def fan(self, upper, lower):
        """The lower row is what the upper box holds."""
        (a, b, top), (c, d, bottom) = upper, lower
        self.parts.append(f'<path d="M{a:g} {top:g} L{b:g} {top:g} L{d:g} {bottom:g} L{c:g} {bottom:g} Z" class="fan"/>')

    def arrow(self, x1, y1, x2, y2):
        way = 1 if x2 > x1 else -1
        self.parts.append(f'<path d="M{x1:g} {y1:g} L{x2 - way * 7:g} {y2:g}" class="line"/>'
                          f'<path d="M{x2:g} {y2:g} l{-way * 9:g} -4.5 v9 Z" class="head"/>')

    def svg(self):
        body = "\n  ".join(self.parts)
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" width="{self.width}" '
                f'height="{self.height}" role="img" aria-label="{escape(self.about)}">\n  <title>{escape(self.about)}</title>\n'
                f'  <style>{STYLE}\n  </style>\n  <rect class="ground" width="{self.width}" height="{self.height}" rx="8"/>\n  '
                f"{body}\n</svg>\n")


def row(drawing, y, cells, left=24, total=752, height=52):
    """Boxes side by side, widths in shares; their edges."""
    shares = sum(cell[0] for cell in cells)
    gap, x, edges = 4, left, []
    for share, words, below, kind in cells:
        width = (total - gap * (len(cells) - 1)) * share / shares
        drawing.box(x, y, width, height, words, below, kind)
        edges.append((x, x + width))
        x += width + gap
    return edges


def packet():
    d = Drawing(800, 446, "An MTProto packet: a frame holds an envelope, its encrypted part a message, that a body")
    rows = [
        ("on the socket, obfuscated or not", [(2, "frame", "1 to 12 bytes", "box"), (9, "packet", "up to 16 MiB", "accent"), (1, "CRC", "full only", "box")], 1),
        ("packet", [(2.2, "auth_key_id", "8", "box"), (2.2, "msg_key", "16", "box"), (6, "encrypted", "AES-256-IGE", "accent")], 2),
        ("plaintext", [(1.6, "salt", "8", "box"), (2, "session_id", "8", "box"), (5.6, "message", "", "accent"), (2.2, "padding", "12 to 1,024", "box")], 2),
        ("message", [(1.8, "msg_id", "8", "box"), (1.6, "seq_no", "4", "box"), (1.6, "length", "4", "box"), (6, "body", "TL", "accent")], 3),
    ]
    y, held = 38, None
    for title, cells, inner in rows:
        d_part = Drawing(0, 0, "")
        edges = row(d_part, y, cells)
        if held:
            d.fan((held[0], held[1], y - 48), (24, 776, y))
        d.text(24, y - 10, title, "title", "start")
        d.parts += d_part.parts
        held = edges[inner]
        y += 100
    d.text(24, 428, "body: rpc_result, a container of messages, gzip_packed, an update, or what a client calls: invokeWithLayer, then a method",
           "small", "start")
    return d


def framings():
    d = Drawing(800, 330, "Abridged, intermediate, padded intermediate and full framing")
    for y, (name, cells) in zip(range(42, 400, 74), [
        ("abridged, begins with ef", [(2, "length / 4", "1, or 7f and 3", "box"), (9, "packet", "", "accent")]),
        ("intermediate, begins with ee ee ee ee", [(2, "length", "4", "box"), (9, "packet", "", "accent")]),
        ("padded intermediate, begins with dd dd dd dd", [(2, "length", "4", "box"), (7, "packet", "", "accent"), (2, "random", "0 to 15", "box")]),
        ("full, begins with nothing", [(2, "length", "4", "box"), (2, "number", "4", "box"), (5, "packet", "", "accent"), (2, "CRC32", "4", "box")]),
    ]):
        d.text(24, y - 8, name, "title", "start")
        row(d, y, cells, height=44)
    return d


def key_exchange():
    d = Drawing(800, 560, "The key exchange: req_pq_multi, req_DH_params, set_client_DH_params, and their answers")
    left, right = 150, 650
    d.box(left - 70, 20, 140, 38, "client", kind="accent")
    d.box(right - 70, 20, 140, 38, "data centre", kind="accent")
    for x in (left, right):
        d.parts.append(f'<path d="M{x} 58 V540" class="line" stroke-dasharray="2 5"/>')
    steps = [
        (True, "req_pq_multi", "nonce"),
        (False, "resPQ", "server_nonce, pq, fingerprints of RSA keys"),
        (None, "factor pq; pick a key that we know", ""),
        (True, "req_DH_params", "p, q, RSA_PAD(new_nonce, data centre)"),
        (False, "server_DH_params_ok", "g, dh_prime, g_a, server time: IGE under new_nonce"),
        (None, "prime safe? generator right? g_a in range? clock offset", ""),
        (True, "set_client_DH_params", "g_b"),
        (False, "dh_gen_ok", "new_nonce_hash1, or dh_gen_retry"),
        (None, "auth_key = g_a^b mod dh_prime, 2,048 bits", ""),
    ]
    y = 92
    for to_server, name, what in steps:
        if to_server is None:
            d.box(left - 116, y - 17, 470, 32, name, kind="warm")
            y += 52
            continue
        d.text((left + right) / 2, y - 7, name, "mono")
        d.text((left + right) / 2, y + 17, what, "small")
        d.arrow(left + 6 if to_server else right - 6, y, right - 6 if to_server else left + 6, y)
        y += 52
    return d


def gap():
    d = Drawing(800, 268, "Updates with pts 11, 12 and 14 arrive: 14 waits half a second for 13, then a difference is fetched")
    d.text(24, 34, "they arrive", "title", "start")
    x = 24
    for words, kind in (("11", "accent"), ("12", "accent"), ("14", "warm"), ("12", "gone")):
        d.box(x, 44, 110, 46, "pts " + words, {"warm": "too early", "gone": "had it: dropped"}.get(kind, "applied"), kind)
        x += 122
    d.text(24, 132, "14 waits half a second for 13", "title", "start")
    d.box(24, 142, 234, 46, "13 comes by itself", "13, 14 applied", "accent")
    d.text(282, 170, "or", "small")
    d.box(306, 142, 232, 46, "updates.getDifference", "from pts 12", "warm")
    d.arrow(540, 165, 580, 165)
    d.box(582, 142, 194, 46, "13, 14, 15", "applied, once each", "accent")
    d.text(24, 226, "Applied means handled: the position moves to the end of a batch when the program asks for the next one. A channel", "small", "start")
    d.text(24, 244, "has a sequence of its own; if the server lost what was missed, the program is told so (reset).", "small", "start")
    return d


def main():
    folder = pathlib.Path(__file__).resolve().parents[1] / "wire"
    for name, draw in (("packet", packet), ("framings", framings), ("key-exchange", key_exchange), ("gap", gap)):
        path, text = folder / f"{name}.svg", draw().svg()
        if "--check" not in sys.argv[1:]:
            path.write_text(text, encoding="utf-8")
        elif path.read_text(encoding="utf-8") != text:
            sys.exit(f"{path.name} is not what docs/tools/draw.py draws: run it")
    print("4 diagrams")


if __name__ == "__main__":
    main()
