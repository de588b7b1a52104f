"""Files for browsers: named by what is in them, so that they may be kept for ever, and packed beforehand."""

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

LEFT_OUT = ["rest_framework", "*.map"]  # pages of the API that nobody is shown; what debuggers ask for


class Packed(CompressedManifestStaticFilesStorage):
    """By gzip alone: the best Brotli takes seconds at the start of a site, for a tenth of a few files."""

    def create_compressor(self, **options: Any) -> Compressor:
        """What packs."""
        return Compressor(**{**options, "use_brotli": False})


def collect() -> None:
    """Bring them together, unless that was done with these very files."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    state = _state()
    if stamp.exists() and stamp.read_text(encoding="ascii") == state:
        return
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=LEFT_OUT, clear=True)
    stamp.write_text(state, encoding="ascii")


def _state() -> str:
    """What would be collected, in a word."""
    state = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list(LEFT_OUT):
            file = Path(storage.path(path)).stat()
            state.update(f"{path} {file.st_size} {file.st_mtime_ns}\n".encode())
    return state.hexdigest()
