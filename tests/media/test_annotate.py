"""Small videos of every kind are made here, annotated, and read back."""

import errno
import struct
import subprocess
import sys
from fractions import Fraction

import av
import numpy as np
import pytest

from emofuse.core.errors import MediaError
from emofuse.core.labels import COMMON_SEVEN, LabelSet
from emofuse.core.provenance import provenance
from emofuse.core.segment import Segment
from emofuse.core.timeline import Span, Timeline
from emofuse.media.annotate import annotate
from emofuse.media.panel import Panel
from emofuse.media.probe import probe

SIZE = (160, 120)
NAN = float("nan")


def timeline(duration, labels=COMMON_SEVEN):
    """Happiness for the first half, then nobody."""
    half = max(duration // 2, 1)
    scores = np.full((2, len(labels)), 0.05, dtype=np.float32)
    scores[0, min(3, len(labels) - 1)] = 0.7
    scores[1] = NAN
    return Timeline("fused", labels, (Segment(0, half), Segment(half, half + duration)), scores, duration, (None, "no face, silence"))


def make(
    path,
    *,
    times=None,
    rate=25,
    frames=30,
    size=SIZE,
    codec="libx264",
    pixels="yuv420p",
    sound=None,
    late=0.0,
    aspect=None,
    container=None,
    layout="stereo",
):
    """A video whose upper half is grey and lower half bright, with a square wave from `late` seconds on."""
    times = times or [round(i * 1_000 / rate) for i in range(frames)]
    with av.open(str(path), "w", format=container) as made:
        stream = made.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = *size, pixels
        if aspect:
            stream.codec_context.sample_aspect_ratio = aspect
        if codec == "libx264":
            stream.codec_context.time_base = Fraction(1, 1_000)
        heard = made.add_stream(sound, rate=44_100 if sound != "libopus" else 48_000, layout=layout) if sound else None
        picture = np.full((size[1], size[0], 3), 128, dtype=np.uint8)
        picture[size[1] // 2 :] = 220
        for i, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format=pixels)
            frame.pts, frame.time_base = (time, Fraction(1, 1_000)) if codec == "libx264" else (i, Fraction(1, rate))
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
        if heard:
            count = round(heard.rate * (times[-1] / 1_000 + 1 / rate - late))
            wave = np.where(np.arange(count) // 50 % 2, 9_000, -9_000).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(np.repeat(wave, 2 if layout == "stereo" else 1)[None], format="s16", layout=layout)
            frame.sample_rate, frame.pts, frame.time_base = heard.rate, round(late * heard.rate), Fraction(1, heard.rate)
            made.mux(heard.encode(frame))
            made.mux(heard.encode(None))
    return path


def shown(path):
    """Times in seconds, and frames as brightness."""
    with av.open(str(path)) as container:
        frames = [(float(frame.time), frame.to_ndarray(format="gray")) for frame in container.decode(video=0)]
    return [time for time, _ in frames], [picture for _, picture in frames]


def packets(path):
    """What the sound's packets hold."""
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]


def length(path):
    with av.open(str(path)) as container:
        return container.duration / 1_000_000


def annotated(path, duration=1_200):
    target = path.with_name("annotated.mp4")
    annotate(path, target, timeline(duration))
    return target


def test_the_panel_is_in_the_upper_left_corner_and_nowhere_else(tmp_path):
    target = annotated(make(tmp_path / "a.mp4"))

    _, pictures = shown(target)

    assert len(pictures) == 30
    corner, rest = pictures[0][:100, :100], pictures[0][:, 130:]
    assert corner[2:20, 2:60].max() > 200  # the label
    assert np.median(corner[:60]) < 110
    assert np.abs(np.median(rest[:50]) - 128) < 10
    assert np.abs(np.median(rest[70:]) - 220) < 12


def test_the_comment_says_how_far_to_believe_it(tmp_path):
    made = annotated(make(tmp_path / "a.mp4"))

    with av.open(str(made)) as container:
        assert container.metadata["comment"] == provenance(timeline(1_200))


def test_the_panel_changes_when_the_answer_does(tmp_path):
    _, pictures = shown(annotated(make(tmp_path / "a.mp4")))

    changed = [
        i
        for i, (a, b) in enumerate(zip(pictures, pictures[1:], strict=False), 1)
        if np.abs(a[:22, :100].astype(int) - b[:22, :100]).max() > 90
    ]

    assert changed == [15]  # 600 ms at 25 a second


@pytest.mark.parametrize(
    ("times", "name"),
    [
        ([0, 40, 80, 120, 160], "a.mp4"),
        ([0, 33, 67, 100, 133, 400, 433, 900, 917], "a.mp4"),
        ([0, 10, 500, 510, 1_000], "a.mkv"),
    ],
)
def test_frames_keep_their_times(tmp_path, times, name):
    target = annotated(make(tmp_path / name, times=times))

    assert [round(time * 1_000) for time in shown(target)[0]] == times


def test_the_sound_of_an_mp4_is_untouched(tmp_path):
    video = make(tmp_path / "a.mp4", sound="aac")

    target = annotated(video)

    assert packets(target) == packets(video)


@pytest.mark.parametrize("sound", ["aac", "libmp3lame"])
@pytest.mark.parametrize("late", [0.0, 0.5])
def test_length_and_synchrony_are_kept(tmp_path, sound, late):
    video = make(tmp_path / "a.mp4", sound=sound, late=late)

    target = annotated(video)

    assert abs(length(target) - length(video)) <= 0.04
    assert abs(begins(target) - begins(video)) < 0.04
    assert shown(target)[0][0] == pytest.approx(shown(video)[0][0], abs=0.001)


def begins(path):
    """When the sound is first heard, in seconds."""
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            loud = np.abs(frame.to_ndarray().astype(np.float32)).max(axis=0) > 0.1
            if loud.any():
                return float(frame.time) + int(loud.argmax()) / frame.sample_rate
    return None


@pytest.mark.parametrize(
    ("name", "codec", "pixels", "sound", "copied"),
    [
        ("a.webm", "libvpx-vp9", "yuv420p", "libopus", True),
        ("a.mkv", "libx264", "yuv444p", "flac", True),
        ("a.avi", "mjpeg", "yuvj422p", "pcm_s16le", False),
        ("a.mpg", "mpeg2video", "yuv420p", "mp2", False),
        ("a.mov", "libx264", "yuv420p10le", "ac3", False),
    ],
)
def test_every_kind_of_video_becomes_one_that_browsers_play(tmp_path, name, codec, pixels, sound, copied):
    video = make(tmp_path / name, codec=codec, pixels=pixels, sound=sound)

    target = annotated(video)

    with av.open(str(target)) as container:
        picture, heard = container.streams.video[0].codec_context, container.streams.audio[0].codec_context
        assert (picture.name, picture.pix_fmt) == ("h264", "yuv420p")
        assert heard.codec.canonical_name == ({"libopus": "opus"}.get(sound, sound) if copied else "aac")
    assert abs(length(target) - length(video)) <= 0.045
    assert abs(begins(target) - (begins(video) - start(video))) < 0.04
    _, pictures = shown(target)
    assert len(pictures) == 30
    assert np.abs(np.median(pictures[20][70:, 130:]) - 220) < 14  # as bright as it was


def start(path):
    with av.open(str(path)) as container:
        return container.start_time / 1_000_000


def test_the_index_comes_first_so_that_browsers_start_at_once(tmp_path):
    content = annotated(make(tmp_path / "a.mp4", sound="aac")).read_bytes()

    assert content.index(b"moov") < content.index(b"mdat")


@pytest.mark.parametrize(("size", "expected"), [((161, 121), (160, 120)), ((33, 17), (32, 16)), ((2, 2), (2, 2)), ((360, 288), (360, 288))])
def test_odd_and_tiny_sizes_are_taken(tmp_path, size, expected):
    video = make(tmp_path / "a.mkv", size=size, codec="ffv1")

    _, pictures = shown(annotated(video))

    assert pictures[0].shape == expected[::-1]


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_turned_videos_are_made_upright(tmp_path, degrees):
    video = make(tmp_path / "a.mp4", size=(320, 240))
    turn(video, degrees)
    assert probe(video).picture.rotation == degrees

    target = annotated(video)

    _, (first, *_) = shown(target)
    assert probe(target).picture.rotation == 0
    assert first.shape == ((320, 240) if degrees != 180 else (240, 320))
    height, width = first.shape
    assert first[2:24, 2:110].max() > 215  # the label stands upright in the upper left corner
    bright = {90: first[height // 2 :, 10], 180: first[20, width // 2 + 40 :], 270: first[height // 2 :, width - 10]}[degrees]
    assert np.median(bright) > 190  # where the lower half of the stored picture has gone


def turn(path, degrees):
    """Write a rotation into the track header (ISO 14496-12, 8.3.2)."""
    content = bytearray(path.read_bytes())
    matrix = content.index(b"tkhd") + 4 + 40
    cosine, sine = {90: (0, 1), 180: (-1, 0), 270: (0, -1)}[degrees]
    struct.pack_into(">9i", content, matrix, cosine << 16, sine << 16, 0, -sine << 16, cosine << 16, 0, 0, 0, 1 << 30)
    path.write_bytes(content)


def test_pixels_that_are_not_square_stay_so(tmp_path):
    target = annotated(make(tmp_path / "a.mp4", aspect=Fraction(16, 11)))

    with av.open(str(target)) as container:
        assert container.streams.video[0].sample_aspect_ratio == Fraction(16, 11)


def test_a_file_without_sound_stays_without(tmp_path):
    with av.open(str(annotated(make(tmp_path / "a.mp4")))) as container:
        assert not container.streams.audio


def test_a_file_without_picture_is_refused_with_a_way_out(tmp_path):
    path = tmp_path / "a.wav"
    with av.open(str(path), "w") as made:
        stream = made.add_stream("pcm_s16le", rate=16_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 16_000), dtype=np.int16), format="s16", layout="mono")
        frame.sample_rate = 16_000
        made.mux(stream.encode(frame))

    with pytest.raises(MediaError, match="has no picture.*subtitles"):
        annotated(path)

    assert [file.name for file in tmp_path.iterdir()] == ["a.wav"]


def test_a_video_that_breaks_off_is_annotated_as_far_as_it_goes(tmp_path):
    video = make(tmp_path / "a.mkv", frames=100, sound="aac")
    video.write_bytes(video.read_bytes()[: video.stat().st_size // 2])

    target = annotated(video, duration=4_000)

    assert 10 < len(shown(target)[0]) < 100


def test_sound_whose_channels_change_on_the_way_is_kept(tmp_path):
    first = make(tmp_path / "a.ts", codec="mpeg2video", sound="mp2")
    then = make(tmp_path / "b.ts", codec="mpeg2video", sound="mp2", layout="mono", times=range(0, 2_400, 40), late=1.2)
    first.write_bytes(first.read_bytes() + then.read_bytes())

    target = annotated(first, duration=2_400)

    with av.open(str(target)) as container:
        heard = sum(frame.samples for frame in container.decode(audio=0)) / 44_100
    assert abs(heard - 2.4) < 0.15


def test_progress_runs_from_nothing_to_everything(tmp_path):
    told = []

    annotate(make(tmp_path / "a.mp4"), tmp_path / "b.mp4", timeline(1_200), lambda done, total: told.append((done, total)))

    assert told[0] == (0, 1_200)
    assert told[-1] == (1_200, 1_200)
    assert told == sorted(told)


def test_a_coarser_coding_takes_fewer_bytes(tmp_path):
    video = make(tmp_path / "a.mp4")

    annotate(video, tmp_path / "fine.mp4", timeline(1_200), coding={"crf": "10"})
    annotate(video, tmp_path / "coarse.mp4", timeline(1_200), coding={"crf": "40"})

    assert (tmp_path / "coarse.mp4").stat().st_size < (tmp_path / "fine.mp4").stat().st_size


def test_ctrl_c_leaves_nothing_half_made(tmp_path):
    video = make(tmp_path / "a.mp4")

    def interrupt(done, total):
        if done > 500:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        annotate(video, tmp_path / "b.mp4", timeline(1_200), interrupt)

    assert [file.name for file in tmp_path.iterdir()] == ["a.mp4"]


FULL = """
import resource, signal, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_annotate import annotate, timeline
from emofuse.core.errors import MediaError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, 4_000))
try:
    annotate(Path({video!r}), Path({target!r}), timeline(1_200))
except MediaError as error:
    print(error)
"""


@pytest.mark.slow
def test_a_full_disk_is_said_and_leaves_nothing(tmp_path):
    video, target = make(tmp_path / "a.mp4", frames=60), tmp_path / "b.mp4"
    code = FULL.format(tests=str(__import__("pathlib").Path(__file__).parent), video=str(video), target=str(target))

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert "no space left" in done.stdout, (done.stderr, errno.EFBIG)
    assert [file.name for file in tmp_path.iterdir()] == ["a.mp4"]


def panel(width=1920, height=1080, labels=COMMON_SEVEN):
    return Panel(width, height, labels)


SURE = Span(Segment(0, 1_000), "anger", 0.8)
SCORES = np.array([0.8, 0.05, 0.05, 0.05, 0.05, 0.0, 0.0], dtype=np.float32)


def laid(overlay, level, size=(1920, 1080)):
    """Brightness after laying the panel over a picture of one level."""
    planes = [np.full((size[1], size[0]), level, np.uint8), *(np.full((size[1] // 2, size[0] // 2), 128, np.uint8) for _ in range(2))]
    overlay.lay(planes)
    return planes[0]


@pytest.mark.parametrize("level", [16, 128, 235])
def test_words_stand_out_on_any_picture(level):
    overlay = panel().overlay(SURE, SCORES)

    drawn = laid(overlay, level)[: overlay.add[0].shape[0], : overlay.add[0].shape[1]]

    assert int(drawn.max()) - int(np.median(drawn)) > 110


def test_doubt_and_absence_look_different():
    drawer = panel()

    looks = [
        laid(drawer.overlay(span, SCORES), 128)
        for span in (
            SURE,
            Span(Segment(0, 1_000), "anger", 0.8, uncertain=True),
            Span(Segment(0, 1_000), None, None, absent="no face, no voice"),
        )
    ]

    assert np.abs(looks[0].astype(int) - looks[1]).max() > 60
    assert np.abs(looks[0].astype(int) - looks[2]).max() > 60


def test_a_state_that_stays_is_drawn_once():
    drawer = panel()

    first = drawer.overlay(SURE, SCORES)

    assert drawer.overlay(SURE, SCORES + 0.0001) is first
    assert drawer.overlay(SURE, SCORES[::-1]) is not first


@pytest.mark.parametrize("size", [(360, 288), (640, 360), (1280, 720), (1920, 1080), (1080, 1920)])
def test_the_panel_covers_a_small_part_of_the_picture(size):
    overlay = panel(*size).overlay(SURE, SCORES)

    height, width = overlay.add[0].shape

    assert height * width < 0.15 * size[0] * size[1]


def test_a_bar_is_as_long_as_its_probability():
    drawer = panel(labels=LabelSet(("anger", "calm")))

    def filled(p):
        overlay = drawer.overlay(Span(Segment(0, 1_000), "calm", 0.5), np.array([0.0, p]))
        return (laid(overlay, 16) > 160).sum()

    empty, half, full = (filled(p) for p in (0.0, 0.5, 1.0))

    assert (half - empty) / (full - empty) == pytest.approx(0.5, abs=0.03)


@pytest.mark.corpus
def test_a_real_clip_keeps_its_times_and_sound(shared, tmp_path):
    video = shared / "clips" / "grid_bbaf2n.mp4"
    target = tmp_path / "annotated.mp4"

    annotate(video, target, timeline(3_001))

    assert shown(target)[0] == pytest.approx(shown(video)[0], abs=0.001)
    assert packets(target) == packets(video)
    assert length(target) == pytest.approx(length(video), abs=0.04)
