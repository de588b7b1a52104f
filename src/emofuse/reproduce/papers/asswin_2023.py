"""asswin_2023."""

from emofuse.reproduce.base import Row

ROWS: tuple[Row, ...] = ()
