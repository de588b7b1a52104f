"""What a look tells of files that are good, and of what it warns."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from files import CAPTIONS, CHANNELS, TABLE, brain, edf, film, mat, mat73, sheet, voice, words

Look = Callable[..., dict[str, Any]]


def good(answer: dict[str, Any]) -> dict[str, Any]:
    """The report of a file that is taken."""
    assert answer["problem"] is None, answer["problem"]
    return answer["report"]


def warned(report: dict[str, Any]) -> str:
    """All that is warned of."""
    assert all(one["fix"] for one in report["warnings"] if "sampled" in one["text"])
    return " ".join(one["text"] for one in report["warnings"])


@pytest.mark.parametrize(
    ("name", "how", "container", "codecs"),
    [
        ("a.mp4", {}, "mp4", ("h264", "aac")),
        ("a.mkv", {"muxer": "matroska", "sound": "flac"}, "mkv", ("h264", "flac")),
        ("a.webm", {"muxer": "webm", "picture": "libvpx-vp9", "sound": "libopus"}, "webm", ("vp9", "opus")),
        ("a.avi", {"muxer": "avi", "picture": "mpeg4", "sound": "libmp3lame"}, "avi", ("mpeg4", "mp3")),
    ],
)
def test_a_video_is_told_by_its_parts(tmp_path: Path, look: Look, name: str, how: dict[str, Any], container: str, codecs: tuple) -> None:
    report = good(look(film(tmp_path / name, **how), "video"))

    picture, sound = report["picture"], report["sound"]
    assert (report["container"], picture["codec"], sound["codec"]) == (container, *codecs)
    assert (picture["width"], picture["height"], picture["rate"], picture["variable"], picture["rotation"]) == (64, 48, 25.0, False, 0)
    assert abs(report["duration"] - 1_000) < 200 and not sound["silent"]
    assert picture["faces"] == [0, 0, 0] and "no face in three sampled pictures" in warned(report)


def test_a_dark_and_silent_video_is_warned_of(tmp_path: Path, look: Look) -> None:
    report = good(look(film(tmp_path / "a.mp4", bright=4, loud=0.0), "video"))

    assert "very dark" in warned(report) and "sound is silent" in warned(report)


def test_a_video_without_sound_is_taken_and_warned_of(tmp_path: Path, look: Look) -> None:
    report = good(look(film(tmp_path / "a.mp4", sound=None), "video"))

    assert report["sound"] is None and "no sound" in warned(report)


@pytest.mark.parametrize(("how", "words"), [({"sound": None}, "and no sound"), ({"loud": 0.0}, "and the sound is silent")])
def test_a_video_with_neither_face_nor_sound_is_warned_of_once_and_truly(
    tmp_path: Path, look: Look, how: dict[str, Any], words: str
) -> None:
    report = good(look(film(tmp_path / "a.mp4", frames=100, **how), "video"))

    (said,) = report["warnings"]
    assert words in said["text"] and "nothing can be judged" in said["text"]
    assert not any(wrong in said["text"] + said["fix"] for wrong in ("judged all the same", "Only the face is judged"))
    assert report["picture"]["faces"] == [0] * 15, "the more it looks, the less is said in vain"


def test_one_face_that_three_pictures_missed_is_found_where_nothing_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from emofuse_web.recognition import preflight_pictures

    class OneMoment:
        def __init__(self) -> None:
            self.seen = 0

        def everywhere(self, _picture: object) -> list[str]:
            self.seen += 1
            return ["a face"] if self.seen == 8 else []

    path = film(tmp_path / "a.mp4", frames=100, sound=None)
    monkeypatch.setattr(preflight_pictures, "_finder", OneMoment)

    usual = preflight_pictures.faces_in(path, 4_000)
    closely = preflight_pictures.faces_in(path, 4_000, closely=True)

    assert (usual.faces, closely.faces) == ([0] * 3, [0] * 7 + [1])
    assert not preflight_pictures.about_pictures(closely, None)


def cut(path: Path, share: float) -> Path:
    """The beginning of a file's bytes alone, as a broken line leaves it."""
    content = path.read_bytes()
    path.write_bytes(content[: round(share * len(content))])
    return path


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("a.mp4", {"options": {"movflags": "faststart"}}),
        ("silent.mp4", {"options": {"movflags": "faststart"}, "sound": None}),
        ("a.mkv", {"muxer": "matroska", "sound": "flac"}),
        ("a.webm", {"muxer": "webm", "picture": "libvpx-vp9", "sound": "libopus"}),
    ],
)
def test_a_film_that_was_cut_off_is_said_to_break_off(tmp_path: Path, look: Look, name: str, how: dict[str, Any]) -> None:
    report = good(look(cut(film(tmp_path / name, frames=500, **how), 0.6), "video"))

    said = next(one for one in report["warnings"] if "breaks off" in one["text"])
    read = round(report["duration"] / 1_000)
    assert said["names"] == f"0:{read:02} / 0:20" and 5 < read < 16
    assert "Copy" in said["fix"]


def test_sound_that_was_cut_off_is_said_to_break_off(tmp_path: Path, look: Look) -> None:
    path = film(tmp_path / "a.m4a", picture=None, frames=500, options={"movflags": "faststart"})

    report = good(look(cut(path, 0.6), "audio"))

    assert "breaks off" in warned(report) and report["duration"] < 16_000


@pytest.mark.parametrize("share", [0.6, 1.0])
def test_of_a_long_film_the_end_is_found_without_a_walk_along_all_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    from emofuse_web.recognition import preflight_walk

    path = cut(film(tmp_path / "a.mp4", frames=500, options={"movflags": "faststart"}), share)
    whole = preflight_walk.walk(path)
    monkeypatch.setattr(preflight_walk, "WALKED", 0.0)

    walked = preflight_walk.walk(path)

    assert len(walked.times) < 2 < len(whole.times)
    assert walked.breaks == whole.breaks and (walked.breaks is None) == (share == 1.0)


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("a.mp4", {}),
        ("a.mkv", {"muxer": "matroska"}),
        ("a.webm", {"muxer": "webm", "picture": "libvpx-vp9", "sound": "libopus"}),
        ("a.avi", {"muxer": "avi", "picture": "mpeg4", "sound": "libmp3lame"}),
        ("a.mpg", {"muxer": "mpeg", "picture": "mpeg2video", "sound": "mp2"}),
        ("a.ts", {"muxer": "mpegts"}),
    ],
)
def test_a_whole_film_is_not_said_to_break_off(tmp_path: Path, look: Look, name: str, how: dict[str, Any]) -> None:
    report = good(look(film(tmp_path / name, frames=150, **how), "video"))

    assert "breaks off" not in warned(report) and "decoded" not in warned(report)


def test_a_picture_that_cannot_be_decoded_is_said(tmp_path: Path, look: Look) -> None:
    import av

    good_one = film(tmp_path / "a.avi", muxer="avi", picture="mjpeg", form="yuvj420p", sound=None, frames=100)
    with av.open(str(good_one)) as whole, av.open(str(tmp_path / "b.avi"), "w") as spoilt:
        stream = spoilt.add_stream_from_template(whole.streams.video[0])
        for i, packet in enumerate(whole.demux(video=0)):
            if packet.dts is not None:
                copy = av.Packet(b"\x01" * packet.size if 30 < i < 70 else bytes(packet))
                copy.pts, copy.dts, copy.time_base, copy.is_keyframe, copy.stream = packet.pts, packet.dts, packet.time_base, True, stream
                spoilt.mux(copy)

    report = good(look(tmp_path / "b.avi", "video"))

    said = next(one for one in report["warnings"] if "cannot be decoded" in one["text"])
    assert said["names"] == "1 / 3"


@pytest.mark.parametrize("loud", [0.0, 0.1])
def test_sound_is_told_by_rate_channels_and_whether_it_is_heard(tmp_path: Path, look: Look, loud: float) -> None:
    report = good(look(voice(tmp_path / "a.wav", hertz=44_100, layout="stereo", loud=loud), "audio"))

    assert report["sound"] == {"codec": "pcm_s16le", "rate": 44_100, "channels": 2, "silent": loud == 0.0}
    assert abs(report["duration"] - 1_000) < 50
    assert ("silent" in warned(report)) == (loud == 0.0)


def test_pictures_that_come_now_sooner_and_now_later_are_noticed(tmp_path: Path, look: Look) -> None:
    import av

    path = tmp_path / "a.mkv"
    with av.open(str(path), "w", format="matroska") as file:
        stream = file.add_stream("mpeg4", rate=1_000)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        shown = np.cumsum(np.random.default_rng(0).integers(20, 120, size=40))
        for time in shown:
            frame = av.VideoFrame.from_ndarray(np.full((72, 64), 90, np.uint8), format="yuv420p")
            frame.pts = int(time)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))

    answer = look(path, "video")

    picture = good(answer)["picture"]
    assert picture["variable"] and 12 < picture["rate"] < 18  # the header says 1,000


@pytest.mark.parametrize("write", [mat, mat73])
def test_the_arrays_of_a_mat_are_read_and_what_was_concluded_is_said(tmp_path: Path, look: Look, write: Callable[[Path], Path]) -> None:
    report = good(look(write(tmp_path / "a.mat"), "eeg"))

    assert (report["variable"], report["axes"], report["shape"], report["rate"]) == ("eeg", ["channel", "time"], [1_280, 6], 256.0)
    assert report["duration"] == 5_000 and report["needs"] == []
    assert any("taken for the rate" in note for note in report["notes"])


def test_channels_are_told_with_their_places_and_flat_ones_named(tmp_path: Path, look: Look) -> None:
    path = edf(tmp_path / "a.edf", channels=("EEG Fp1-Ref", "EEG T3", "EKG", "O1"))
    content = bytearray(path.read_bytes())
    records = np.frombuffer(bytes(content[256 * 5 :]), "<i2").reshape(5, 4, 128).copy()
    records[:, 3] = 0
    path.write_bytes(bytes(content[: 256 * 5]) + records.tobytes())

    report = good(look(path, "eeg"))

    assert [(one["name"], one["electrode"]) for one in report["columns"]] == [
        ("EEG Fp1-Ref", "Fp1"), ("EEG T3", "T7"), ("EKG", None), ("O1", "O1"),
    ]  # fmt: skip
    assert (report["channels"], report["flat"], report["unit"], report["rate"]) == (["Fp1", "T7", "O1"], ["O1"], "µV", 128.0)
    assert "carry nothing" in warned(report)


def test_a_headbands_table_needs_nothing_told(tmp_path: Path, look: Look) -> None:
    report = good(look(sheet(tmp_path / "a.csv"), "eeg"))

    assert (report["kind"], report["channels"], report["rate"]) == ("Muse", ["TP9", "AF7", "AF8", "TP10"], 256.0)


def gappy(path: Path, every: int, columns: slice = slice(None)) -> Path:
    """A headband's table in which each row of so many has no numbers."""
    lines = sheet(path).read_text().splitlines()
    for i in range(1, len(lines), every):
        time, *values = lines[i].split(",")
        values[columns] = ["nan"] * len(values[columns])
        lines[i] = ",".join([time, *values])
    path.write_text("\n".join(lines) + "\n")
    return path


def test_samples_that_are_missing_are_counted(tmp_path: Path, look: Look) -> None:
    everywhere = good(look(gappy(tmp_path / "a.csv", 7), "eeg"))
    one = good(look(gappy(tmp_path / "b.csv", 4, slice(1, 2)), "eeg"))
    none = good(look(sheet(tmp_path / "c.csv"), "eeg"))

    said = [next((w["names"] for w in report["warnings"] if "are missing" in w["text"]), None) for report in (everywhere, one, none)]
    assert said == ["14.3 %", "6.25 % (AF7 25 %)", None]


def test_eeg_without_one_number_is_refused(tmp_path: Path, look: Look) -> None:
    np.save(tmp_path / "a.npy", np.full((6, 1_280), np.nan))

    table, array = look(gappy(tmp_path / "a.csv", 1), "eeg"), look(tmp_path / "a.npy", "eeg", {"rate": "256", "axes": "channel,time"})

    assert (table["problem"]["code"], table["kept"]) == ("EEG_UNREADABLE", False)
    assert (array["problem"]["code"], "missing" in array["problem"]["detail"]) == ("EEG_UNREADABLE", True)


def test_an_array_without_one_number_leaves_the_choice_of_another(tmp_path: Path, look: Look) -> None:
    answer = look(mat(tmp_path / "a.mat", eeg=np.full((6, 1_280), np.nan), raw=brain()), "eeg", {"variable": "eeg", "rate": "256"})

    assert (answer["problem"]["code"], answer["kept"]) == ("EEG_UNREADABLE", True)
    assert [one["name"] for one in answer["report"]["variables"]] == ["eeg", "raw"]


def test_what_is_asked_for_can_be_told_and_is_looked_at_again(tmp_path: Path, look: Look) -> None:
    path = mat(tmp_path / "a.mat", first=brain(6, 900), second=brain(6, 900, seed=1))
    asked = look(path, "eeg")
    half = look(path, "eeg", {"variable": "second"})

    told = look(path, "eeg", {"variable": "second", "axes": "channel,time", "rate": "128", "channels": ",".join(CHANNELS), "unit": "µV"})

    assert (asked["problem"]["code"], half["problem"]["code"]) == ("EEG_VARIABLE", "EEG_RATE")
    assert asked["kept"] and half["kept"]
    assert asked["report"]["needs"] == ["variable"] and half["report"]["needs"] == ["rate"]
    assert [one["name"] for one in asked["report"]["variables"]] == ["first", "second"]
    assert asked["report"]["variables"][0]["shape"] == [6, 900]
    assert good(told)["channels"] == list(CHANNELS) and told["report"]["rate"] == 128.0


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"variable": "nothing"}, "EEG_VARIABLE"),
        ({"axes": "time,time"}, "EEG_AXES"),
        ({"rate": "quick"}, "EEG_RATE"),
        ({"rate": "3"}, "EEG_RATE"),
        ({"unit": "furlongs"}, "EEG_UNIT"),
        ({"channels": "Fp1,Fp2"}, "EEG_CHANNELS"),
    ],
)
def test_what_was_told_wrong_is_said_and_the_file_is_kept(tmp_path: Path, look: Look, told: dict[str, object], code: str) -> None:
    answer = look(mat(tmp_path / "a.mat", eeg=brain()), "eeg", {"rate": 256, **told})

    assert answer["problem"]["code"] == code
    assert answer["kept"]


@pytest.mark.parametrize(
    ("name", "text", "form", "timed"),
    [
        ("a.vtt", None, "vtt", True),
        ("a.srt", CAPTIONS, "srt", True),
        ("a.csv", TABLE, "csv", True),
        ("a.txt", "So am I. I am glad.", "txt", False),
    ],
)
def test_a_transcript_is_told_by_its_form(tmp_path: Path, look: Look, name: str, text: str | None, form: str, timed: bool) -> None:
    report = good(look(words(tmp_path / name, *([text] if text else [])), "text"))

    assert (report["format"], report["timed"], report["encoding"]) == (form, timed, "UTF-8")
    assert report["duration"] == (4_000 if timed else None)
    assert report["utterances"] >= 1 and report["words"] > 5


def test_another_alphabet_is_noticed(tmp_path: Path, look: Look) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes("1\n00:00:01,000 --> 00:00:02,000\nЯ так рад, что ты пришла сегодня.\n".encode("cp1251"))

    report = good(look(path, "text"))

    assert report["encoding"] == "other" and report["language"].startswith("Russian")
    assert "Windows-1251" in warned(report)


@pytest.mark.corpus
def test_faces_are_counted_in_real_clips(shared: Path, tmp_path: Path, look: Look) -> None:
    for clip in sorted((shared / "clips").glob("grid_*.mp4"))[:3]:
        path = tmp_path / clip.name
        path.write_bytes(clip.read_bytes())

        assert good(look(path, "video"))["picture"]["faces"] == [1, 1, 1]


@pytest.mark.parametrize(("more", "refused"), [(0, False), (1, True)])
def test_a_file_of_more_than_two_gibibytes_is_refused_before_it_is_opened(tmp_path: Path, more: int, refused: bool) -> None:
    from emofuse_web.recognition.suspicious import SIZE, Suspicious, check

    path = voice(tmp_path / "a.wav")
    os.truncate(path, SIZE + more)  # holes take no room

    if not refused:
        check(path, "audio")
        return
    with pytest.raises(Suspicious) as error:
        check(path, "audio")
    assert error.value.code == "MEDIA_LIMIT"
