import io
from collections.abc import Callable
from functools import partial
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
import soxr

from emofuse.audit.base import Evidence, Grade, NotLooked
from emofuse.audit.same_sound import look
from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.modality import Modality
from emofuse.core.split import Split
from emofuse.corpora.emodb import EMODB
from emofuse.corpora.ravdess import RAVDESS
from emofuse.corpora.toy import TOY
from emofuse.media.sound import RATE, read_sound

Way = Callable[[np.ndarray], np.ndarray]


def spoken(seed: int, seconds: float = 2.0) -> np.ndarray:
    """Syllables of a gliding voice with pauses between them. Shape: (time,) float32."""
    noise = np.random.default_rng(seed)
    parts = [np.zeros(int(noise.uniform(0.2, 0.5) * RATE))]
    while sum(map(len, parts)) < seconds * RATE:
        time = np.arange(int(noise.uniform(0.08, 0.3) * RATE)) / RATE
        pitch = np.cumsum(np.linspace(*noise.uniform(90, 250, 2), len(time))) / RATE
        formants = noise.uniform((300, 900, 2000), (800, 2000, 3200))
        voice = sum(
            np.exp(-(((k * 160 - formants) / 250) ** 2)).sum() * np.sin(2 * np.pi * (k * pitch + noise.uniform())) for k in range(1, 25)
        )
        parts += [voice * np.hanning(len(time)) * noise.uniform(0.3, 1), np.zeros(int(noise.uniform(0, 0.08) * RATE))]
    wave = np.concatenate([*parts, np.zeros(int(0.3 * RATE))])
    return (0.3 * wave / np.abs(wave).max() + 0.0005 * noise.normal(size=len(wave))).astype(np.float32)


def given(path: Path, wave: np.ndarray) -> Signal:
    return Signal(wave, RATE)


def clip(name: str, wave: np.ndarray, who: str = "ann") -> Clip:
    return Clip(name, who, "fear", {Modality.AUDIO: Source(Path(name), partial(given, wave=np.asarray(wave, dtype=np.float32)))})


def through(wave: np.ndarray, rate: int) -> np.ndarray:
    """As a file of another rate holds it."""
    return soxr.resample(soxr.resample(wave, RATE, rate), rate, RATE)


def coded(wave: np.ndarray, codec: str, kind: str, rate: int, bits: int) -> np.ndarray:
    """As an encoder and its decoder leave it."""
    memory = io.BytesIO()
    with av.open(memory, "w", format=kind) as container:
        stream = container.add_stream(codec, rate=rate)
        stream.bit_rate, stream.layout = bits, "mono"
        frame = av.AudioFrame.from_ndarray(soxr.resample(wave, RATE, rate)[None].astype(np.float32), format="fltp", layout="mono")
        frame.sample_rate, frame.pts = rate, 0
        sample = stream.codec_context.codec.audio_formats[0].name
        cut = av.AudioResampler(format=sample, layout="mono", rate=rate, frame_size=stream.codec_context.frame_size or 1_024)
        for piece in (*cut.resample(frame), *cut.resample(None)):
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    memory.seek(0)
    with av.open(memory) as container:
        back = av.AudioResampler(format="fltp", layout="mono", rate=RATE)
        pieces = [piece.to_ndarray()[0] for frame in container.decode(audio=0) for piece in back.resample(frame)]
        return np.concatenate([*pieces, *(piece.to_ndarray()[0] for piece in back.resample(None))])


def noisy(wave: np.ndarray, decibels: float) -> np.ndarray:
    return wave + np.random.default_rng(9).normal(size=len(wave)) * np.sqrt(np.mean(wave**2)) * 10 ** (-decibels / 20)


WAYS: dict[str, Way] = {
    "8 kHz": partial(through, rate=8_000),
    "11 kHz": partial(through, rate=11_025),
    "48 kHz": partial(through, rate=48_000),
    "mp3": partial(coded, codec="libmp3lame", kind="mp3", rate=16_000, bits=32_000),
    "aac": partial(coded, codec="aac", kind="adts", rate=16_000, bits=32_000),
    "opus": partial(coded, codec="libopus", kind="ogg", rate=48_000, bits=16_000),
    "12 dB louder": lambda wave: (wave * 4).clip(-1, 1),
    "12 dB softer": lambda wave: wave / 4,
    "upside down": np.negative,
    "cut at both ends": lambda wave: wave[4_801:-3_001],
    "noise of 20 dB": partial(noisy, decibels=20),
    "all at once": lambda wave: noisy(coded(through(wave[2_501:] / 4, 8_000), "libmp3lame", "mp3", 16_000, 24_000), 20),
}
TWICE = ("01-03-01-02-01-07", "01-03-01-02-02-07")  # of RAVDESS: both repetitions are one recording
ORIGINALS = tuple(clip(f"original-{i}", spoken(i)) for i in range(8))


def test_different_recordings_raise_nothing():
    assert look(Evidence("x", ORIGINALS)) == []


@pytest.mark.parametrize("way", WAYS)
def test_the_same_recording_is_found_whatever_was_done_to_it(way):
    copy = clip("copy", WAYS[way](spoken(3)))
    split = Split("s", ORIGINALS, (), (copy,))

    (finding,) = look(Evidence("x", (*ORIGINALS, copy), (split,)))

    assert (finding.trap, finding.grade, finding.rows) == ("T3", Grade.BROKEN, (("copy", "original-3"),))


def test_a_recording_under_another_person_is_broken():
    copy = clip("copy", spoken(3)[2_000:], "bob")

    (finding,) = look(Evidence("x", (*ORIGINALS, copy)))

    assert (finding.grade, finding.rows) == (Grade.BROKEN, (("original-3", "copy"),))


def test_a_copy_of_a_copy_joins_the_group():
    copies = (clip("a", through(spoken(5), 8_000)), clip("b", noisy(spoken(5), 20)))

    (finding,) = look(Evidence("x", (*ORIGINALS, *copies)))

    assert (finding.grade, finding.rows) == (Grade.FINE, (("original-5", "a", "b"),))


def test_tones_of_one_pitch_are_not_one_recording(toy):
    assert look(Evidence("toy", toy)) == []


def test_silence_is_no_copy_of_silence():
    silent = [clip(f"silent-{i}", np.zeros(16_000)) for i in range(3)]

    assert look(Evidence("x", (*silent, clip("nothing", np.zeros(0)), clip("a click", np.eye(1, 50)[0])))) == []


def test_clips_without_sound_are_not_claimed_to_be_fine():
    with pytest.raises(NotLooked):
        look(Evidence("x", tuple(c.without(Modality.AUDIO) for c in TOY.clips(Path()))))


def test_reading_says_how_far_it_is():
    told = []

    look(Evidence("x", ORIGINALS), lambda done, total: told.append((done, total)))

    assert told[-1] == (8, 8)


@pytest.mark.corpus
@pytest.mark.slow
def test_emodb_holds_no_recording_twice(shared):
    assert look(Evidence("emodb", EMODB.clips(shared / "emodb"))) == []


@pytest.mark.corpus
@pytest.mark.slow
def test_of_all_takes_of_two_sentences_only_the_one_that_is_there_twice_is_found(shared):
    (finding,) = look(Evidence("ravdess", RAVDESS.clips(shared / "ravdess")))

    assert (finding.grade, finding.rows) == (Grade.FINE, (TWICE,))


@pytest.mark.corpus
@pytest.mark.slow
def test_real_recordings_are_found_among_others_of_the_same_sentence(shared, tmp_path):
    clips = [clip for clip in RAVDESS.clips(shared / "ravdess") if clip.id != TWICE[1]][::6]
    ways = sorted(WAYS)
    copies = []
    for i, original in enumerate(clips[::10]):
        path = tmp_path / f"{original.id}.wav"
        soundfile.write(path, WAYS[ways[i % len(ways)]](original.signal(Modality.AUDIO).values), RATE)
        copies.append(Clip(f"copy of {original.id}", "nobody", original.label, {Modality.AUDIO: Source(path, read_sound)}))

    (finding,) = look(Evidence("x", (*clips, *copies)))

    assert set(finding.rows) == {(original.id, f"copy of {original.id}") for original in clips[::10]}
