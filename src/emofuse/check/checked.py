"""What a check of one copy found, as a table and as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import MappingProxyType

_SHOWN = 5  # names of each kind that the text shows; JSON has them all


@dataclass(frozen=True, slots=True)
class Count:
    """One line of the table.

    Args:
        what: What is counted.
        found: How many there are.
        expected: How many a complete copy has; None where nobody says.
    """

    what: str
    found: int
    expected: int | None = None

    @property
    def wrong(self) -> bool:
        """Whether it is not what was published."""
        return self.expected is not None and self.found != self.expected


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of one copy found.

    Args:
        corpus: Its name.
        root: The folder.
        counts: Found against expected.
        seconds: How long it took.
        quick: Whether files were opened and no more.
        read: Sources read whole, recordings followed by their packets, files opened.
        problem: Why no clips could be listed; None where they could.
        missing: Ids that a complete copy has and this one lacks.
        unexpected: Ids that no complete copy has.
        uneven: People with another number of clips than all should have.
        unreadable: Reason to the clips and files.
        strange: Clips with values that are no finite numbers.
        constant: By modality, columns of features that say the same in every clip.
        duplicates: Files of one content, group by group.
        strays: Files of no clip.
        packed: Archives.
        there: What lies in the folder, where no clips could be listed.
        source: Where the published counts stand.
    """

    corpus: str
    root: str
    counts: tuple[Count, ...]
    seconds: float
    quick: bool = False
    read: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    problem: str | None = None
    missing: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    uneven: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    unreadable: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    strange: tuple[str, ...] = ()
    constant: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    duplicates: tuple[tuple[str, ...], ...] = ()
    strays: tuple[str, ...] = ()
    packed: tuple[str, ...] = ()
    there: str = ""
    source: str = ""

    @property
    def faults(self) -> tuple[str, ...]:
        """Why it is no complete copy; empty where it is one."""
        said = [f"{count.what}: {count.found:,} of {count.expected:,}" for count in self.counts if count.wrong]
        said += [f"{len(self.missing):,} clips are missing"] * bool(self.missing)
        said += [f"{len(self.unexpected):,} clips do not belong to it"] * bool(self.unexpected)
        said += [f"{sum(map(len, self.unreadable.values())):,} sources cannot be read"] * bool(self.unreadable)
        said += [f"{len(self.uneven):,} people have another number of clips than the others"] * bool(self.uneven)
        return (*([self.problem] if self.problem else []), *said)

    @property
    def ok(self) -> bool:
        """Whether it is a complete copy, as far as anybody says what that is."""
        return not self.faults

    def as_dict(self) -> dict[str, object]:
        """Everything, as JSON takes it."""
        said: dict[str, object] = {"ok": self.ok, "faults": list(self.faults)}
        for name in (each.name for each in fields(self)):
            value = getattr(self, name)
            said[name] = dict(value) if isinstance(value, Mapping) else list(value) if isinstance(value, tuple) else value
        said["counts"] = [{"what": count.what, "found": count.found, "expected": count.expected} for count in self.counts]
        return said

    def text(self) -> str:
        """One table, and below it what is wrong or worth a look."""
        lines = [f"{self.corpus} in {self.root}: {'complete' if self.ok else 'not a complete copy'}", ""]
        width = max((len(count.what) for count in self.counts), default=5)
        if self.counts:
            lines.append(f"{'':<{width}}  {'found':>9}  {'expected':>9}  difference")
        for count in self.counts:
            expected = "" if count.expected is None else f"{count.expected:,}"
            difference = f"{count.found - count.expected:+,}" if count.wrong and count.expected is not None else ""
            lines.append(f"{count.what:<{width}}  {count.found:>9,}  {expected:>9}  {difference:>10}")
        lines += [*([""] if self.counts else []), *self._said()]
        return "\n".join(line.rstrip() for line in lines)

    def _said(self) -> Iterable[str]:
        if self.problem is not None:
            yield f"No clips could be listed: {self.problem}"
        if self.there:
            yield f"In the folder: {self.there}."
        whole = [count.what for count in self.counts if count.expected and not count.wrong]
        if self.faults and whole:
            yield f"Whole in themselves: {', '.join(whole)}."
        yield from _several("Missing", self.missing)
        yield from _several("Clips of no complete copy", self.unexpected)
        for reason, where in self.unreadable.items():
            yield from _several(f"Unreadable, {reason}", where)
        yield from _several(
            "People with another number of clips than all should have", [f"{who} has {count:,}" for who, count in self.uneven.items()]
        )
        yield from _several("Archives still packed", self.packed)
        yield from _several("The same file twice", [" = ".join(names) for names in self.duplicates])
        yield from _several("Files of no clip", self.strays)
        yield from _several("Clips with values that are no finite numbers", self.strange)
        for m, columns in self.constant.items():
            yield f"{columns:,} columns of {m} say the same in every clip."
        done = ", ".join(f"{count:,} {what}" for what, count in self.read.items() if count)
        yield f"{done or 'Nothing was read'}, in {self.seconds:.1f} s." + (f" Published counts: {self.source}." if self.source else "")


def _several(what: str, names: Sequence[str]) -> Iterable[str]:
    if names:
        shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else "")
        yield f"{what}: {len(names):,} ({shown})"
