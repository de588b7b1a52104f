"""njoku_2021."""

from emofuse.reproduce.base import Row

ROWS: tuple[Row, ...] = ()
