import av
import numpy as np

from emofuse.media.grid import Grid, Seen


def shown(grid: Grid, times: list[float], shown_until: float = 0.0) -> list[int | None]:
    """The number of the picture that each sample shows; pictures are as bright as they are late in the list."""
    items: list[Seen] = []
    for number, time in enumerate(times):
        items += grid.push(av.VideoFrame.from_ndarray(np.full((16, 16), number, np.uint8), format="gray"), time)
    items += grid.close(shown_until)
    return [None if item.picture is None else int(item.picture.values[0, 0]) for item in items for _ in range(item.count)]


def grid(furthest: float = 20.0) -> Grid:
    return Grid(5.0, furthest, leap=2.0, aspect=1.0, spacing=0.04)


def test_each_sample_takes_the_nearest_picture_where_they_are_dense() -> None:
    assert shown(grid(), [i * 0.1 for i in range(10)]) == [0, 2, 4, 6, 8]
    assert shown(grid(), [0.0, 0.15, 0.27, 0.38, 0.5]) == [0, 1, 3]


def test_a_picture_stays_until_the_next_one_and_at_most_a_second() -> None:
    assert shown(grid(), [0.0, 1.7]) == [0, 0, 0, 0, 0, 0, None, None, None]


def test_there_is_nothing_before_the_first_picture() -> None:
    assert shown(grid(), [0.5, 0.6, 0.7]) == [None, None, None, 1]
    assert shown(grid(), [0.08, 0.12]) == [0]  # a little late is not late


def test_the_last_picture_ends_where_the_file_says() -> None:
    last = grid()

    assert shown(last, [0.0, 0.2, 0.4], shown_until=0.68) == [0, 1, 2, 2]
    assert last.end == 680


def test_times_from_nowhere_or_going_back_are_damage() -> None:
    broken = grid()

    assert shown(broken, [0.0, 0.2, 30_000.0, 0.1, 0.4]) == [0, 1, 4]
    assert broken.damaged == 2


def test_no_picture_is_no_sample() -> None:
    empty = grid()

    assert shown(empty, []) == []
    assert empty.end == 0
