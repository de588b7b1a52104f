from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from emofuse.core.errors import MediaError
from emofuse.media.sound import RATE, Waveform, loudness, read_sound, silent


def tone(rate: int, seconds: float = 1.0, hertz: float = 440.0) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate)).astype(np.float32)


def frame(values: np.ndarray, rate: int, layout: str = "mono", kind: str = "fltp") -> av.AudioFrame:
    made = av.AudioFrame.from_ndarray(np.ascontiguousarray(np.atleast_2d(values)), format=kind, layout=layout)
    made.sample_rate = rate
    return made


def heard(waveform: Waveform, frames: list[tuple[av.AudioFrame, float | None]]) -> tuple[np.ndarray, np.ndarray]:
    blocks = [block for one, start in frames for block in waveform.push(one, start)] + list(waveform.close())
    return np.concatenate([values for values, _ in blocks]), np.concatenate([np.full(len(values), there) for values, there in blocks])


def written(path: Path, codec: str, rate: int, layout: str, seconds: float = 1.0) -> Path:
    with av.open(str(path), "w") as file:
        stream = file.add_stream(codec, rate=rate, layout=layout)
        channels = stream.codec_context.layout.nb_channels
        made = frame(np.repeat(tone(rate, seconds)[None], channels, axis=0), rate, layout)
        made.pts, made.time_base = 0, Fraction(1, rate)
        file.mux(stream.encode(made))
        file.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 96_000])
def test_a_wav_of_any_rate_becomes_16_khz_mono(tmp_path: Path, rate: int) -> None:
    path = tmp_path / "tone.wav"
    soundfile.write(path, np.stack([tone(rate)] * 2, axis=1), rate)

    signal = read_sound(path)

    assert signal.rate == RATE
    assert signal.values.dtype == np.float32
    assert len(signal.values) == RATE
    np.testing.assert_allclose(signal.values[800:-800], tone(RATE)[800:-800], atol=5e-3)


@pytest.mark.parametrize(
    ("name", "codec", "rate", "layout"),
    [
        ("a.mp3", "libmp3lame", 44_100, "stereo"),
        ("a.m4a", "aac", 48_000, "mono"),
        ("a.opus", "libopus", 48_000, "stereo"),
        ("a.wav", "pcm_s16le", 48_000, "5.1"),
        ("a.flac", "flac", 96_000, "mono"),
    ],
)
def test_every_codec_gives_the_same_tone(tmp_path: Path, name: str, codec: str, rate: int, layout: str) -> None:
    signal = read_sound(written(tmp_path / name, codec, rate, layout))

    middle = signal.values[4_000:12_000]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert abs(len(signal.values) - RATE) < 0.06 * RATE
    assert abs(spectrum.argmax() * RATE / len(middle) - 440) < 3
    assert 0.3 < np.abs(middle).max() < 0.6


def test_a_file_without_sound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.wav"
    path.write_text("no sound in here")

    with pytest.raises(MediaError, match="Expected"):
        read_sound(path)


def test_speech_in_the_centre_of_5_1_is_kept_and_the_bass_channel_is_not() -> None:
    values = np.zeros((6, 1_600), dtype=np.float32)
    values[2], values[3] = 0.4, 0.9  # FL FR FC LFE ...

    sound, _ = heard(Waveform(10, 2), [(frame(values, RATE, "5.1"), 0.0)])

    np.testing.assert_allclose(sound, 0.4 / (1 + 2 * 0.707 + 2 * 0.5), rtol=1e-5)


def test_sixteen_channels_are_heard() -> None:
    packed = av.AudioFrame.from_ndarray(np.full((1, 16 * 1_024), 0.25, dtype=np.float32), format="flt", layout="hexadecagonal")
    packed.sample_rate = RATE
    (planar,) = av.AudioResampler(format="fltp").resample(packed)

    heard = np.concatenate([values for values, _ in Waveform(10.0, 2.0).push(planar, 0.0)])

    assert planar.format.is_planar
    np.testing.assert_allclose(heard, np.full(1_024, 0.25), atol=1e-6)


@pytest.mark.parametrize(("kind", "dtype", "scale"), [("u8", np.uint8, 128), ("s16", np.int16, 32_768), ("s32p", np.int32, 2**31)])
def test_whole_numbers_are_brought_to_one(kind: str, dtype: type, scale: int) -> None:
    values = (0.5 * scale * np.ones(160) + (128 if kind == "u8" else 0)).astype(dtype)

    sound, _ = heard(Waveform(10, 2), [(frame(values, RATE, kind=kind), 0.0)])

    np.testing.assert_allclose(sound, 0.5, atol=0.01)


def test_sound_that_begins_late_is_absent_before() -> None:
    sound, present = heard(Waveform(10, 2), [(frame(tone(RATE), RATE), 0.5)])

    assert len(sound) == 1.5 * RATE
    assert not present[: RATE // 2].any()
    assert present[RATE // 2 :].all()
    assert not sound[: RATE // 2].any()


def test_a_hole_in_the_middle_keeps_the_time() -> None:
    sound, present = heard(Waveform(10, 2), [(frame(tone(48_000), 48_000), 0.0), (frame(tone(48_000), 48_000), 1.25)])

    assert len(sound) == round(2.25 * RATE)
    assert np.flatnonzero(~present)[[0, -1]].tolist() == [RATE, round(1.25 * RATE) - 1]


def test_times_that_tremble_make_no_holes() -> None:
    waveform = Waveform(10, 2)
    parts = [(frame(tone(RATE, 0.1), RATE), 0.1 * i + 0.02 * (-1) ** i) for i in range(10)]

    sound, present = heard(waveform, parts)

    assert len(sound) == RATE
    assert present.all()
    assert waveform.end == 1_000


def test_sound_that_comes_twice_is_heard_once() -> None:
    sound, _ = heard(Waveform(10, 2), [(frame(tone(RATE), RATE), 0.0), (frame(tone(RATE), RATE), 0.5)])

    assert len(sound) == 1.5 * RATE


def test_a_time_from_nowhere_is_not_believed() -> None:
    sound, present = heard(Waveform(10, 2), [(frame(tone(RATE), RATE), 0.0), (frame(tone(RATE), RATE), 40_000.0)])

    assert len(sound) == 2 * RATE
    assert present.all()


def test_a_rate_that_changes_on_the_way_is_followed() -> None:
    sound, _ = heard(Waveform(10, 2), [(frame(tone(48_000), 48_000), 0.0), (frame(tone(8_000), 8_000), 1.0)])

    assert abs(len(sound) - 2 * RATE) <= 2


def test_a_rate_that_no_sound_has_is_damage() -> None:
    waveform = Waveform(10, 2)

    sound, _ = heard(waveform, [(frame(tone(RATE), RATE), 0.0), (frame(tone(RATE), 7), 1.0)])

    assert len(sound) == RATE
    assert waveform.damaged == 1


def test_loudness_of_a_square_wave_is_zero_and_of_nothing_is_minus_120() -> None:
    assert loudness(np.array([1.0, -1.0] * 100)) == pytest.approx(0.0)
    assert loudness(np.zeros(100)) == pytest.approx(-120.0)
    assert loudness(np.zeros(0)) == pytest.approx(-120.0)


def test_a_whisper_is_not_silence_and_the_noise_of_a_converter_is(generator: np.random.Generator) -> None:
    assert not silent(0.003 * generator.standard_normal(RATE).astype(np.float32))
    assert silent(0.0003 * generator.standard_normal(RATE).astype(np.float32))


@pytest.mark.corpus
def test_no_voice_of_ravdess_is_silence(shared: Path) -> None:
    clips = sorted((shared / "ravdess").glob("Actor_0[1-4]/*.flac"))[::20]

    assert len(clips) > 5
    for clip in clips:
        signal = read_sound(clip)
        assert not all(silent(signal.values[i : i + RATE // 2]) for i in range(0, len(signal.values), RATE // 2)), clip.name
