"""Several analyses in one file: a zip with a result of each."""

import re
import tempfile
import zipfile
from collections.abc import Iterable
from typing import IO

from emofuse_web.analyses.delivery import stem
from emofuse_web.analyses.models import Analysis, Artifact
from emofuse_web.recognition.made import ending
from emofuse_web.storage import storage

BUNDLED = ("json", "csv_spans")  # kinds of artifacts that a bundle can hold
IN_MEMORY = 8 * 2**20  # bytes; what is larger goes to a file that is gone when it is closed


def bundle(analyses: Iterable[Analysis], kind: str) -> IO[bytes]:
    """A zip, read from its beginning, with the file of that kind of each analysis that has one."""
    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # whoever sends it closes it
    ids = {analysis.id: analysis for analysis in analyses}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as pack:
        for artifact in Artifact.objects.filter(analysis__in=ids, kind=kind).order_by("analysis__created", "id"):
            analysis = ids[artifact.analysis_id]
            pack.write(storage().local(f"artifacts/{artifact.id}"), f"{_name(analysis)}{ending(kind)}")
    file.seek(0)
    return file


def _name(analysis: Analysis) -> str:
    """A name that is whole on every system, and like no other in the zip."""
    words = re.sub(r"[^\w\-]+", "-", analysis.label or stem(analysis)).strip("-")[:60]
    return f"{words}-{str(analysis.id)[:8]}" if words else str(analysis.id)
