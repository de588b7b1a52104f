import numpy as np

from emofuse.media.faces import Finder
from emofuse.media.follow import Follower
from emofuse.media.video import Box, Grey

SIZE = (240, 320)


def scene(*people: tuple[float, float, float, int]) -> Grey:
    """A dark picture with a bright square a person: middle across, middle down, side, brightness."""
    values = np.zeros(SIZE, dtype=np.uint8)
    for x, y, side, brightness in people:
        values[int(y - side / 2) : int(y + side / 2), int(x - side / 2) : int(x + side / 2)] = brightness
    return Grey(values)


def squares(picture: np.ndarray, enough: float) -> list[Box]:
    """Every brightness above 50 that fills a square is a face."""
    found = []
    for brightness in np.unique(picture[picture > 50]):
        rows, columns = np.nonzero(picture == brightness)
        if len(rows) > 100:
            height, width = rows.max() - rows.min() + 1, columns.max() - columns.min() + 1
            found.append(Box(float(columns.min()), float(rows.min()), float(width), float(height)))
    return found


def follower(note: str | None = None) -> Follower:
    return Follower(Finder("squares", squares, side=1.0, down=0.0, closely=64, note=note))


def test_a_face_that_moves_is_followed() -> None:
    watching = follower()

    crops = [watching.see(scene((60 + 6 * i, 100, 80, 200))) for i in range(30)]

    assert all(crop is not None and crop.shape == (48, 48) and crop.mean() > 180 for crop in crops)
    assert watching.notes() == ()


def test_nobody_is_nobody() -> None:
    watching = follower()

    assert [watching.see(scene()) for _ in range(10)] == [None] * 10


def test_somebody_who_comes_later_is_seen_within_three_pictures() -> None:
    watching = follower()
    for _ in range(10):
        watching.see(scene())

    seen = [watching.see(scene((100, 100, 80, 200))) is not None for _ in range(6)]

    assert seen.index(True) <= 2
    assert all(seen[2:])


def test_somebody_who_leaves_is_gone_at_once_and_may_come_back_elsewhere() -> None:
    watching = follower()
    for _ in range(10):
        watching.see(scene((60, 100, 80, 200)))

    assert watching.see(scene()) is None
    assert any(watching.see(scene((250, 140, 80, 200))) is not None for _ in range(3))


def test_the_largest_face_is_the_main_one_and_the_others_are_counted() -> None:
    watching = follower()

    crops = [watching.see(scene((80, 100, 100, 200), (240, 100, 60, 90), (240, 200, 50, 120))) for _ in range(20)]

    assert all(crop is not None and crop.mean() > 180 for crop in crops)
    (note,) = watching.notes()
    assert note.startswith("2 other faces were seen, for 100 % of the time")


def test_a_larger_face_that_passes_by_does_not_take_over() -> None:
    watching = follower()
    for _ in range(50):
        watching.see(scene((80, 100, 80, 200)))

    crops = [watching.see(scene((80, 100, 80, 200), (240, 120, 100, 90))) for _ in range(10)]

    assert all(crop is not None and crop.mean() > 180 for crop in crops)
    assert "1 other face was seen" in watching.notes()[0]


def test_when_the_main_face_leaves_the_other_becomes_it_after_a_while() -> None:
    watching = follower()
    for _ in range(20):
        watching.see(scene((80, 100, 80, 200), (240, 120, 70, 90)))

    crops = [watching.see(scene((240, 120, 70, 90))) for _ in range(60)]

    assert crops[0] is None
    assert crops[-1] is not None


def test_a_detector_that_is_second_best_is_said() -> None:
    assert follower("found by a simpler method").notes() == ("found by a simpler method",)
