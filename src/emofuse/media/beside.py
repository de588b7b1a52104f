"""Files that are whole or not there: written beside their place, then renamed."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from emofuse.core.errors import MediaError

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EROFS}


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A path in the same folder to write to; it takes the name of `path` when all went well, and is removed when not.

    The folder is made where it is missing. The name ends as `path` does, for writers that go by it.

    Raises:
        MediaError: It cannot be written there.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     with beside(Path(folder) / "a.txt") as unfinished:
        ...         _ = unfinished.write_text("whole")
        ...     (Path(folder) / "a.txt").read_text()
        'whole'
    """
    path = Path(path)
    unfinished = path.with_name(f".{uuid4().hex[:8]}.unfinished{path.suffix}")  # a short name: `path` may have the longest allowed
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield unfinished
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True) if path.parent.is_dir() else None
        raise MediaError(_message(path, error)) from error
    except BaseException:  # Ctrl-C, too
        unfinished.unlink(missing_ok=True)
        raise


def _message(path: Path, error: OSError) -> str:
    if error.errno in _NO_SPACE:
        return f"Could not write {path}: no space left there. Nothing half-made was kept; free some space, or choose another --out."
    if error.errno in _NOT_ALLOWED:
        return f"Could not write {path}: this user may not write to {path.parent}. Allow it, or choose another --out."
    reason = (error.strerror or str(error)).lower()
    return f"Could not write {path}: {reason}. Expected a folder that can be written to; choose another --out."
