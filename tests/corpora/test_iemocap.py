from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from emofuse.core.errors import CorpusError, MediaError
from emofuse.core.modality import Modality
from emofuse.corpora.iemocap import IEMOCAP, read_half
from emofuse.media.faces import Finder
from emofuse.media.video import Box

HEADER = "% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]\n"


def labels(root: Path, dialogue: str, *turns: tuple[str, str]) -> Path:
    """Turns of 100 ms, one a second, with what two people said of each below it, as the release has it."""
    file = root / f"Session{dialogue[4]}" / "dialog" / "EmoEvaluation" / f"{dialogue}.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        f"[{place}.2901 - {place}.3901]\t{dialogue}_{name}\t{code}\t[2.5000, 3.0000, 2.0000]\n"
        "C-E2:\tNeutral;\t()\nA-E1:\tval 2; act 3;\t()\n"
        for place, (name, code) in enumerate(turns, 6)
    ]
    file.write_text("\n".join([HEADER, *lines]), encoding="utf-8")
    return file


def words(root: Path, dialogue: str, **said: str) -> Path:
    file = root / f"Session{dialogue[4]}" / "dialog" / "transcriptions" / f"{dialogue}.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{dialogue}_{name} [006.2901-006.3901]: {text}\n" for name, text in said.items()), encoding="utf-8")
    return file


def sound(root: Path, dialogue: str, name: str) -> Path:
    file = root / f"Session{dialogue[4]}" / "sentences" / "wav" / dialogue / f"{dialogue}_{name}.wav"
    file.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(file, np.sin(np.arange(1_600) / 5) / 4, 16_000)
    return file


def film(file: Path) -> Path:
    """Three seconds, left and right of different grey that grows brighter."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(file), "w") as container:
        stream = container.add_stream("mpeg4", rate=10, options={"g": "12"})
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = 320, 96, "yuv420p", 5_000_000
        for i in range(30):
            picture = np.full((96, 320), 40 + 2 * i, dtype=np.uint8)
            picture[:, 160:] += 100
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="gray")))
        container.mux(stream.encode())
    return file


def whole(up_to: float = 255) -> Finder:
    """Takes all of a picture for a face where it is not brighter than `up_to` on average."""
    return Finder("whole", lambda picture, score: [Box(0, 0, 96, 96)] if picture.mean() <= up_to else [], side=1.0, down=0.0)


def small_tree(root: Path) -> Path:
    """Four turns of two dialogues of two sessions; returns one sound."""
    labels(root, "Ses01F_impro01", ("F000", "neu"), ("M000", "ang"))
    words(root, "Ses01F_impro01", F000="Excuse me.", M000="Do you have your forms?")
    for name in ("F000", "M000"):
        file = sound(root, "Ses01F_impro01", name)
    labels(root, "Ses05M_script01_1b", ("F000", "exc"), ("M012", "oth"))
    words(root, "Ses05M_script01_1b", F000="[LAUGHTER]", M012="What do you mean?")
    return file


def test_a_turn_says_everything(tmp_path):
    small_tree(tmp_path)

    by_id = {clip.id: clip for clip in IEMOCAP.clips(tmp_path)}

    assert {name: (clip.subject, clip.label) for name, clip in by_id.items()} == {
        "Ses01F_impro01_F000": ("iemocap-1F", "neutral"),
        "Ses01F_impro01_M000": ("iemocap-1M", "anger"),
        "Ses05M_script01_1b_F000": ("iemocap-5F", "excitement"),
        "Ses05M_script01_1b_M012": ("iemocap-5M", "other"),
    }
    clip = by_id["Ses05M_script01_1b_F000"]
    assert clip.facts == {
        "session": "5",
        "dialogue": "Ses05M_script01_1b",
        "scene": "script01_1b",
        "performance": "scripted",
        "sex": "female",
        "start": "6290",
        "end": "6390",
        "valence": "2.5000",
        "activation": "3.0000",
        "dominance": "2.0000",
    }
    assert set(clip.sources) == {"text"}
    heard = by_id["Ses01F_impro01_M000"]
    assert heard.signal(Modality.TEXT).values.tolist() == ["Do you have your forms?"]
    assert heard.signal(Modality.TEXT).duration == heard.signal(Modality.AUDIO).duration == 100
    assert heard.facts["performance"] == "improvised"


def test_a_turn_without_a_majority_has_no_label(tmp_path):
    labels(tmp_path, "Ses02F_impro01", ("F000", "xxx"), ("F001", "sad"))

    assert [clip.label for clip in IEMOCAP.clips(tmp_path)] == [None, "sadness"]


def test_strays_and_the_lists_of_single_annotators_are_not_read(tmp_path):
    file = labels(tmp_path, "Ses02F_impro01", ("F000", "sad"))
    (file.parent / "._Ses02F_impro01.txt").write_bytes(b"\x00\x05\x16\x07")
    (file.parent / "Categorical").mkdir()
    (file.parent / "Categorical" / "Ses02F_impro01_e1_cat.txt").write_text("Ses02F_impro01_F000 :Anger; ()\n", encoding="utf-8")

    assert [clip.id for clip in IEMOCAP.clips(tmp_path)] == ["Ses02F_impro01_F000"]


def test_who_wears_the_markers_is_on_the_left(tmp_path):
    labels(tmp_path, "Ses01F_impro01", ("F000", "neu"), ("M000", "neu"))
    labels(tmp_path, "Ses01M_impro01", ("F000", "neu"), ("M000", "neu"))
    for name in ("Ses01F_impro01", "Ses01M_impro01"):
        path = tmp_path / "Session1" / "dialog" / "avi" / "DivX" / f"{name}.avi"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    sides = {clip.id: clip.sources[Modality.VIDEO].read.keywords["left"] for clip in IEMOCAP.clips(tmp_path)}

    assert sides == {
        "Ses01F_impro01_F000": True, "Ses01F_impro01_M000": False, "Ses01M_impro01_F000": False, "Ses01M_impro01_M000": True,
    }  # fmt: skip


@pytest.mark.parametrize(("left", "more"), [(True, 0), (False, 100)])
@pytest.mark.parametrize("start", [0, 1_400])
def test_a_turn_is_cut_out_of_one_half_of_the_film(tmp_path, left, more, start):
    path = film(tmp_path / "a.avi")

    faces = read_half(path, start, start + 1_000, left, finder=whole)

    assert faces.values.shape == (5, 48, 48)
    assert faces.present is None
    expected = [40 + more + 2 * (start // 100 + 2 * k) for k in range(5)]  # every other picture of ten a second
    np.testing.assert_allclose(faces.values.mean(axis=(1, 2)), expected, atol=2)


def test_where_no_face_is_found_or_the_film_has_ended_it_is_absent(tmp_path):
    path = film(tmp_path / "a.avi")

    gone = read_half(path, 2_000, 4_000, left=True, finder=whole)
    hidden = read_half(path, 0, 1_000, left=False, finder=lambda: whole(up_to=100))

    assert gone.present.tolist() == [True] * 5 + [False] * 5
    assert not hidden.present.any()
    assert not hidden.values.any()


def test_a_turn_after_the_end_of_the_film_is_reported(tmp_path):
    with pytest.raises(MediaError, match=r"a\.avi ends before 9000 ms"):
        read_half(film(tmp_path / "a.avi"), 9_000, 10_000, left=True, finder=whole)


def test_a_film_that_is_none_is_reported(tmp_path):
    (tmp_path / "a.avi").write_bytes(b"RIFF\x10\x00\x00\x00AVI LIST")
    soundfile.write(tmp_path / "b.wav", np.zeros(1_600), 16_000)

    with pytest.raises(MediaError, match=r"a\.avi"):
        read_half(tmp_path / "a.avi", 0, 1_000, left=True, finder=whole)
    with pytest.raises(MediaError, match=r"b\.wav has no picture"):
        read_half(tmp_path / "b.wav", 0, 1_000, left=True, finder=whole)


@pytest.mark.parametrize("turn", [("F000", "hpy"), ("X000", "neu")])
def test_a_turn_that_makes_no_sense_is_reported(tmp_path, turn):
    labels(tmp_path, "Ses02F_impro01", turn)

    with pytest.raises(CorpusError, match=r"Ses02F_impro01\.txt says '\[6\.2901 - 6\.3901\]"):
        IEMOCAP.clips(tmp_path)


@pytest.mark.parametrize(
    ("content", "problem"), [(HEADER.encode(), "labels no turn"), (b"\xff\xfe[6", r"is not a text in UTF-8 \(byte 0xff\)")]
)
def test_a_list_without_turns_is_reported(tmp_path, content, problem):
    labels(tmp_path, "Ses02F_impro01").write_bytes(content)

    with pytest.raises(CorpusError, match=rf"Ses02F_impro01\.txt {problem}"):
        IEMOCAP.clips(tmp_path)


def test_the_published_counts_add_up():
    published = IEMOCAP.published

    assert sum(published.labels.values()) == published.clips
    assert all(sum(counts.values()) == published.clips for counts in published.facts.values())
