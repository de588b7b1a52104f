from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from emofuse.core.errors import MediaError, UnknownName
from emofuse.core.modality import Modality
from emofuse.media import listen as listening
from emofuse.media.faces import Finder
from emofuse.media.files import Belonging, clip_from_files, media_files
from emofuse.media.video import Box


def middle(picture: np.ndarray, enough: float) -> list[Box]:
    return [Box(10.0, 10.0, 60.0, 60.0)]


def finder() -> Finder:
    return Finder("middle", middle, 1.0, 0.0)


def film(path: Path, *, sound: bool) -> Path:
    with av.open(str(path), "w") as file:
        video = file.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 96, 96, "yuv420p"
        audio = file.add_stream("aac", rate=48_000, layout="stereo") if sound else None
        for i in range(25):
            frame = av.VideoFrame.from_ndarray(np.full((96, 96), 90, np.uint8), format="gray").reformat(format="yuv420p")
            frame.pts, frame.time_base = i, Fraction(1, 25)
            file.mux(video.encode(frame))
            if audio:
                block = av.AudioFrame.from_ndarray(np.full((2, 1_920), 0.1, np.float32), format="fltp", layout="stereo")
                block.sample_rate, block.pts, block.time_base = 48_000, 1_920 * i, Fraction(1, 48_000)
                file.mux(audio.encode(block))
        file.mux(video.encode(None))
        if audio:
            file.mux(audio.encode(None))
    return path


def voice(path: Path, seconds: float = 1.0) -> Path:
    soundfile.write(path, np.full(round(22_050 * seconds), 0.1), 22_050)
    return path


def test_a_video_is_a_clip_of_sound_and_picture_read_in_one_pass(tmp_path: Path) -> None:
    clip = clip_from_files(film(tmp_path / "talk.mp4", sound=True), finder=finder)

    assert clip.id == "talk.mp4"
    assert clip.label is None
    assert set(clip.sources) == {Modality.AUDIO, Modality.VIDEO}
    assert clip.sources[Modality.AUDIO].stream is clip.sources[Modality.VIDEO].stream
    (chunk,) = clip.chunks(frozenset(clip.sources), 10_000)
    assert set(chunk.signals) == {Modality.AUDIO, Modality.VIDEO}


def test_fewer_faces_a_second_can_be_asked_for(tmp_path: Path) -> None:
    clip = clip_from_files(film(tmp_path / "talk.mp4", sound=False), finder=finder, face_rate=2.0)

    (chunk,) = clip.chunks(frozenset(clip.sources), 10_000)
    assert (chunk.signals[Modality.VIDEO].rate, len(chunk.signals[Modality.VIDEO].values)) == (2.0, 2)
    assert (clip.signal(Modality.VIDEO).rate, len(clip.signal(Modality.VIDEO).values)) == (2.0, 2)


def test_a_clip_says_what_its_file_is(tmp_path: Path) -> None:
    facts = clip_from_files(film(tmp_path / "talk.mp4", sound=True)).facts

    assert abs(int(facts["duration"]) - 1_000) < 60
    assert (facts["container"], facts["picture_codec"], facts["sound_codec"]) == ("mp4", "h264", "aac")
    assert (facts["width"], facts["height"], facts["frame_rate"]) == ("96", "96", "25")
    assert (facts["sound_rate"], facts["channels"]) == ("48000", "2")


def test_a_clip_can_be_read_whole_too(tmp_path: Path) -> None:
    clip = clip_from_files(film(tmp_path / "talk.mp4", sound=True), finder=finder)

    assert clip.signal(Modality.VIDEO).values.shape == (5, 48, 48)
    assert abs(len(clip.signal(Modality.AUDIO).values) - 16_000) < 1_000


def test_sound_alone_is_a_clip(tmp_path: Path) -> None:
    clip = clip_from_files(voice(tmp_path / "voice.wav"))

    assert set(clip.sources) == {Modality.AUDIO}
    assert clip.facts["duration"] == "1000"
    assert "width" not in clip.facts


def test_sound_of_its_own_file_replaces_that_of_the_video(tmp_path: Path) -> None:
    clip = clip_from_files(film(tmp_path / "talk.mp4", sound=True), voice(tmp_path / "voice.wav", 2.0), finder=finder)

    assert clip.sources[Modality.AUDIO].path.name == "voice.wav"
    assert clip.facts["duration"] == "2000"
    chunks = list(clip.chunks(frozenset(clip.sources), 10_000))
    assert chunks[-1].until == 2_000


def test_no_file_and_a_picture_named_as_sound_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="No file"):
        clip_from_files()
    with pytest.raises(MediaError, match="has no sound"):
        clip_from_files(film(tmp_path / "a.mp4", sound=True), film(tmp_path / "b.mp4", sound=False))


def test_folders_are_searched_for_recordings(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    names = ["b.mp4", "a.WAV", "in/c.mkv", "notes.txt", ".hidden.mp4"]
    for name in names:
        (tmp_path / name).touch()

    files = media_files([tmp_path, tmp_path / "b.mp4", Path("missing.mp4")])

    assert [file.name for file in files] == ["a.WAV", "b.mp4", "c.mkv", "missing.mp4"]


def test_a_folder_without_recordings_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()

    with pytest.raises(MediaError, match="No recordings in"):
        media_files([tmp_path])
    with pytest.raises(MediaError, match="No files named"):
        media_files([])


def headband(path: Path, seconds: float = 9.0, *, still: slice = slice(0, 0)) -> Path:
    """Four electrodes of noise; the first of them is flat for a while."""
    values = np.random.default_rng(0).normal(0, 20, (round(256 * seconds), 4))
    values[still, 0] = 800.0
    rows = (f"{i / 256:.6f}," + ",".join(f"{x:.3f}" for x in row) for i, row in enumerate(values))
    path.write_text("\n".join(["timestamps,TP9,AF7,AF8,TP10", *rows]) + "\n")
    return path


@pytest.mark.parametrize(("late", "still"), [(0, slice(0, 256 * 3)), (-2_000, slice(256 * 2, 256 * 5))])
def test_a_flat_channel_is_said_of_the_part_that_counts_though_the_eeg_goes_on(tmp_path: Path, late: int, still: slice) -> None:
    worn = headband(tmp_path / "worn.csv", still=still)

    clip = clip_from_files(voice(tmp_path / "voice.wav", 6.0), eeg=worn, offsets={Modality.EEG: late})

    notes = [note for chunk in clip.chunks(frozenset(clip.sources), 4_000) for note in chunk.notes]
    assert "worn.csv: TP9: flat for 50 % of the time" in notes
    assert any("goes on after the recording has ended" in note for note in notes) == (late == 0)
    assert len(notes) == len(set(notes))


@pytest.mark.parametrize(
    ("late", "where"),
    [
        (-1_000_000, "lies wholly before the recording: -1000 s later, it ends 991 s before the recording begins. Expected eeg of"),
        (7_000, "lies wholly after the recording: +7 s later, it begins 1 s after the recording's end. Expected eeg of"),
    ],
)
def test_eeg_of_another_time_is_left_out_and_why_is_said(tmp_path: Path, late: int, where: str) -> None:
    worn = headband(tmp_path / "worn.csv")

    clip = clip_from_files(voice(tmp_path / "voice.wav", 6.0), eeg=worn, offsets={Modality.EEG: late})

    assert set(clip.sources) == {Modality.AUDIO}
    assert where in clip.facts["eeg_left_out"]


def test_sound_that_ended_before_the_picture_began_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"voice\.wav lies wholly before the recording: -9 s later, it ends 8 s before"):
        clip_from_files(film(tmp_path / "a.mp4", sound=True), voice(tmp_path / "voice.wav"), offsets={Modality.AUDIO: -9_000})


class Heard:
    """Stands in for a Whisper: remembers which language it was told, and hears one word."""

    name, window = "a stand-in", 30_000
    told: list[str | None] = []

    def __init__(self, folder: Path, language: str | None = None) -> None:
        self.told.append(language)

    def __call__(self, sound: np.ndarray) -> list[listening.Heard]:
        return [listening.Heard("Hm.", 0, 900)]


@pytest.mark.parametrize(("language", "facts"), [("de", {"text_language": "German", "text_language_is": "told"}), (None, {})])
def test_whoever_hears_words_is_told_their_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str | None, facts: dict[str, str]
) -> None:
    monkeypatch.setattr("emofuse.media.whisper.Whisper", Heard)

    clip = Belonging(listener=tmp_path, language=language).clip(voice(tmp_path / "talk.wav"))

    assert Heard.told[-1] == language
    assert {name: value for name, value in clip.facts.items() if name.startswith("text_language")} == facts
    assert set(clip.sources) == {Modality.AUDIO, Modality.TEXT}


@pytest.mark.parametrize(("language", "name", "how"), [("de", "German", "told"), (None, "English", "noticed")])
def test_a_clip_says_which_language_was_told_or_noticed(tmp_path: Path, language: str | None, name: str, how: str) -> None:
    (tmp_path / "said.txt").write_text("You know what it is that I was not told, and this is it.")

    facts = clip_from_files(text=tmp_path / "said.txt", language=language).facts

    assert (facts["text_language"], facts["text_language_is"]) == (name, how)


@pytest.mark.parametrize(
    ("name", "words", "order"),
    [("said.txt", "Hm. Well. You know.", "1000"), ("said.srt", "1\n00:00:01,000 --> 00:00:02,000\nHm.\n", None)],
)
def test_a_clip_says_that_places_of_words_without_times_are_an_order(tmp_path: Path, name: str, words: str, order: str | None) -> None:
    (tmp_path / name).write_text(words)

    facts = clip_from_files(text=tmp_path / name).facts

    assert facts.get("text_order") == order


def test_words_without_times_beside_a_recording_are_no_order(tmp_path: Path) -> None:
    (tmp_path / "said.txt").write_text("Hm. Well. You know.")

    assert "text_order" not in clip_from_files(audio=voice(tmp_path / "talk.wav"), text=tmp_path / "said.txt").facts


def test_a_language_is_told_of_words_alone(tmp_path: Path) -> None:
    sound = voice(tmp_path / "talk.wav")

    with pytest.raises(MediaError, match=r"\(--language; language=\), and there are no words\. Expected a transcript; add --text FILE"):
        clip_from_files(sound, language="de")
    with pytest.raises(MediaError, match="and there are no words"):
        Belonging(language="de").needed([sound])
    with pytest.raises(UnknownName, match="'xx' is no language"):
        Belonging(language="xx").needed([sound])
