"""Features selected, or reduced, with the rows that are judged.

Only what is said can be looked at: once columns are chosen, those that were chosen on all rows
look like those that truly tell the labels.
"""

from collections.abc import Sequence

from emofuse.audit.base import EVERYTHING, Evidence, Finding, Grade, NotLooked, words

ASKS = "Were features selected with the rows that are judged?"
TRAPS = ("T16",)


def look(evidence: Evidence) -> Sequence[Finding]:
    """What is said of the rows that columns were selected, or reduced, on.

    Raises:
        NotLooked: Nothing is said.
    """
    said = {name: evidence.says[name] for name in ("selected_on", "reduced_on") if evidence.says.get(name) is not None}
    if not said:
        raise NotLooked("what is said about the rows that features were selected on (selected_on, reduced_on); the numbers cannot tell")
    return [
        Finding(
            "T16",
            Grade.INFLATED,
            "features chosen on judged rows",
            f"{name} is said to be '{value}': labels of the judged rows then chose what they are judged by."
            if name == "selected_on"
            else f"{name} is said to be '{value}': the judged rows shaped the axes they are judged on.",
            "Select and reduce on train alone, within each split.",
        )
        for name, value in said.items()
        if words(value) & EVERYTHING
    ]
