"""What was read out of a file, kept for the next time it is asked for, until the file changes."""

from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def kept(most: int) -> Callable[[Callable[Concatenate[Path, P], T]], Callable[Concatenate[Path, P], T]]:
    """Remember the last `most` results of a function that reads a file; what it returns must not be changed.

    A file that has another size or time of change is read anew, and one that has gone is reported by the function itself.

    Example:
        >>> @kept(2)
        ... def words(path: Path) -> int:
        ...     return len(path.read_text().split())
    """

    def around(read: Callable[Concatenate[Path, P], T]) -> Callable[Concatenate[Path, P], T]:
        @lru_cache(maxsize=most)
        def remembered(path: Path, stamp: tuple[int, int], *args: P.args, **kwargs: P.kwargs) -> T:
            return read(path, *args, **kwargs)

        @wraps(read)
        def reading(path: Path, /, *args: P.args, **kwargs: P.kwargs) -> T:
            try:
                stat = path.stat()
            except OSError:
                return read(path, *args, **kwargs)
            stamp = (stat.st_size, stat.st_mtime_ns)
            return remembered(path, stamp, *args, **kwargs)  # type: ignore[arg-type]  # P cannot say that arguments are hashable

        return reading

    return around
