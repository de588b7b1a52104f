"""A corpus' data sheet, from its own file: what its docstring says, what its fields say, and nothing that stands elsewhere.

``python -m emofuse.sheet`` makes docs/corpora.md of all of them.
"""

import argparse
import inspect
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from emofuse import catalog
from emofuse.core.corpus import Corpus, Download, Published
from emofuse.media.beside import beside

PAGE = "corpora.md"
WIDTH = 100  # signs of a line on a terminal
_ENTRY = re.compile(r"([A-Z][A-Za-z -]{2,30}): (.*)")
_NOBODY = "not told"
_INTRODUCTION = """\
# Corpora

What each data set is, where to get it, under what licence, and how it must lie on disk.
`--data DIR` names a folder that holds one folder a corpus, each named as below.
None of it comes with this package, and none may be assumed free for commercial use.
Weights trained on a set carry its licence in their model card.

`emofuse corpora show NAME` prints a sheet, `emofuse fetch NAME --data DIR` gets what may be had without asking,
and `emofuse check NAME --data DIR` compares a copy with the published counts and reads every file of it.
This page is made from the corpora's own files by `make record`; change those, not this.
"""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is said of a corpus.

    Args:
        corpus: Its value.
        title: In a sentence.
        entries: Question and answer, in the order of the sheet; the question is empty where there is only a remark.
    """

    corpus: Corpus
    title: str
    entries: tuple[tuple[str, str], ...]

    def text(self) -> str:
        """The sheet as a terminal shows it."""
        lines = [f"{self.corpus.name}: {self.title}", ""]
        for question, answer in self.entries:
            said, indent = (f"{question}: {answer}", "  ") if question else (answer, "")
            lines += textwrap.wrap(said, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
        return "\n".join([*lines, "On disk:", f"  {self.corpus.name}/", *(f"  {line}" for line in _layout(self.corpus))])

    def markdown(self) -> str:
        """The sheet as a section of the page."""
        plain = [f"{_escaped(answer)}\n" for question, answer in self.entries if not question]
        entries = [f"- **{question}:** {_escaped(answer)}" for question, answer in self.entries if question]
        tree = [f"{self.corpus.name}/", *_layout(self.corpus)]
        return "\n".join([f"## {self.corpus.name}", "", _escaped(self.title), "", *plain, *entries, "", "```", *tree, "```", ""])

    def row(self) -> str:
        """The sheet as a line of the page's table."""
        published = self.corpus.published
        people = _NOBODY if published is None or published.people is None else f"{published.people:,}"
        modalities = ", ".join(sorted(self.corpus.modalities))
        cells = (f"`{self.corpus.name}`", self.title.rstrip("."), modalities, str(len(self.corpus.labels)), people, self.corpus.license)
        return "| " + " | ".join(_escaped(cell).replace("|", "\\|") for cell in cells) + " |"


def sheet(name: str) -> Sheet:
    """The data sheet of one corpus.

    Raises:
        UnknownName: There is none of this name.

    Example:
        >>> sheet("toy").title
        'made up in memory, all four modalities; for tests, demos and the first half hour.'
    """
    corpus = catalog.corpus(name)
    title, entries = _said(inspect.getdoc(catalog.module("corpora", name)) or "")
    return Sheet(corpus, title, (*entries, *_fields(corpus)))


def page(names: Sequence[str] | None = None) -> str:
    """The page of all corpora: a table, and a section each."""
    sheets = [sheet(name) for name in (catalog.names("corpora") if names is None else names)]
    head = ["| Name | What | Modalities | Labels | People | Licence |", "|---|---|---|---|---|---|"]
    return "\n".join([_INTRODUCTION, *head, *(each.row() for each in sheets), "", *(each.markdown() for each in sheets)])


def stale(docs: Path) -> bool:
    """Whether the page under `docs` says something else than the corpora do, or is not there."""
    file = docs / PAGE
    return not file.is_file() or file.read_text(encoding="utf-8") != page()


def _said(text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Title, and questions with their answers, of a docstring; an answer goes on in indented lines, and what asks nothing is itself."""
    title, _, rest = text.partition("\n")
    entries: list[tuple[str, str]] = []
    for line in rest.splitlines():
        entry = _ENTRY.match(line)
        if entry is not None:
            entries.append((entry[1], entry[2].strip()))
        elif entries and line.strip() and (line.startswith(" ") or not entries[-1][0]):
            entries[-1] = (entries[-1][0], f"{entries[-1][1]} {line.strip()}")
        elif line.strip():
            entries.append(("", line.strip()))
    return title.partition(": ")[2] or title, tuple(entries)


def _fields(corpus: Corpus) -> Iterator[tuple[str, str]]:
    """What the corpus' value says."""
    if corpus.getting:
        yield "Get it", corpus.getting
    if corpus.downloads:
        files = sum(isinstance(entry, Download) for entry in corpus.downloads)
        records = [entry.replace(":", " record ").capitalize() for entry in corpus.downloads if isinstance(entry, str)]
        told = [f"{files} file{'s' if files > 1 else ''}"] * bool(files) + [f"the files of {record}" for record in records]
        yield "Without asking", f"`emofuse fetch {corpus.name} --data DIR` brings {' and '.join(told)}."
    yield "Licence", f"{corpus.license}."
    yield "Cite", corpus.citation
    if corpus.published is not None:
        yield "A complete copy", _counts(corpus.published)


def _counts(published: Published) -> str:
    said = [f"{published.clips:,} clips"]
    if published.people:
        said.append(f"{published.people:,} people")
    if published.each:
        said.append(f"{published.each:,} clips each")
    groups = {"labels": published.labels, **published.facts}
    told = [f"{what}: {', '.join(f'{value} {count:,}' for value, count in values.items())}" for what, values in groups.items() if values]
    return "; ".join([", ".join(said), *told]) + "." + (f" Counts: {published.source}." if published.source else "")


def _layout(corpus: Corpus) -> list[str]:
    return ["    " + line for line in textwrap.dedent(corpus.layout).rstrip().splitlines()]


def _escaped(text: str) -> str:
    """Text for Markdown: signs that would begin something are meant as they are, but in code, which stays as it is."""
    parts = re.split(r"(``.*?``|`.*?`)", text)
    return "".join(part if i % 2 else part.replace("*", "\\*").replace("<", "&lt;") for i, part in enumerate(parts))


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the page of all corpora."""
    parser = argparse.ArgumentParser(prog="python -m emofuse.sheet", description=main.__doc__)
    parser.add_argument("--docs", type=Path, default=Path("docs"), help="folder of the page (docs)")
    file = parser.parse_args(arguments).docs / PAGE
    with beside(file) as unfinished:
        unfinished.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
