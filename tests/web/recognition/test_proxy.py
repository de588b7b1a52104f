"""Whatever film comes in, what is analysed and played is upright, steady, small enough, in step, and tells nothing of its camera."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from emofuse.core.errors import MediaError
from emofuse.media.probe import Limits
from emofuse_web.recognition.proxy import make
from emofuse_web.recognition.proxy_picture import fitted, steady

SKEW = 0.04  # s between sound and picture that nobody notices


def flash(path: Path) -> float:
    """When the picture turns bright, in s."""
    with av.open(str(path)) as file:
        return next(float(frame.time) for frame in file.decode(video=0) if frame.to_ndarray(format="gray").mean() > 100)


def bang(path: Path) -> float:
    """When the sound turns loud, in s."""
    with av.open(str(path)) as file:
        for frame in file.decode(audio=0):
            loud = np.abs(frame.to_ndarray()).max(axis=0) > 0.2
            if loud.any():
                return float(frame.time) + int(loud.argmax()) / frame.sample_rate
    raise AssertionError("there is no sound to be heard")


def stream(path: Path):
    with av.open(str(path)) as file:
        (one,) = file.streams.video
        return one.codec_context.name, one.codec_context.pix_fmt, one.average_rate, (one.width, one.height)


def keys(path: Path) -> list[float]:
    with av.open(str(path)) as file:
        return [float(packet.pts * packet.time_base) for packet in file.demux(video=0) if packet.is_keyframe]


def times(path: Path) -> list[Fraction]:
    with av.open(str(path)) as file:
        return sorted(packet.pts * packet.time_base for packet in file.demux(video=0) if packet.pts is not None)


def test_a_film_becomes_h264_and_aac_at_a_steady_rate_with_a_key_frame_each_second(film, tmp_path):
    made = make(film(seconds=3), tmp_path)

    assert (made.path.name, made.picture, made.sound, made.notes) == ("proxy.mp4", True, True, ())
    assert abs(made.duration - 3_000) <= 40
    assert stream(made.path) == ("h264", "yuv420p", 25, (160, 120))
    assert keys(made.path) == [0.0, 1.0, 2.0]
    with av.open(str(made.path)) as file:
        assert file.streams.audio[0].codec_context.name == "aac"


def test_the_index_lies_in_front_so_that_a_browser_starts_at_once(film, tmp_path):
    content = make(film(), tmp_path).path.read_bytes()

    assert content.index(b"moov") < content.index(b"mdat")


@pytest.mark.parametrize("name", ["film.mp4", "film.mov", "film.mkv", "film.avi"])
def test_sound_and_picture_stay_in_step_whatever_they_came_in(film, tmp_path, name):
    old = {"sound": "pcm_s16le", "codec": "mpeg4"} if name.endswith("avi") else {}

    made = make(film(name, **old), tmp_path).path

    assert abs(flash(made) - bang(made)) <= SKEW
    assert abs(flash(made) - 1.0) <= SKEW


def test_a_varying_rate_becomes_a_steady_one_and_nothing_moves(film, tmp_path):
    wild = [0, 40, 50, 130, 150, 300, 420, 433, 600, 700, 820, 900, 1_000, 1_011, 1_090, 1_150, 1_200, 1_390, 1_500, 1_710, 1_900, 1_960]

    made = make(film(times=wild), tmp_path).path

    shown = times(made)
    steps = {b - a for a, b in zip(shown, shown[1:], strict=False)}
    assert max(steps) - min(steps) <= Fraction(1, 1_000)  # of the file's clock
    assert abs(flash(made) - 1.0) <= SKEW
    assert abs(flash(made) - bang(made)) <= SKEW


@pytest.mark.parametrize(("given", "expected"), [(60, 30), (50, 25), (Fraction(30_000, 1_001), Fraction(30_000, 1_001)), (10, 10), (7, 30)])
def test_no_more_than_thirty_pictures_a_second(film, tmp_path, given, expected):
    made = make(film(rate=given, seconds=1.5), tmp_path).path

    assert stream(made)[2] == pytest.approx(expected, rel=1e-3)
    assert abs(flash(made) - 1.0) <= SKEW + (0.15 if given == 7 else 0)  # whose own flash comes late


@pytest.mark.parametrize(("size", "expected"), [((1_920, 1_080), (1_280, 720)), ((321, 243), (320, 242)), ((640, 1_440), (320, 720))])
def test_pictures_are_small_enough_and_their_sides_even(film, tmp_path, size, expected):
    codec = {} if not size[0] % 2 else {"codec": "mjpeg", "pixels": "yuvj444p", "name": "odd.avi", "sound": "pcm_s16le"}
    path = film(size=size, seconds=0.4, **codec)

    assert stream(make(path, tmp_path).path)[3] == (expected if size[1] < 1_440 else (568, 1_280))


def test_pixels_that_are_not_square_become_so(film, tmp_path):
    assert stream(make(film(aspect=Fraction(2), seconds=0.4), tmp_path).path)[3] == (320, 120)


@pytest.mark.parametrize(("degrees", "size"), [(90, (120, 160)), (180, (160, 120)), (270, (120, 160))])
def test_turned_films_stand_upright(film, turned, tmp_path, degrees, size):
    made = make(turned(film(), degrees), tmp_path).path

    with av.open(str(made)) as file:
        bright = next(frame for frame in file.decode(video=0) if frame.to_ndarray(format="gray").mean() > 100)
        seen = bright.to_ndarray(format="gray")
    assert stream(made)[3] == size
    assert bright.rotation == 0
    half = {90: seen[:, : size[0] // 2], 180: seen[: size[1] // 2], 270: seen[:, size[0] // 2 :]}[degrees]
    assert half.mean() > 200  # where the bright lower half has gone


def test_nothing_that_the_camera_wrote_beside_is_left(film, tmp_path):
    told = {"location": "+43.2389+076.8897/", "make": "Camera", "comment": "of Alice", "creation_time": "2024-05-01T10:00:00Z"}
    path = film("told.mov", metadata=told)
    with av.open(str(path)) as file:
        assert "of Alice" in file.metadata.values(), "the film must tell, or this test tells nothing"

    content = make(path, tmp_path).path.read_bytes()

    assert not [words for words in (b"Alice", b"43.2389", b"Camera", b"2024-05", b"Lavf") if words in content]


def test_the_same_film_gives_the_same_bytes(film, tmp_path):
    path = film()
    first = make(path, tmp_path / "a", threads=2).path.read_bytes()

    assert make(path, tmp_path / "b", threads=2).path.read_bytes() == first


def test_a_film_without_sound_stays_without(film, tmp_path):
    made = make(film(sound=None), tmp_path)

    assert (made.picture, made.sound, made.peaks) == (True, False, ())
    with av.open(str(made.path)) as file:
        assert not file.streams.audio


@pytest.mark.parametrize(("name", "sound"), [("voice.wav", "pcm_s16le"), ("voice.flac", "flac"), ("voice.mp3", "libmp3lame")])
def test_sound_alone_becomes_sound_alone(film, tmp_path, name, sound):
    made = make(film(name, picture=False, sound=sound), tmp_path)

    assert (made.path.name, made.picture, made.sound) == ("proxy.m4a", False, True)
    assert abs(bang(made.path) - 1.0) <= SKEW
    assert max(made.peaks) == pytest.approx(0.5, abs=0.1)
    assert made.peaks[0] < 0.01


def test_sound_that_begins_late_stays_late(film, tmp_path):
    made = make(film(late=0.5), tmp_path).path

    assert abs(bang(made) - 1.0) <= SKEW
    assert abs(flash(made) - bang(made)) <= SKEW


@pytest.mark.parametrize("later", [0, 500, -300])
def test_sound_of_its_own_is_laid_in_where_it_belongs(film, tmp_path, later):
    beside = film("voice.wav", picture=False, sound="pcm_s16le")

    made = make(film(sound=None), tmp_path, sound=beside, later=later)

    assert made.sound
    assert abs(bang(made.path) - (1.0 + later / 1_000)) <= SKEW
    assert abs(flash(made.path) - 1.0) <= SKEW


def test_sound_of_its_own_is_heard_instead_of_the_films(film, tmp_path):
    quiet = tmp_path / "quiet.wav"
    soundfile.write(quiet, np.zeros(32_000, dtype=np.float32), 16_000)

    made = make(film(), tmp_path, sound=quiet)

    assert max(made.peaks) < 0.01


def test_sound_is_found_by_what_is_heard_in_both(tmp_path, film, generator):
    noise = np.repeat(generator.uniform(0.01, 0.6, 80), 1_600).astype(np.float32) * generator.standard_normal(128_000).astype(np.float32)
    soundfile.write(tmp_path / "room.wav", np.clip(noise, -1, 1), 16_000)
    soundfile.write(tmp_path / "near.wav", np.clip(noise[16_000:], -1, 1), 16_000)

    made = make(tmp_path / "room.wav", tmp_path, sound=tmp_path / "near.wav", later=None)

    assert abs(made.later - 1_000) <= 20
    assert "put +" in made.notes[0]


def test_a_film_that_was_cut_off_is_said_to_break_off(film, tmp_path):
    with av.open(str(film(seconds=8))) as whole, av.open(str(tmp_path / "front.mp4"), "w", options={"movflags": "faststart"}) as front:
        streams = {one.index: front.add_stream_from_template(one) for one in whole.streams}
        for packet in whole.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                front.mux(packet)
    content = (tmp_path / "front.mp4").read_bytes()
    (tmp_path / "front.mp4").write_bytes(content[: len(content) * 7 // 10])

    made = make(tmp_path / "front.mp4", tmp_path)

    assert made.notes[0] == f"the file breaks off at 0:0{round(made.duration / 1_000)} of 0:08; what came before was analysed"
    assert 1_000 < made.duration < 7_000


def test_a_recording_whose_clock_begins_elsewhere_says_where(film, tmp_path):
    path = film("late.mkv", times=[1_500 + 40 * i for i in range(50)], sound=None, seconds=3.5)

    made = make(path, tmp_path)

    assert made.start == 1_500
    assert times(made.path)[0] == 0
    assert abs(made.duration - 2_000) <= 40


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(pixels=100), "pixels"),
        (Limits(duration=500), "seconds"),
        (Limits(streams=1), "streams"),
        (Limits(codecs=frozenset({"vp9", "opus"})), "coded as"),
    ],
)
def test_what_goes_beyond_a_limit_is_refused_before_it_is_decoded(film, tmp_path, limits, said, monkeypatch):
    path = film()
    monkeypatch.setattr("emofuse_web.recognition.proxy._decoded", lambda *_: pytest.fail("decoded"))

    with pytest.raises(MediaError, match=said):
        make(path, tmp_path, limits=limits)
    assert not (tmp_path / "proxy.mp4").exists()


def test_a_header_that_lies_about_its_length_does_not_make_more_of_it(film, tmp_path):
    path = film("long.mkv", times=[40 * i for i in range(50)] + [40_000_000], sound=None, seconds=2)

    with pytest.raises(MediaError):
        make(path, tmp_path)


def test_a_file_beside_without_sound_is_refused(film, tmp_path):
    path = film()

    with pytest.raises(MediaError, match="has no sound"):
        make(path, tmp_path, sound=film("mute.mp4", sound=None))


def test_progress_goes_on_and_ends(film, tmp_path):
    told = []

    make(film(), tmp_path, progress=lambda done, total: told.append(done / total))

    assert told == sorted(told)
    assert told[-1] == 1.0


def test_a_film_that_breaks_off_is_taken_as_far_as_it_goes(film, tmp_path):
    path = film("broken.mkv")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])

    made = make(path, tmp_path)

    assert 200 < made.duration < 2_000


def test_rates_and_sizes_are_those_that_players_know():
    assert steady(Fraction(119_88, 100)) == Fraction(30_000, 1_001)
    assert steady(Fraction(0)) == 30
    assert fitted(4, 3, (1_280, 720)) == (4, 2)
    assert fitted(1, 1, (1_280, 720)) == (2, 2)
