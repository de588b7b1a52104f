"""Explanations as JSON and as pictures."""

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import matplotlib
import numpy as np
import pytest
from PIL import Image

from emofuse.core.explanation import CANNOT, Axis, Explanation, Look, Moment
from emofuse.core.modality import Modality
from emofuse.core.segment import Segment
from emofuse.exports import explanation_png, explanation_svg
from emofuse.exports import json as js
from emofuse.exports.base.explained import PLAYERS, toward
from emofuse.exports.base.looked import points, rows_of, width

SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "docs" / "timeline.schema.json").read_text(encoding="utf-8"))
AUDIO, VIDEO, TEXT, EEG = Modality.AUDIO, Modality.VIDEO, Modality.TEXT, Modality.EEG


@pytest.fixture(scope="session")
def looks(timeline):
    noise = np.random.default_rng(0)
    side = Axis("down", tuple(range(48)), "pixel"), Axis("across", tuple(range(48)), "pixel")
    sound = Axis("time", tuple(range(500, 3_500, 16)), "ms"), Axis("frequency", tuple(range(100, 8_100, 100)), "Hz")
    shape = tuple(len(axis.places) for axis in sound)
    return (
        Look("face", VIDEO, Segment(1_000, 1_200), "happiness", "integrated gradients", 0.9, 0.1, side,
             noise.normal(size=(48, 48)), noise.integers(0, 255, size=(48, 48), dtype=np.uint8)),
        Look("voice", AUDIO, Segment(500, 3_500), "happiness", "integrated gradients", 0.6, 0.2, sound,
             noise.normal(size=shape), noise.uniform(-80, 0, size=shape)),
        Look("words", TEXT, Segment(0, 3_000), "happiness", "occlusion", 0.6, None, (Axis("word", ("what", "lovely", "news")),),
             np.array([0.01, 0.4, -0.1])),
        Look("eeg", EEG, Segment(0, 3_000), "happiness", "occlusion", 0.6, None, (Axis("band", ("theta", "alpha")),), np.zeros(2)),
    )  # fmt: skip


@pytest.fixture(scope="session")
def explained(timeline, looks):
    """The timeline, shared out between its two members at random, with one moment looked at closely."""
    cells = timeline.on(200)
    noise = np.random.default_rng(0).uniform(-0.2, 0.2, size=cells.scores.shape)
    both = (cells.scores - 1 / 7) / 2
    players = {"face": frozenset({VIDEO}), "voice": frozenset({AUDIO})}
    span = timeline.spans()[0]
    moments = (Moment(Segment(1_000, 1_200), span.segment, "happiness", looks),)
    return replace(
        timeline,
        explanation=Explanation(
            timeline.labels, players, cells.segments, np.full(7, 1 / 7), np.stack([both + noise, both - noise]), moments, notes=("a note",)
        ),
    )


def words(figure):
    return [text.get_text() for part in (figure, *figure.axes) for text in part.findobj(matplotlib.text.Text) if text.get_text()]


def test_the_explanation_follows_the_schema(explained):
    document = json.loads(js.text(explained))

    assert list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(document)) == []
    explanation = document["explanation"]
    assert explanation["schema"] == "emofuse-explanation/1"
    assert explanation["limits"] == CANNOT
    assert explanation["prior"]["name"] == "every label alike"
    assert sum(explanation["prior"]["p"].values()) == pytest.approx(1, abs=1e-3)


def test_without_an_explanation_the_document_is_as_it_was(timeline):
    assert "explanation" not in js.document(timeline)


def test_what_players_added_sums_to_the_answer_less_the_prior(explained):
    document = json.loads(js.text(explained))

    explanation, curves = document["explanation"], document["lanes"][0]["curves"]
    for label, answer in curves["p"].items():
        added = [player["p"][label] for player in explanation["players"]]
        for *parts, probability in zip(*added, answer, strict=True):
            if probability is None:
                assert parts == [None, None]
            else:
                assert sum(parts) == pytest.approx(probability - explanation["prior"]["p"][label], abs=5e-4)
    assert explanation["start"] == curves["start"]
    assert [player["modalities"] for player in explanation["players"]] == [["video"], ["audio"]]


def test_maps_are_added_up_until_they_can_be_read_and_keep_their_sum(explained):
    (moment,) = json.loads(js.text(explained))["explanation"]["moments"]

    face, voice, said, _ = moment["looks"]
    assert np.array(face["weights"]).shape == (16, 16)
    assert [len(axis["places"]) for axis in voice["axes"]] == [16, 16]
    looks = explained.explanation.moments[0].looks
    assert np.sum(face["weights"]) == pytest.approx(looks[0].weights.sum(), abs=0.02)
    assert face["axes"][0]["places"][:2] == [0, 3]
    assert (said["axes"][0]["places"], said["weights"], said["without"]) == (["what", "lovely", "news"], [0.01, 0.4, -0.1], None)
    assert "seen" not in face  # a face in a file of numbers is nobody's business
    assert moment["added"].keys() == {"face", "voice"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("explanation", "schema"), "emofuse-explanation/2"),
        (("explanation", "players", 0, "p", "anger", 0), 1.5),
        (("explanation", "players", 0, "name"), ""),
        (("explanation", "moments", 0, "looks", 0, "method"), "a guess"),
        (("explanation", "moments", 0, "span"), [0]),
        (("explanation", "limits"), ""),
    ],
)
def test_the_schema_refuses_what_is_wrong_in_an_explanation(explained, path, value):
    document = json.loads(js.text(explained))
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value

    assert list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(document)) != []


def test_a_map_and_its_sides_belong_together(looks):
    with pytest.raises(ValueError, match="sides of"):
        replace(looks[0], weights=np.zeros((4, 4)))
    with pytest.raises(ValueError, match="contributions"):
        Explanation(looks[0].axes, {}, (), np.zeros(2), np.zeros((1, 0, 2)))  # type: ignore[arg-type]


def test_the_picture_says_what_the_explanation_says(explained):
    said = " ".join(words(explanation_png.figure(explained)))

    for part in ("face", "voice", "happiness", "Why: the talk & more.mp4", "chance", "14 %", "10 % → 90 %", "0.5–3.5 s", "a note", CANNOT):
        assert part in said
    assert "not show why a person feels" in said
    assert {"lovely", "+40", "−10", "theta"} <= set(words(explanation_png.figure(explained))) | {
        word.strip() for word in words(explanation_png.figure(explained))
    }


def test_png_and_svg_of_why_are_pictures(explained, tmp_path):
    explanation_png.save(explained, tmp_path / "a.explanation.png")
    explanation_svg.save(explained, tmp_path / "a.explanation.svg")

    with Image.open(tmp_path / "a.explanation.png") as picture:
        assert picture.width > 1_000
        assert np.asarray(picture.convert("L")).std() > 10
    assert "<svg" in (tmp_path / "a.explanation.svg").read_text()[:2_000]


def test_bars_end_where_the_answer_is(explained):
    added = toward(explained, explained.explanation)

    for i, segment in enumerate(explained.explanation.segments):
        (span,) = [span for span in explained.spans() if span.segment.start <= segment.middle < span.segment.end]
        if span.label is None:
            assert np.isnan(added[:, i]).all()
        else:
            answer = explained.on(200).scores[i, explained.labels.index(span.label)]
            np.testing.assert_allclose(added[:, i].sum(), answer - 1 / 7, atol=1e-6)


def test_an_absent_member_is_said_to_be_so(explained):
    moment = replace(explained.explanation.moments[0], cell=Segment(4_600, 4_800), looks=())
    face = explained.members[0]
    absent = replace(explained, explanation=replace(explained.explanation, moments=(moment,)))

    assert face.absent[23] == "no face"
    assert "no face" in words(explanation_png.figure(absent))


def test_a_timeline_that_nobody_explained_says_how_to_ask(timeline):
    (said,) = words(explanation_png.figure(timeline))

    assert "--explain" in said
    assert "explain=True" in said


@pytest.mark.parametrize("duration", [90, pytest.param(3_600_000, marks=pytest.mark.slow)])
def test_short_and_long_recordings_are_explained(timeline, duration, tmp_path):
    count = max(-(-duration // 200), 1)
    cells = tuple(Segment(i * 200, min((i + 1) * 200, duration)) for i in range(count))
    scores = np.random.default_rng(0).dirichlet(np.ones(7), size=count).astype(np.float32)
    line = replace(timeline, segments=cells, scores=scores, absent=(None,) * count, duration=duration, members=())
    alone = Explanation(timeline.labels, {"voice": frozenset({AUDIO})}, cells, np.full(7, 1 / 7), (scores - 1 / 7)[None].astype(float))

    explanation_png.save(replace(line, explanation=alone), tmp_path / "a.png")

    assert (tmp_path / "a.png").stat().st_size > 1_000


def test_names_with_dollars_or_unknown_letters_do_not_break_the_picture_of_why(explained, looks, tmp_path):
    name = "$\\frac$ 映画"
    words = replace(looks[2], member=name, axes=(Axis("word", ("$x_$", "映画", "b")),))
    players = {name: frozenset({TEXT}), "b": frozenset({AUDIO})}
    moment = replace(explained.explanation.moments[0], looks=(words,))

    explanation_png.save(
        replace(explained, explanation=replace(explained.explanation, players=players, moments=(moment,))), tmp_path / "a.png"
    )

    assert (tmp_path / "a.png").stat().st_size > 1_000


def test_moments_that_show_little_stand_side_by_side(explained, looks):
    def inches(*shown):
        moments = tuple(replace(explained.explanation.moments[0], looks=one) for one in shown)
        return explanation_png.figure(replace(explained, explanation=replace(explained.explanation, moments=moments))).get_size_inches()[1]

    seen, heard = (replace(look, weights=np.zeros_like(look.weights)) for look in looks[:2])
    face, both = (seen,), (seen, heard)

    assert inches(face, face) == inches(face)
    assert inches(face, face, face) == inches(both, both) > inches(face)
    assert inches(face, both) == inches(both, both)


def test_nothing_drawn_leaves_the_picture(explained, looks):
    """Axes and words end within it, however many players and moments there are."""
    long = replace(looks[2], axes=(Axis("word", ("an-unusually-long-word-that-nobody-says",) * 12),), weights=np.ones(12))
    moment = explained.explanation.moments[0]
    for moments in ((moment,), (replace(moment, looks=looks[:1]),) * 3, (replace(moment, looks=(long, long)),)):
        figure = explanation_png.figure(replace(explained, explanation=replace(explained.explanation, moments=moments)))
        figure.canvas.draw()
        wide, high = figure.bbox.width, figure.bbox.height
        for part in (*figure.axes, *figure.findobj(matplotlib.text.Text)):
            box = part.get_window_extent()
            if isinstance(part, matplotlib.text.Text) and not part.get_text():
                continue
            assert box.x0 >= 0 and box.x1 <= wide and box.y0 >= 0 and box.y1 <= high, part


def test_titles_side_by_side_do_not_meet(explained, looks):
    many = replace(looks[3], axes=(Axis("channel", tuple(f"C{i}" for i in range(14))),), weights=np.ones(14))
    moment = replace(explained.explanation.moments[0], looks=(many, looks[3]))
    figure = explanation_png.figure(replace(explained, explanation=replace(explained.explanation, moments=(moment,))))
    figure.canvas.draw()

    one, other = (text.get_window_extent() for text in figure.findobj(matplotlib.text.Text) if "loses without" in text.get_text())

    assert not one.overlaps(other)


def test_of_many_parts_the_heaviest_are_drawn_and_that_is_said(explained, looks):
    twelve = replace(looks[2], axes=(Axis("word", tuple(f"w{i}" for i in range(12))),), weights=np.arange(12) / 100)
    moment = replace(explained.explanation.moments[0], looks=(twelve,))

    said = words(explanation_png.figure(replace(explained, explanation=replace(explained.explanation, moments=(moment,)))))

    assert "words: what 60 % loses without each word (heaviest 9 of 12)" in said
    assert {"w3", "w11"} <= set(said)
    assert not {"w0", "w1", "w2"} & set(said)
    assert any("Bars: points of 100" in words for words in said)


def test_of_several_pictures_the_one_that_moved_the_score_most_is_drawn(explained, looks):
    weights = np.zeros((3, 48, 48))
    weights[1, 10, 10] = 0.5
    axes = (Axis("time", (1_000, 1_400, 1_800), "ms"), *looks[0].axes)
    several = replace(looks[0], axes=axes, weights=weights, seen=np.repeat(looks[0].seen[None], 3, axis=0))
    moment = replace(explained.explanation.moments[0], looks=(several,))

    said = words(explanation_png.figure(replace(explained, explanation=replace(explained.explanation, moments=(moment,)))))

    assert "face: what it saw at 1.4 s" in said


def test_no_zero_is_below_zero(explained):
    faint = replace(explained.explanation, contributions=explained.explanation.contributions * -1e-6)

    document = json.loads(js.text(replace(explained, explanation=faint)))

    added = [value for player in document["explanation"]["players"] for values in player["p"].values() for value in values]
    assert 0.0 in added
    assert all(str(value) != "-0.0" for value in added)


def test_weights_next_to_nothing_are_not_blown_up_into_a_pattern(explained, looks):
    def drawn(weights):
        moment = replace(explained.explanation.moments[0], looks=(replace(looks[0], weights=weights),))
        figure = explanation_png.figure(replace(explained, explanation=replace(explained.explanation, moments=(moment,))))
        return sum(len(axes.images) for axes in figure.axes), " ".join(words(figure))

    plenty, faint = drawn(looks[0].weights), drawn(looks[0].weights * 1e-6)

    assert plenty[0] == faint[0] + 1
    assert "face: what it saw" in plenty[1]
    assert "next to nothing moved it: 10 % → 90 %" in faint[1]


def test_players_are_told_apart_in_grey():
    def luminance(colour):
        return float(np.dot([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)], (0.299, 0.587, 0.114)))

    (first, _), (second, _), *others = PLAYERS

    assert abs(luminance(first) - luminance(second)) > 0.3
    assert all(hatch for _, hatch in others)
    assert len({hatch for _, hatch in others}) == len(others)


def test_looks_that_do_not_fit_side_by_side_go_under_each_other(looks):
    lines = rows_of(looks, width(looks[0]) + width(looks[1]))

    assert [[look.member for look in line] for line in lines] == [["face", "voice"], ["words", "eeg"]]
    assert rows_of((), 5.0) == [[]]


@pytest.mark.parametrize(("value", "said"), [(0.314, "+31"), (-0.05, "−5"), (0.004, "0"), (-0.004, "0"), (0.0, "0")])
def test_differences_are_said_in_points(value, said):
    assert points(value) == said
