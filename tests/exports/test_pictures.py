import io
import re
from dataclasses import replace

import matplotlib
import numpy as np
import pytest
from lxml import etree
from PIL import Image

from emofuse.core.labels import COMMON_SEVEN, LabelSet
from emofuse.core.segment import Segment
from emofuse.core.timeline import Timeline
from emofuse.exports import png, svg
from emofuse.exports.base.picture import COLOURS, _brought, figure


def words(drawn):
    return [text.get_text() for part in (drawn, *drawn.axes) for text in part.findobj(matplotlib.text.Text) if text.get_text()]


def test_words_without_times_are_drawn_by_sentence(timeline):
    untimed = replace(timeline, duration=3_000, facts={"media": {"text_order": "1000"}}, segments=timeline.segments[:15],
                      scores=timeline.scores[:15], absent=timeline.absent[:15], members=())  # fmt: skip

    said = words(figure(untimed))

    assert {"1", "2", "3", "sentence"} <= set(said)
    assert any(word.startswith("3 sentences without times") for word in said)
    assert not [word for word in said if re.search(r"\d\d:\d\d", word)]


def test_a_picture_says_what_the_timeline_says(timeline):
    said = words(figure(timeline))

    assert {"fused", "face", "voice", *timeline.labels} <= set(said)
    assert any("anger?" in word for word in said)
    assert any(word.replace("\n", " ") == "no face, silence" for word in said)
    assert "the talk & more.mp4" in said
    assert any("not what a person feels" in word for word in said)


def test_spans_are_drawn_where_they_are(timeline):
    above = figure(timeline).axes[0]

    edges = {(round(x0), round(x1)) for bars in above.collections for path in bars.get_paths() for x0, x1 in [path.get_extents().intervalx]}

    for lane in (timeline, *timeline.members):
        assert {(span.segment.start, span.segment.end) for span in lane.spans()} <= edges


def test_png_and_svg_are_pictures(timeline, tmp_path):
    png.save(timeline, tmp_path / "a.png")
    svg.save(timeline, tmp_path / "a.svg")

    with Image.open(tmp_path / "a.png") as picture:
        assert picture.format == "PNG"
        assert picture.width > 1_000
        assert np.asarray(picture.convert("L")).std() > 10
    assert etree.parse(tmp_path / "a.svg").getroot().tag.endswith("svg")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.png", "a.svg"]


def test_pictures_need_no_pyplot_and_leave_no_settings_behind(timeline, tmp_path):
    before = dict(matplotlib.rcParams)

    png.save(timeline, tmp_path / "a.png")

    assert dict(matplotlib.rcParams) == before


def test_dark_words_are_read_on_every_colour_also_in_grey():
    def luminance(colour):
        channels = [int(part, 16) / 255 for part in re.findall("..", colour[1:])]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))

    ink = luminance("#1a1a1a")

    assert all((luminance(colour) + 0.05) / (ink + 0.05) >= 4.5 for colour in COLOURS.values())  # WCAG 2.2, 1.4.3


@pytest.mark.parametrize("duration", [40, 1_000, 3_600_000])
def test_short_and_long_recordings_are_drawn(duration):
    labels = LabelSet(("anger", "bliss"))
    scores = np.array([[0.9, 0.1], [np.nan, np.nan]], dtype=np.float32)
    half = max(duration // 2, 1)
    line = Timeline("face", labels, (Segment(0, half), Segment(half, duration)), scores, duration, (None, "no face"))

    file = io.BytesIO()
    figure(line).savefig(file, format="png")

    assert len(file.getvalue()) > 1_000


def test_names_with_dollars_or_unknown_letters_do_not_break_the_picture(timeline, tmp_path):
    for name in ("$\\frac$.mp4", "映画.mp4", "x" * 200 + ".mp4"):
        png.save(replace(timeline, facts={"source": name}), tmp_path / "a.png")

    assert (tmp_path / "a.png").exists()


def test_a_lane_whose_words_are_no_emotions_has_no_curve_among_them():
    cells = (Segment(0, 1_000), Segment(1_000, 2_000))
    states = LabelSet(("concentrating", "neutral", "relaxed"))
    attention = Timeline("attention", states, cells, np.full((2, 3), 1 / 3, dtype=np.float32), 2_000)
    voice = Timeline("voice", LabelSet(("calm", "neutral")), cells, np.float32([[0.3, 0.7], [0.5, 0.5]]), 2_000)
    three = LabelSet(("negative", "neutral", "positive"))
    face = Timeline("face", COMMON_SEVEN, cells, np.full((2, 7), 1 / 7, dtype=np.float32), 2_000)

    assert [lane.lane for lane in _brought((attention, voice), COMMON_SEVEN)] == ["voice"]
    (heard,) = _brought((voice,), COMMON_SEVEN)
    np.testing.assert_allclose(heard.scores[:, COMMON_SEVEN.index("neutral")], 1.0)
    (seen,) = _brought((face,), three)
    np.testing.assert_allclose(seen.scores[0], [4 / 6, 1 / 6, 1 / 6], atol=1e-6)
