"""Where the result page's parts are fetched from: an owner's by the addresses of the analysis, what is shared by those of the link."""

from dataclasses import dataclass
from typing import Protocol

from django.urls import reverse

from emofuse_web.analyses.models import Analysis, Artifact


class Addresses(Protocol):
    """What a page needs to know of whoever reads it."""

    def timeline(self) -> str:
        """Spans of every lane, and their curves over the whole recording."""
        ...

    def curves(self) -> str:
        """One lane's curves between two times."""
        ...

    def shown(self, file: Artifact) -> str:
        """A file that the page itself plays or draws from."""
        ...

    def taken(self, file: Artifact) -> str:
        """A file to take away; empty where nobody may."""
        ...


@dataclass(frozen=True, slots=True)
class OwnAddresses:
    """For whoever may read the analysis itself."""

    analysis: Analysis

    def timeline(self) -> str:
        """Of the analysis."""
        return reverse("analyses:timeline", args=[self.analysis.id])

    def curves(self) -> str:
        """Of the analysis."""
        return reverse("analyses:data", args=[self.analysis.id])

    def shown(self, file: Artifact) -> str:
        """By its own id."""
        return reverse("analyses:artifact", args=[file.id])

    def taken(self, file: Artifact) -> str:
        """By its kind."""
        return reverse("analyses:export", args=[self.analysis.id, file.kind])
