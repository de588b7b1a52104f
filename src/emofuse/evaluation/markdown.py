"""A document as Markdown: its sentences and tables; what its pictures show is in the tables."""

from collections.abc import Iterator, Sequence

from emofuse.evaluation.document import Document, Table, Tone

SPECIAL = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>|"})


def markdown(document: Document) -> str:
    """The whole page.

    Example:
        >>> print(markdown(Document("voice", "Of 100 clips, it gets 64 right.")))
        # voice
        <BLANKLINE>
        **Of 100 clips, it gets 64 right.**
        <BLANKLINE>
    """
    return "\n\n".join(_blocks(document)) + "\n"


def _blocks(document: Document) -> Iterator[str]:
    yield f"# {_plain(document.title)}"
    yield f"**{_plain(document.lead)}**"
    if document.remarks:
        yield "\n".join(
            f"- {f'**{remark.tone}:** ' if remark.tone is Tone.WARNING else ''}{_plain(remark.text)}" for remark in document.remarks
        )
    for section in document.sections:
        yield f"## {_plain(section.title)}"
        if section.tone is Tone.WARNING:
            yield "> " + " ".join(_plain(text) for text in section.text)
        else:
            yield from (_plain(text) for text in section.text)
        for table in section.tables:
            yield f"{_plain(table.caption)}:"
            yield _table(table)


def _table(table: Table) -> str:
    lines = ["---" if i < table.words else "---:" for i in range(len(table.heads))]
    return "\n".join([_line(table.heads), f"| {' | '.join(lines)} |", *(_line(row) for row in table.rows)])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_plain(cell) for cell in cells)} |"


def _plain(text: str) -> str:
    return " ".join(text.split()).translate(SPECIAL)
