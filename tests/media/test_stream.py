import itertools
import subprocess
import sys
import threading
from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import numpy as np
import pytest
from skimage import data

from emofuse.core.clip import Chunk, Signal
from emofuse.core.errors import MediaError
from emofuse.core.modality import Modality
from emofuse.media import faces
from emofuse.media.faces import Finder
from emofuse.media.probe import Limits
from emofuse.media.stream import stream
from emofuse.media.video import Box

BOTH = frozenset({Modality.AUDIO, Modality.VIDEO})
AUDIO, VIDEO = frozenset({Modality.AUDIO}), frozenset({Modality.VIDEO})
WHITE = 250


def whole(picture: np.ndarray, enough: float) -> list[Box]:
    """A detector to which everything brighter than black is one face."""
    height, width = picture.shape
    return [Box(0.0, 0.0, float(width), float(height))] if picture.mean() > 17 else []


class Everywhere(Finder):
    """Takes all of the picture, whatever was there before."""

    def near(self, picture, face):
        return next(iter(self.everywhere(picture)), None)


everything = partial(Everywhere, "everything", whole, 1.0, 0.0)


def movie(
    path: Path,
    *,
    times: Sequence[int] = tuple(range(0, 2_000, 40)),
    brightness: Sequence[int] | None = None,
    codec: str = "libx264",
    sound: tuple[int, int] | None = None,
    turned: int = 0,
    picture: np.ndarray | None = None,
    options: dict[str, str] | None = None,
    muxer: dict[str, str] | None = None,
    hertz: int = 48_000,
) -> Path:
    """A grey film with a frame at each of `times` (ms), brightness by frame, and a tone from and to `sound` (ms)."""
    levels = brightness if brightness is not None else [16 + i % 200 for i in range(len(times))]
    with av.open(str(path), "w", options=muxer or {}) as file:
        if times:
            video = file.add_stream(codec, rate=25, options=options or {})
            height, width = picture.shape if picture is not None else (96, 96)
            video.width, video.height, video.pix_fmt, video.time_base = width, height, "yuv420p", Fraction(1, 1_000)
            video.codec_context.time_base = Fraction(1, 1_000) if codec != "mpeg2video" else Fraction(1, 25)
            if turned:
                video.set_display_rotation(turned)
        if sound:
            audio = file.add_stream("libmp3lame" if path.suffix == ".avi" else "aac", rate=hertz, layout="mono")
        packets = []
        for i, time in enumerate(times):
            shown = np.full((height, width), levels[i], np.uint8) if picture is None else picture
            frame = av.VideoFrame.from_ndarray(shown, format="gray").reformat(format="yuv420p")
            frame.pts, frame.time_base = (time, Fraction(1, 1_000)) if codec != "mpeg2video" else (i, Fraction(1, 25))
            packets += video.encode(frame)
        if times:
            packets += video.encode(None)
        if sound:
            count = (sound[1] - sound[0]) * hertz // 1_000
            wave = (0.5 * np.sin(2 * np.pi * 440 * np.arange(count) / hertz)).astype(np.float32)
            for first in range(0, count, 1_024):
                block = av.AudioFrame.from_ndarray(wave[None, first : first + 1_024], format="fltp", layout="mono")
                block.sample_rate, block.pts, block.time_base = hertz, sound[0] * hertz // 1_000 + first, Fraction(1, hertz)
                packets += audio.encode(block)
            packets += audio.encode(None)
        for packet in sorted(packets, key=lambda p: float(p.dts * p.time_base)):
            file.mux(packet)
    return path


def joined(chunks: Sequence[Chunk], modality: Modality) -> Signal:
    parts = [chunk.signals[modality] for chunk in chunks if modality in chunk.signals]
    assert all(abs(before.end - after.start) <= 1 for before, after in itertools.pairwise(parts)), "chunks follow each other"
    present = [np.ones(len(part.values), dtype=bool) if part.present is None else part.present for part in parts]
    return Signal(np.concatenate([part.values for part in parts]), parts[0].rate, parts[0].start, np.concatenate(present))


def seen(path: Path, length: int = 10_000, finder=everything) -> tuple[list[Chunk], Signal]:
    chunks = list(stream(path, VIDEO, length, finder=finder))
    return chunks, joined(chunks, Modality.VIDEO)


def shades(signal: Signal) -> list[int]:
    return [round(float(face.mean())) for face in signal.values]


def test_sound_and_faces_come_in_consecutive_chunks(tmp_path: Path) -> None:
    path = movie(tmp_path / "a.mp4", times=range(0, 2_500, 40), sound=(0, 2_500))

    chunks = list(stream(path, BOTH, 1_000, finder=everything))

    assert [chunk.until for chunk in chunks[:2]] == [1_000, 2_000]
    assert 2_500 <= chunks[2].until <= 2_550
    for k, chunk in enumerate(chunks):
        assert set(chunk.signals) == BOTH
        assert all(signal.start == 1_000 * k for signal in chunk.signals.values())
    assert [len(chunk.signals[Modality.VIDEO].values) for chunk in chunks] == [5, 5, 3]
    assert [len(chunk.signals[Modality.AUDIO].values) for chunk in chunks[:2]] == [16_000, 16_000]
    assert chunks[0].signals[Modality.VIDEO].values.shape == (5, 48, 48)
    assert chunks[0].signals[Modality.VIDEO].values.dtype == np.uint8
    assert chunks[0].signals[Modality.AUDIO].values.dtype == np.float32


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.mov", "a.avi", "a.ts"])
def test_every_container_shows_each_moment_within_75_ms(tmp_path: Path, name: str) -> None:
    codec = "mpeg4" if name.endswith("avi") else "libx264"
    times = range(0, 4_000, 40)
    path = movie(tmp_path / name, times=times, brightness=[20 + 2 * (i % 100) for i in range(100)], codec=codec, sound=(0, 4_000))

    _, faces_seen = seen(path)

    expected = [20 + 2 * time / 40 for time in range(0, 4_000, 200)]
    levels = np.array(shades(faces_seen))
    assert len(levels) in (20, 21)  # transport streams count the sound's lead-in, so their picture begins and ends a little later
    assert np.abs(levels[:20] - expected).max() <= 2 * 75 / 40 + 2


def test_frames_without_any_regularity_keep_their_times(tmp_path: Path) -> None:
    times = [0, 40, 80, 400, 440, 1_300, 1_320, 1_340, 1_900]
    path = movie(tmp_path / "a.mkv", times=times, brightness=[20, 20, 20, 80, 80, 140, 140, 140, 200])

    _, faces_seen = seen(path)

    # on the screen at 0, 200, ... 1800 ms; a still picture lasts until the next one
    assert np.abs(np.array(shades(faces_seen)[:10]) - [20, 20, 80, 80, 80, 80, 80, 140, 140, 140]).max() <= 3


def test_a_picture_that_stands_still_for_long_is_absent_after_a_second(tmp_path: Path) -> None:
    path = movie(tmp_path / "a.mkv", times=[0, 40, 80, 5_000, 5_040], brightness=[100] * 5)

    _, faces_seen = seen(path)

    assert faces_seen.present is not None
    assert faces_seen.present[:6].all()
    assert not faces_seen.present[7:24].any()
    assert faces_seen.present[25]


def test_a_picture_without_a_face_is_absent(tmp_path: Path) -> None:
    path = movie(tmp_path / "a.mp4", times=range(0, 4_000, 40), brightness=[0] * 50 + [120] * 50)

    _, faces_seen = seen(path)

    assert faces_seen.present is not None
    assert not faces_seen.present[:9].any()
    assert faces_seen.present[13:].all()


@pytest.mark.parametrize("turned", [90, 180, 270])
@pytest.mark.parametrize("name", ["a.mp4", "a.mov"])
def test_turned_videos_are_seen_upright(tmp_path: Path, turned: int, name: str) -> None:
    upright = np.full((96, 96), 30, np.uint8)
    upright[:48] = WHITE  # bright above, dark below
    path = movie(tmp_path / name, picture=np.ascontiguousarray(np.rot90(upright, -turned // 90)), turned=turned)

    _, faces_seen = seen(path)

    with av.open(str(path)) as file:
        assert next(file.decode(video=0)).rotation % 360 == turned
    face = faces_seen.values[3].astype(int)
    assert face[:20].min() > face[28:].max() + 100


def test_sound_that_begins_late_is_absent_before_it(tmp_path: Path) -> None:
    path = movie(tmp_path / "a.mp4", sound=(800, 2_000))

    chunks = list(stream(path, BOTH, 10_000, finder=everything))

    sound = joined(chunks, Modality.AUDIO)
    assert sound.start == 0
    assert sound.present is not None
    assert abs(int(sound.present.argmax()) / 16 - 800) < 40
    assert not sound.values[: 16 * 750].any()
    assert loud_from(sound) == pytest.approx(800, abs=40)


def loud_from(sound: Signal) -> float:
    """When something is first heard, in ms."""
    return float(np.argmax(np.abs(sound.values) > 0.1)) * 1_000 / sound.rate


def test_a_file_that_begins_at_another_time_than_zero_begins_at_zero(tmp_path: Path) -> None:
    path = movie(tmp_path / "a.mkv", times=range(5_000, 7_000, 40), sound=(5_500, 7_000))

    chunks = list(stream(path, BOTH, 10_000, finder=everything))

    assert chunks[-1].until == pytest.approx(2_000, abs=40)
    assert loud_from(joined(chunks, Modality.AUDIO)) == pytest.approx(500, abs=40)


def test_sound_and_picture_of_one_moment_stay_together(tmp_path: Path) -> None:
    times = range(0, 4_000, 40)
    path = movie(tmp_path / "a.mp4", times=times, brightness=[10 if t < 2_000 else WHITE for t in times], sound=(2_000, 4_000))

    chunks = list(stream(path, BOTH, 1_000, finder=everything, face_rate=25))

    bright = int(np.argmax(joined(chunks, Modality.VIDEO).values.mean(axis=(1, 2)) > 128)) * 40
    assert bright == pytest.approx(2_000, abs=80)
    assert loud_from(joined(chunks, Modality.AUDIO)) == pytest.approx(2_000, abs=40)


def test_sound_that_ends_early_is_not_in_later_chunks(tmp_path: Path) -> None:
    path = movie(tmp_path / "a.mp4", times=range(0, 4_000, 40), sound=(0, 900))

    chunks = list(stream(path, BOTH, 1_000, finder=everything))

    assert Modality.AUDIO in chunks[0].signals
    assert all(Modality.AUDIO not in chunk.signals for chunk in chunks[2:])
    assert [chunk.until for chunk in chunks] == [1_000, 2_000, 3_000, 4_000]
    assert chunks[-1].notes == ()


def test_a_picture_hours_ahead_of_its_sound_is_not_waited_for(tmp_path: Path) -> None:
    path = movie(tmp_path / "a.mp4", times=range(0, 200_000, 500), sound=(0, 900))

    chunks = stream(path, BOTH, 10_000, finder=everything)

    first = next(chunks)
    rest = list(chunks)
    assert set(first.signals) == BOTH
    assert rest[-1].until == pytest.approx(200_000, abs=600)
    assert Modality.AUDIO not in rest[-1].signals


def test_sound_alone_and_picture_alone(tmp_path: Path) -> None:
    silent_film = movie(tmp_path / "a.mp4")
    radio = movie(tmp_path / "a.m4a", times=(), sound=(0, 1_500))

    assert [set(chunk.signals) for chunk in stream(silent_film, BOTH, 1_000, finder=everything)] == [VIDEO, VIDEO]
    assert [set(chunk.signals) for chunk in stream(radio, BOTH, 1_000, finder=everything)] == [AUDIO, AUDIO]
    with pytest.raises(MediaError, match="has no sound"):
        list(stream(silent_film, AUDIO, 1_000))


def test_what_is_not_asked_for_is_not_decoded(tmp_path: Path) -> None:
    path = movie(tmp_path / "a.mp4", sound=(0, 2_000))

    chunks = list(stream(path, AUDIO, 1_000, finder=lambda: pytest.fail("nobody asked for faces")))

    assert all(set(chunk.signals) == AUDIO for chunk in chunks)


def test_one_frame_is_one_face(tmp_path: Path) -> None:
    (chunk,) = stream(movie(tmp_path / "a.mp4", times=[0]), BOTH, 10_000, finder=everything)

    assert chunk.signals[Modality.VIDEO].values.shape == (1, 48, 48)
    assert 0 < chunk.until <= 1_000


def test_a_tenth_of_a_second_is_read(tmp_path: Path) -> None:
    (chunk,) = stream(movie(tmp_path / "a.mp4", times=[0, 40, 80], sound=(0, 100)), BOTH, 10_000, finder=everything)

    assert 100 <= chunk.until <= 160


def test_a_file_that_was_cut_off_is_read_as_far_as_it_goes_and_that_is_said(tmp_path: Path) -> None:
    path = movie(tmp_path / "a.mp4", times=range(0, 8_000, 40), sound=(0, 8_000), muxer={"movflags": "faststart"})
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 6 // 10])

    chunks = list(stream(path, BOTH, 1_000, finder=everything))

    assert 2_000 < chunks[-1].until < 7_000
    assert any("breaks off at 00:0" in note and "of 00:08.0" in note for note in chunks[-1].notes)


def test_bytes_that_were_overwritten_are_said(tmp_path: Path) -> None:
    path = movie(tmp_path / "a.mkv", times=range(0, 8_000, 40), sound=(0, 8_000), options={"g": "10"})
    content = bytearray(path.read_bytes())
    content[len(content) // 3 : len(content) // 2] = bytes(len(content) // 2 - len(content) // 3)
    path.write_bytes(content)

    chunks = list(stream(path, BOTH, 1_000, finder=everything))

    assert chunks[-1].until > 1_000
    assert chunks[-1].notes != ()


def test_a_file_of_which_nothing_can_be_decoded_is_refused(tmp_path: Path) -> None:
    path = movie(tmp_path / "a.mp4", muxer={"movflags": "faststart"})
    content = path.read_bytes()
    at = content.index(b"mdat") + 4
    path.write_bytes(content[:at] + bytes(len(content) - at))

    with pytest.raises(MediaError, match="Nothing in .* can be decoded"):
        list(stream(path, BOTH, 1_000, finder=everything))


def test_an_edit_list_cuts_the_beginning(tmp_path: Path) -> None:
    path = movie(tmp_path / "a.mp4", times=range(0, 4_000, 40), brightness=[20] * 50 + [220] * 50, options={"bf": "0"})
    content = bytearray(path.read_bytes())
    at = content.index(b"elst")  # version, flags, count, then (duration, media time, rate): let it begin two seconds later
    duration, media = (int.from_bytes(content[at + 12 + 4 * i : at + 16 + 4 * i], "big") for i in range(2))
    with av.open(str(path)) as file:
        scale = file.streams.video[0].time_base.denominator
    content[at + 12 : at + 20] = (duration // 2).to_bytes(4, "big") + (media + 2 * scale).to_bytes(4, "big")
    path.write_bytes(content)

    _, faces_seen = seen(path)

    assert len(faces_seen.values) == 10
    assert min(shades(faces_seen)) > 200


def test_pixels_that_are_not_square_are_made_so(tmp_path: Path) -> None:
    boxes: list[tuple[int, ...]] = []

    def noted(picture: np.ndarray, enough: float) -> list[Box]:
        boxes.append(picture.shape)
        return []

    with av.open(str(tmp_path / "a.mp4"), "w") as file:
        video = file.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 96, 96, "yuv420p"
        video.codec_context.sample_aspect_ratio = Fraction(2, 1)
        for i in range(5):
            frame = av.VideoFrame.from_ndarray(np.full((96, 96), 90, np.uint8), format="gray").reformat(format="yuv420p")
            frame.pts, frame.time_base = i, Fraction(1, 25)
            file.mux(video.encode(frame))
        file.mux(video.encode(None))

    list(stream(tmp_path / "a.mp4", VIDEO, 1_000, finder=partial(Finder, "noted", noted, 1.0, 0.0)))

    assert set(boxes) == {(96, 192)}


def test_a_reader_that_stops_early_leaves_no_thread_behind(tmp_path: Path) -> None:
    path = movie(tmp_path / "a.mp4", times=range(0, 20_000, 40), sound=(0, 20_000))

    chunks = stream(path, BOTH, 500, finder=everything)
    next(chunks)
    chunks.close()

    assert not [thread for thread in threading.enumerate() if thread.name == "emofuse decoding"]


def test_what_is_longer_than_allowed_is_refused(tmp_path: Path) -> None:
    path = movie(tmp_path / "a.mp4", sound=(0, 2_000))

    with pytest.raises(MediaError, match="seconds"):
        list(stream(path, BOTH, 1_000, finder=everything, limits=Limits(duration=1_000)))


def test_a_finder_that_fails_is_heard(tmp_path: Path) -> None:
    path = movie(tmp_path / "a.mp4", sound=(0, 2_000))

    def failing(picture: np.ndarray, enough: float) -> list[Box]:
        raise ArithmeticError("a fault of ours")

    with pytest.raises(ArithmeticError, match="a fault of ours"):
        list(stream(path, BOTH, 1_000, finder=partial(Finder, "failing", failing, 1.0, 0.0)))


@pytest.mark.parametrize("codec", ["libx264", "mpeg4", "mpeg2video"])
def test_pictures_that_no_other_refers_to_can_be_skipped_without_a_trace(
    tmp_path: Path, codec: str, generator: np.random.Generator
) -> None:
    picture = generator.integers(0, 256, (96, 96)).astype(np.uint8)
    path = tmp_path / ("a.mkv")
    with av.open(str(path), "w") as file:
        video = file.add_stream(codec, rate=25, options={"bf": "2"})
        video.width, video.height, video.pix_fmt = 96, 96, "yuv420p"
        for i in range(50):
            frame = av.VideoFrame.from_ndarray(np.roll(picture, 3 * i, axis=1), format="gray").reformat(format="yuv420p")
            frame.pts, frame.time_base = i, Fraction(1, 25)
            file.mux(video.encode(frame))
        file.mux(video.encode(None))

    all_of_them, some = decoded(path, "DEFAULT"), decoded(path, "NONREF")

    assert 10 < len(some) < len(all_of_them)
    assert all(np.array_equal(all_of_them[time], shown) for time, shown in some.items())


def decoded(path: Path, skip: str) -> dict[int, np.ndarray]:
    with av.open(str(path)) as file:
        video = file.streams.video[0]
        video.thread_type = "AUTO"
        video.codec_context.skip_frame = skip
        return {frame.pts: frame.to_ndarray() for frame in file.decode(video)}


def test_reading_imports_no_torch(tmp_path: Path) -> None:
    code = "import sys, emofuse.media.stream, emofuse.media.files; print([m for m in ('torch', 'cv2', 'av', 'pandas') if m in sys.modules])"

    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == "[]"


def test_the_portrait_is_followed_while_it_moves(tmp_path: Path) -> None:
    portrait = data.astronaut().mean(axis=2).astype(np.uint8)[:240, :320]
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as file:
        video = file.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 320, 240, "yuv420p"
        for i in range(25):
            frame = av.VideoFrame.from_ndarray(np.roll(portrait, 2 * i, axis=1), format="gray").reformat(format="yuv420p")
            frame.pts, frame.time_base = i, Fraction(1, 25)
            file.mux(video.encode(frame))
        file.mux(video.encode(None))

    _, faces_seen = seen(path, finder=faces.haar)

    assert faces_seen.present is not None
    assert faces_seen.present.mean() > 0.85
    crops = faces_seen.values[faces_seen.present].astype(float)
    alike = [np.corrcoef(crops[0].ravel(), crop.ravel())[0, 1] for crop in crops]
    assert min(alike) > 0.7  # the face stays where it is in the crop


@pytest.mark.corpus
def test_real_clips_have_one_face_nearly_all_the_time(shared: Path, models: Path) -> None:
    clips = sorted((shared / "clips").glob("*.mp4"))[::3]

    assert clips
    for path in clips:
        chunks = list(stream(path, BOTH, 10_000, finder=partial(faces.finder, models)))
        shown = joined(chunks, Modality.VIDEO).present
        assert shown is not None
        assert shown.mean() > 0.95, path.name
        assert chunks[-1].notes == (), path.name
        assert abs(joined(chunks, Modality.AUDIO).end - chunks[-1].until) < 100
