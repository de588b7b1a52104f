"""sultana_2024."""

from emofuse.reproduce.base import Row

ROWS: tuple[Row, ...] = ()
