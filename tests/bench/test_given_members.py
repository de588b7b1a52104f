"""Bad input through the command, as somebody types it: each ends before anything is learnt, and says how to put it right."""

import csv
import json
import shutil
from collections.abc import Sequence

import numpy as np
import pytest

from emofuse.bench.answers import Answers, brought
from emofuse.bench.order import work
from emofuse.cli import main
from emofuse.core.clip import Clip
from emofuse.core.errors import RunError, UnknownName
from emofuse.core.labels import MAPS, LabelSet
from emofuse.core.modality import Modality

WORDS = ("anger", "happiness", "neutral", "sadness")
CALM = ("anger", "calm", "happiness", "sadness")
EASTERN = ("joy", "sorrow", "wrath", "peace")


def sure(place: int, count: int = 4) -> list[float]:
    """Seven tenths for one of the words."""
    return [0.7 if i == place else 0.3 / (count - 1) for i in range(count)]


def table(path, clips: Sequence[Clip], rows, words=WORDS, truths=None, ids=None):
    """A table of predictions; a row of None has no answer."""
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(["id", "subject", "truth", "answer", *(f"p_{word}" for word in words)])
        for i, (clip, row) in enumerate(zip(clips, rows, strict=True)):
            truth = truths[i] if truths else clip.label
            lines.writerow([ids[i] if ids else clip.id, clip.subject, truth, "", *([""] * len(words) if row is None else row)])
    return path


@pytest.fixture
def made(ordered):
    return work(ordered("pair"))


@pytest.fixture
def right(made):
    """A row for each clip, sure of what it shows."""
    return [sure(WORDS.index(clip.label)) for clip in made.clips]


@pytest.fixture
def asked(benches, tmp_path):
    """What is typed, with a member out of a table; a folder of cells may be there already."""

    def command(*also: str, member: str = 'm:file="{}",modalities="video"', out=None, bench: str = "pair") -> int:
        given = ["--member", member.format(tmp_path / "p.csv")] if member else []
        where = ["--data", str(benches), "--out", str(out or tmp_path / "out"), "--allow", "toy_benches", "--threads", "1"]
        return main(["fuse", f"toy_benches:{bench}", *where, *given, *also])

    return command


OTHERS = {
    "other labels, to which a map leads": (
        lambda rows: {"words": CALM, "truths": ["calm" if row[2] == 0.7 else "anger" for row in rows]},
        "Member 'm' answers in anger, calm, happiness, sadness; the bench answers in .* Expected the same words; name the map .*: four",
    ),
    "other labels, to which nothing leads": (
        lambda rows: {"words": EASTERN, "truths": ["joy"] * len(rows)},
        "answers in joy, .* Expected the same words; no map that is known leads there: bring another member",
    ),
    "columns in another order than their heads": (
        lambda rows: {"words": (*WORDS[1:], WORDS[0]), "truths": [WORDS[(row.index(0.7) + 1) % 4] for row in rows]},
        "Member 'm' says that ann-anger-1 shows happiness; the bench says anger; so for 48 of 48 clips. Expected the same; name the map",
    ),
    "other clips": (
        lambda rows: {"ids": [f"other-{i}" for i in range(len(rows))]},
        "not to 16 of the 16 of the bench, .* Expected a row for each, .*; judge the same clips",
    ),
    "no answer at all": (
        lambda rows: {"rows": [None] * len(rows)},
        "Member 'm' has no answer to any of its 48 clips. Expected probabilities for some; look at what made them, or leave it out",
    ),
    "half a row": (
        lambda rows: {"rows": [*rows[:-1], [0.5, "nan", 0.25, 0.25]]},
        "Line 49 of .*p.csv: 0.5, nan, 0.25, 0.25 are no probabilities. Expected .*; mend it there",
    ),
    "scores that do not sum to one": (
        lambda rows: {"rows": [[2 * share for share in row] for row in rows]},
        "Line 2 of .*p.csv: .* are no probabilities. Expected none below zero that sum to one, or none at all; mend it there",
    ),
    "logits": (
        lambda rows: {"rows": [[float(np.log(share)) for share in row] for row in rows]},
        "Line 2 of .*p.csv: .* are no probabilities. Expected .* take a softmax of logits first",
    ),
    "a clip twice": (
        lambda rows: {"ids": ["ann-anger-1"] * len(rows)},
        "Line 3 of .*p.csv: 'ann-anger-1' has a row already. Expected each once; remove the other",
    ),
}


@pytest.mark.parametrize("what", OTHERS)
def test_a_member_that_does_not_fit_is_refused_before_anything_is_learnt(what, made, right, asked, tmp_path, capsys):
    import re

    change, said = OTHERS[what]
    changed = change(right)
    table(tmp_path / "p.csv", made.clips, changed.pop("rows", right), **changed)

    assert asked() == 1

    assert re.search(said, capsys.readouterr().err)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ('audio:file="{}",modalities="video"', "Two members are called 'audio'. Expected a name each; call"),
        ('m:file="{}",modalities="text"', "Member 'm' needs text; the bench takes in audio, video. Name its modalities"),
        ('m:file="{}",modalities="video",map="for"', "Unknown label map 'for'. Known: seven"),
        ('m:file="nowhere.csv",modalities="video"', "nowhere.csv cannot be read as a table: .* Expected"),
        ('m:modalities="video"', "Member 'm' does not say its file. Expected NAME:file="),
    ],
)
def test_a_member_that_is_described_wrongly_is_refused(typed, said, made, right, asked, tmp_path, capsys):
    import re

    table(tmp_path / "p.csv", made.clips, right)

    assert asked(member=typed) == 1

    assert re.search(said, capsys.readouterr().err)


def test_two_members_of_one_name_are_refused(made, right, asked, tmp_path, capsys):
    table(tmp_path / "p.csv", made.clips, right)
    member = f'm:file="{tmp_path / "p.csv"}",modalities="video"'

    assert asked("--member", member, member=member) == 1

    assert "Two members are called 'm'. Expected a name each" in capsys.readouterr().err


def test_one_modality_alone_is_nothing_to_fuse(asked, tmp_path, capsys):
    assert asked("--modalities", "audio", member="") == 1

    assert "one modality here, audio, and one member: there is nothing to fuse. Expected two or more" in capsys.readouterr().err


def test_other_labels_with_the_map_named_and_clips_without_an_answer_are_fused(fused, made, asked, tmp_path, capsys):
    _, whole, _ = fused
    out = shutil.copytree(whole, tmp_path / "out")
    theirs = ["calm" if clip.label == "neutral" else clip.label for clip in made.clips]
    rows = [None if i % 6 == 0 else sure(CALM.index(word)) for i, word in enumerate(theirs)]
    table(tmp_path / "p.csv", made.clips, rows, words=CALM, truths=theirs)
    few = ("--fusions", "none", "--decisions", "average,weighted,product", "--missing", "each")

    assert asked(*few, member='m:file="{}",modalities="video",map="four"', out=out) == 0

    lines = {line["name"]: line for line in json.loads((out / "bench.json").read_text(encoding="utf-8"))["lines"]}
    assert lines["m"]["figures"]["accuracy"]["value"] == pytest.approx(40 / 48)  # who does not answer is wrong
    assert all(lines[name]["problem"] is None for name in ("average", "weighted", "product"))
    assert lines["average"]["figures"]["accuracy"]["value"] > lines["audio"]["figures"]["accuracy"]["value"]


@pytest.mark.slow
def test_a_fold_that_lacks_a_label_and_one_that_judges_one_clip_are_judged(made, asked, tmp_path):
    people = sorted({clip.subject for clip in made.clips})
    first = [clip for clip in made.clips if clip.subject in people[:3]]
    last = [clip for clip in made.clips if clip.subject in people[3:]]
    splits = [
        {"name": "one", "train": [c.id for c in first if c.label != "anger"], "test": [next(c.id for c in last if c.label == "anger")]},
        {"name": "rest", "train": [c.id for c in last], "test": [c.id for c in first if c.label != "sadness"]},
    ]
    (tmp_path / "lists.json").write_text(json.dumps({"splits": splits}), encoding="utf-8")

    few = ("--protocol", str(tmp_path / "lists.json"), "--quick", "--fusions", "early", "--decisions", "average,weighted")
    assert asked(*few, member="") == 0

    said = json.loads((tmp_path / "out" / "bench.json").read_text(encoding="utf-8"))
    lines = {line["name"]: line for line in said["lines"]}
    assert said["n"] == 1 + 18
    for name in ("audio", "video", "early", "average"):
        assert lines[name]["problem"] is None
        assert 0 <= lines[name]["figures"]["uar"]["value"] <= 1
    assert "clips with an answer to learn a decision" in lines["weighted"]["problem"]  # one clip taught the second fold's


def test_through_python_answers_are_checked_alike(made):
    labels, ids = LabelSet(WORDS), tuple(clip.id for clip in made.clips)
    scores = np.array([sure(WORDS.index(clip.label)) for clip in made.clips])
    truth = tuple(clip.label for clip in made.clips)
    face = (Modality.VIDEO,)

    Answers("m", face, labels, ids, scores, truth=truth).agree(made.clips)
    Answers("m", face, labels, ids, scores).agree(made.clips)  # nobody says
    with pytest.raises(RunError, match="says that ann-anger-1 shows sadness; the bench says anger; so for 12 of 48"):
        Answers("m", face, labels, ids, scores, truth=tuple("sadness" if w == "anger" else w for w in truth)).agree(made.clips)
    with pytest.raises(RunError, match="no answer to any of its 48 clips"):
        Answers("m", face, labels, ids, np.full_like(scores, np.nan))
    calm = Answers("m", face, LabelSet(CALM), ids, scores, truth=tuple("calm" if word == "neutral" else word for word in truth))
    calm.into(labels, MAPS["four"]).agree(made.clips)
    with pytest.raises(UnknownName, match="the bench answers in anger, happiness, neutral, sadness. Expected the same words; name the map"):
        calm.into(labels)


def test_what_a_table_says_of_its_clips_goes_by_the_map_too(made, tmp_path):
    theirs = ["calm" if clip.label == "neutral" else clip.label for clip in made.clips]
    path = table(tmp_path / "p.csv", made.clips, [sure(CALM.index(word)) for word in theirs], words=CALM, truths=theirs)

    member = brought(f'm:file="{path}",modalities="video",map="four"', LabelSet(WORDS))

    assert member.truth == tuple(clip.label for clip in made.clips)
    member.agree(made.clips)
