"""What electrodes are called: the 10-20 system and its finer form, 10-10, whatever a file writes around the names.

Source: Klem et al. 1999, "The ten-twenty electrode system"; names of the finer form as in Oostenveld, Praamstra 2001.
"""

import re
from collections.abc import Sequence
from types import MappingProxyType

_ROWS = MappingProxyType(
    {
        "Fp": (1, 2), "AF": (1, 10), "F": (1, 10), "FT": (7, 10), "FC": (1, 6), "T": (7, 10), "C": (1, 6),
        "TP": (7, 10), "CP": (1, 6), "P": (1, 10), "PO": (1, 10), "O": (1, 2), "I": (1, 2), "CB": (1, 2),
    }
)  # fmt: skip
_MIDDLE = ("Fpz", "AFz", "Fz", "FCz", "Cz", "CPz", "Pz", "POz", "Oz", "Iz")
ELECTRODES = tuple(f"{row}{number}" for row, (first, last) in _ROWS.items() for number in range(first, last + 1)) + _MIDDLE
"""Every name that a channel may end up with."""

FORMER = MappingProxyType({"T3": "T7", "T4": "T8", "T5": "P7", "T6": "P8"})
"""Names of 1958, and what the same places are called now."""

_KNOWN = {name.upper(): name for name in ELECTRODES} | FORMER
_BEFORE = re.compile(r"^(?:EEG|RAW|CH(?:ANNEL)?)[ _:.-]+", re.IGNORECASE)
_BEHIND = re.compile(r"[ _:-]+(?:REF|LE|RE|AR|AVG?|CAR|A1|A2|A1A2|M1|M2|UV|µV)$", re.IGNORECASE)  # what it was recorded against; a unit


def electrode(name: str) -> str | None:
    """The 10-20 name of a channel; None where it has none: other senses, nets with numbers, pairs of electrodes.

    Example:
        >>> [electrode(name) for name in ("EEG FP1-Ref", "T3..", "RAW_TP9", "Fp1-F7", "E12", "Status")]
        ['Fp1', 'T7', 'TP9', None, None, None]
    """
    bare = _BEHIND.sub("", _BEFORE.sub("", name.strip())).strip(" .'\"")
    return _KNOWN.get(bare.upper())


def electrodes(names: Sequence[str]) -> dict[str, int]:
    """Which columns are electrodes, by their 10-20 names; the first where two columns claim to be the same.

    Example:
        >>> electrodes(["time", "EEG Fp1", "EEG T3", "EKG"])
        {'Fp1': 1, 'T7': 2}
    """
    found: dict[str, int] = {}
    for column, name in enumerate(names):
        known = electrode(name)
        if known is not None:
            found.setdefault(known, column)
    return found
