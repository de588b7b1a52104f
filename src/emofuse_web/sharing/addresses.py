"""Where a visitor's page fetches its parts: by the link itself, which is looked at each time."""

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from emofuse_web.analyses.models import Artifact


@dataclass(frozen=True, slots=True)
class SharedAddresses:
    """For whoever holds the link; there is nothing to take away."""

    id: UUID
    secret: str

    def page(self) -> str:
        """What is passed on."""
        return self._of("shared")

    def timeline(self) -> str:
        """Spans and overview curves."""
        return self._of("timeline")

    def curves(self) -> str:
        """One lane's curves between two times."""
        return self._of("curves")

    def shown(self, file: Artifact) -> str:
        """By its kind: ids of files are not told."""
        return self._of("file", file.kind)

    def taken(self, file: Artifact) -> str:
        """Nothing."""
        return ""

    def _of(self, name: str, *more: str) -> str:
        return reverse(f"sharing:{name}", args=[self.id, self.secret, *more])
