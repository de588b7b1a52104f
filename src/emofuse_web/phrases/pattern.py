"""A sentence with holes, and what stood in them; found from left to right without ever going back, whatever somebody's file says."""

import re
from dataclasses import dataclass

HOLE = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A sentence with holes.

    Args:
        sentence: As it is marked for translation.
        between: What stands before the first hole, between two, and after the last.
        holes: Their names.
    """

    sentence: str
    between: tuple[str, ...]
    holes: tuple[str, ...]

    @classmethod
    def of(cls, sentence: str) -> "Pattern":
        """Of its text."""
        parts = HOLE.split(sentence)
        return cls(sentence, tuple(part.replace("%%", "%") for part in parts[::2]), tuple(parts[1::2]))

    def match(self, said: str) -> dict[str, str] | None:
        """What stood in the holes; None where it is another sentence.

        Example:
            >>> Pattern.of("%(n)s of %(n2)s left out").match("3 of 40 left out")
            {'n': '3', 'n2': '40'}
            >>> Pattern.of("%(n)s of %(n2)s left out").match("3 of 40") is None
            True
        """
        first, *inner, last = self.between
        end = len(said) - len(last)
        if not said.startswith(first) or not said.endswith(last) or end <= len(first):
            return None
        place, stood = len(first), dict[str, str]()
        for hole, following in zip(self.holes, [*inner, ""], strict=True):
            upto = said.find(following, place + 1, end) if following else end
            value = said[place:upto]
            if upto <= place or stood.get(hole, value) != value:
                return None
            stood[hole] = value
            place = upto + len(following)
        return stood
