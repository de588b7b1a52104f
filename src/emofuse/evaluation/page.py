"""A document as one HTML page that needs nothing else: no script, no request, pictures inside; for a telephone, a screen and paper."""

import base64
import re
from collections.abc import Iterator, Sequence
from html import escape

from emofuse.evaluation.document import Document, Picture, Remark, Section, Table, Tile, Tone

SIGNS = {Tone.GOOD: "✓", Tone.PLAIN: "·", Tone.WARNING: "!"}
STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --faint: #59636e; --line: #d8dee4; --paper: #ffffff; --panel: #f6f8fa;
  --warn: #9a3b00; --warn-panel: #fff4e8; --good: #0f5132; --good-panel: #eef7f1; --link: #0b5394; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ed; --faint: #a3adb8; --line: #3a424b; --paper: #14181d; --panel: #1d232a;
    --warn: #ffb27a; --warn-panel: #33231a; --good: #9ad8b4; --good-panel: #1a2b22; --link: #8ec3f5; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
body > * { max-width: 62rem; margin-inline: auto; padding-inline: 1rem; }
header { padding-block: 2rem 0; }
.kicker { margin: 0; color: var(--faint); font-size: .8rem; letter-spacing: .08em; text-transform: uppercase; }
h1 { margin: .1rem 0 .8rem; font-size: 1.35rem; font-weight: 600; line-height: 1.25; overflow-wrap: anywhere; }
.lead { margin: 0 0 1.4rem; font-size: clamp(1.35rem, 1.05rem + 1.6vw, 2rem); line-height: 1.3; font-weight: 600; max-width: 46rem;
  text-wrap: balance; }
.remarks { list-style: none; margin: 0 0 1.4rem; padding: 0; display: grid; gap: .5rem; max-width: 46rem; }
.remarks li { display: grid; grid-template-columns: 1.2rem 1fr; gap: .5rem; padding: .55rem .8rem; background: var(--panel);
  border-left: 3px solid var(--line); border-radius: 0 .4rem .4rem 0; overflow-wrap: anywhere; }
.remarks .good { background: var(--good-panel); border-color: var(--good); }
.remarks .warning { background: var(--warn-panel); border-color: var(--warn); }
.sign { font-weight: 700; text-align: center; }
.good .sign { color: var(--good); } .warning .sign { color: var(--warn); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.6rem, 1fr)); gap: .6rem; margin: 0 0 1.4rem; }
.tiles div { padding: .7rem .9rem; border: 1px solid var(--line); border-radius: .5rem; }
.tiles dt { color: var(--faint); font-size: .85rem; }
.tiles dd { margin: 0; font-size: 1.55rem; font-weight: 600; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tiles dd + dd { color: var(--faint); font-size: .8rem; font-weight: 400; }
nav ol { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; margin: 0; padding: .6rem 0; font-size: .9rem;
  border-block: 1px solid var(--line); }
a { color: var(--link); }
section { padding-block: 1.6rem .4rem; border-bottom: 1px solid var(--line); }
section:last-child { border: 0; }
section.warning { margin-block: 1.4rem; padding: 1rem 1rem .4rem; background: var(--warn-panel); border: 2px solid var(--warn);
  border-radius: .5rem; }
h2 { margin: 0 0 .5rem; font-size: 1.2rem; line-height: 1.3; }
section.warning h2 { color: var(--warn); }
p { margin: 0 0 .9rem; max-width: 46rem; overflow-wrap: anywhere; }
.body { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 1rem 2rem; margin-bottom: 1rem; }
figure { margin: 0; flex: 1 1 22rem; max-width: 29rem; }
figure img { display: block; width: 100%; height: auto; background: #fff; border-radius: .4rem; }
figcaption, caption { color: var(--faint); font-size: .85rem; text-align: left; }
figcaption { padding-top: .3rem; }
caption { padding-bottom: .35rem; }
.scroll { overflow-x: auto; flex: 0 1 auto; min-width: 0; max-width: 100%; }
.scroll:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .8rem .3rem 0; text-align: right; vertical-align: top; border-bottom: 1px solid var(--line); white-space: nowrap; }
thead th { border-bottom: 2px solid var(--faint); font-weight: 600; }
tbody th { font-weight: 400; }
.word { text-align: left; white-space: normal; }
th.word { min-width: 6rem; }
td.word { min-width: 7rem; max-width: 40rem; overflow-wrap: anywhere; }
td.word:nth-child(2):not(:last-child) { overflow-wrap: normal; }
@media (max-width: 30rem) { table { font-size: .82rem; } th, td { padding-right: .55rem; } td.word { min-width: 5.5rem; } }
footer { color: var(--faint); font-size: .85rem; padding-block: 1rem 2.5rem; }
@media print {
  :root { color-scheme: light; --ink: #000; --faint: #444; --line: #bbb; --paper: #fff; --panel: #fff; --warn: #000; --warn-panel: #fff;
    --good: #000; --good-panel: #fff; --link: #000; }
  body { font-size: 10pt; } body > * { max-width: none; padding-inline: 0; } nav { display: none; } .scroll { overflow: visible; }
  figure, tr, .remarks li, .tiles div { break-inside: avoid; } h2, caption { break-after: avoid; } table { font-size: 8pt; }
  figure { flex-basis: 44%; max-width: 48%; } .body { gap: .6rem 1rem; } figcaption, caption { font-size: 8pt; }
  th, td { padding-right: .5rem; } .tiles { grid-template-columns: repeat(5, 1fr); }
}
"""


def page(document: Document) -> str:
    """The whole page.

    Example:
        >>> "<h1>voice</h1>" in page(Document("voice", "Of 100 clips, it gets 64 right."))
        True
    """
    return "\n".join(_lines(document)) + "\n"


def _lines(document: Document) -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(document.title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>"
    yield f'<header>\n<p class="kicker">emofuse</p>\n<h1>{escape(document.title)}</h1>\n<p class="lead">{escape(document.lead)}</p>'
    if document.remarks:
        yield '<ul class="remarks">'
        yield from (_remark(remark) for remark in document.remarks)
        yield "</ul>"
    if document.tiles:
        yield '<dl class="tiles">'
        yield from (_tile(tile) for tile in document.tiles)
        yield "</dl>"
    yield "</header>"
    if document.sections:
        yield '<nav aria-label="Sections">\n<ol>'
        yield from (f'<li><a href="#{_anchor(s.title)}">{escape(s.title)}</a></li>' for s in document.sections)
        yield "</ol>\n</nav>\n<main>"
        for section in document.sections:
            yield from _section(section)
        yield "</main>"
    yield "<footer>What is recognized are expressions, not what somebody feels. It must not decide about a person.</footer>"
    yield "</body>\n</html>"


def _remark(remark: Remark) -> str:
    sign = f'<span class="sign" aria-hidden="true">{SIGNS[remark.tone]}</span>'
    return f'<li class="{remark.tone}">{sign}<span><span class="unseen">{remark.tone}: </span>{escape(remark.text)}</span></li>'


def _tile(tile: Tile) -> str:
    detail = f"<dd>{escape(tile.detail)}</dd>" if tile.detail else ""
    return f"<div><dt>{escape(tile.name)}</dt><dd>{escape(tile.value)}</dd>{detail}</div>"


def _section(section: Section) -> Iterator[str]:
    anchor = _anchor(section.title)
    kind = ' class="warning"' if section.tone is Tone.WARNING else ""
    yield f'<section{kind} aria-labelledby="{anchor}">\n<h2 id="{anchor}">{escape(section.title)}</h2>'
    yield from (f"<p>{escape(text)}</p>" for text in section.text)
    yield '<div class="body">'
    yield from (_picture(picture) for picture in section.pictures)
    for table in section.tables:
        yield from _table(table)
    yield "</div>\n</section>"


def _picture(picture: Picture) -> str:
    data = base64.b64encode(picture.draw().encode()).decode()
    source = f"data:image/svg+xml;base64,{data}"
    return f'<figure><img alt="{escape(picture.alt)}" src="{source}"><figcaption>{escape(picture.caption)}</figcaption></figure>'


def _table(table: Table) -> Iterator[str]:
    """Within a box that scrolls by itself where the screen is narrow, and that a keyboard reaches."""
    yield f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(table.caption)}">'
    yield f"<table>\n<caption>{escape(table.caption)}</caption>"
    heads = (f'<th scope="col"{_kind(i, table)}>{escape(head)}</th>' for i, head in enumerate(table.heads))
    yield f"<thead><tr>{''.join(heads)}</tr></thead>\n<tbody>"
    yield from (_row(row, table) for row in table.rows)
    yield "</tbody>\n</table>\n</div>"


def _row(row: Sequence[str], table: Table) -> str:
    cells = [
        f'<th scope="row"{_kind(i, table)}>{escape(cell)}</th>' if i == 0 and table.words else f"<td{_kind(i, table)}>{escape(cell)}</td>"
        for i, cell in enumerate(row)
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _kind(column: int, table: Table) -> str:
    return ' class="word"' if column < table.words else ""


def _anchor(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
