"""What is promised for one format, tested for all."""

import numpy as np
import pytest

from emofuse import catalog
from emofuse.core.errors import MediaError
from emofuse.core.labels import COMMON_SEVEN
from emofuse.core.segment import Segment
from emofuse.core.timeline import Timeline

NAMES = catalog.names("exports")


def lane(name, *members):
    generator = np.random.default_rng(0)
    scores = generator.dirichlet([0.3] * 7, size=20).astype(np.float32)
    scores[8:14] = np.nan
    absent = tuple("no face" if 8 <= i < 14 else None for i in range(20))
    segments = tuple(Segment(i * 200, i * 200 + 200) for i in range(20))
    return Timeline(name, COMMON_SEVEN, segments, scores, 3_950, absent, 0.1, members, ("a note",), {"source": "a.mp4"})


TIMELINES = {
    "fused": lane("fused", lane("face"), lane("voice")),
    "alone": lane("face"),
    "absent": Timeline("voice", COMMON_SEVEN, (Segment(0, 90),), np.full((1, 7), np.nan, np.float32), 90, ("silence",)),
    "empty": Timeline("voice", COMMON_SEVEN, (), np.empty((0, 7), np.float32), 90),
}


def test_every_ending_and_summary_is_its_own():
    modules = [catalog.module("exports", name) for name in NAMES]

    assert len({module.SUFFIX for module in modules}) == len({module.SUMMARY for module in modules}) == len(NAMES)
    assert all(module.SUFFIX.startswith(".") and "\n" not in module.SUMMARY for module in modules)


@pytest.mark.parametrize("kind", TIMELINES)
@pytest.mark.parametrize("name", NAMES)
def test_any_timeline_is_kept_in_one_file(name, kind, tmp_path):
    module = catalog.module("exports", name)
    path = tmp_path / "new folder" / f"a{module.SUFFIX}"

    module.save(TIMELINES[kind], path)

    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert path.stat().st_size > 0


@pytest.mark.parametrize("name", NAMES)
def test_a_place_that_cannot_be_written_is_said(name, tmp_path):
    module = catalog.module("exports", name)
    (tmp_path / "taken").write_text("a file where the folder should be")

    with pytest.raises(MediaError, match="Could not write.*--out"):
        module.save(TIMELINES["alone"], tmp_path / "taken" / f"a{module.SUFFIX}")


@pytest.mark.parametrize("name", [name for name in NAMES if hasattr(catalog.module("exports", name), "text")])
def test_text_says_when_there_is_nothing_to_judge(name):
    assert "silence" in catalog.module("exports", name).text(TIMELINES["absent"])
