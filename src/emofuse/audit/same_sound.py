"""The same recording twice: under another name, rate, codec, loudness or person, a little shorter, or with noise.

Looked for in two steps. First the peaks of each spectrogram, which survive codecs and noise, are married to a few that follow;
the two frequencies and the time between are a mark, and recordings that share marks at one distance in time are candidates:
looking marks up takes no comparison of all with all. Then the candidates' waves are laid over one another.

A copy that was stretched or shifted in pitch is another wave, and is not found here: the question about altered copies knows of them
by what is said, and by their names.

Source:
    Wang A (2003). An industrial-strength audio search algorithm. ISMIR: peaks and their marriages.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from emofuse.audit.base import Evidence, Finding, NotLooked
from emofuse.audit.copies import Thing, copies, joined
from emofuse.core.clip import Signal
from emofuse.core.modality import Modality
from emofuse.core.progress import Progress, quiet_progress
from emofuse.features.extraction import Making, extracted

ASKS = "Is the same recording there twice, under another name, rate, codec or person?"
TRAPS = ("T3",)
THING = Thing("the same recording", "recordings", "the same recording as")

RATE = 8_000  # samples a second: what telephone copies still have
BAND = (200.0, 3_400.0)  # Hz: hum lies below, and what 8 kHz filters cut above
WINDOW, HOP = 512, 128  # samples: 64 ms, several periods of the deepest voice; every 16 ms
NEAR = (17, 11)  # bins and frames: a peak is the highest within 125 Hz and 80 ms of itself
DEEP = 45.0  # dB below the highest peak: fainter ones drown in the noise of a copy
FOLLOWING, LATEST = 12, 48  # peaks that each is married to, and frames that they come later at the most
MARKS = 10  # shared at one distance in time; other takes shared 12 at the most, copies 28 and more
ALIKE = 0.7  # correlation of two waves; other takes of one sentence by one speaker reach 0.55, copies begin at 0.9
ELSEWHERE = 0.05  # s, beyond the periods of a voice. A tone fits itself everywhere, a copy only in one place
READ = 64  # waves kept while candidates are compared; of 4 s, they take 8 MB


@dataclass(frozen=True)
class Marks:
    """Married peaks of a spectrogram: two frequencies and the time between as one number, and the frame of the first.

    Shape:
        (time,) -> (M, 2) int64
    """

    modality: Modality = Modality.AUDIO

    def __call__(self, signal: Signal) -> np.ndarray:
        """Shape: (time,) -> (M, 2) int64."""
        import cv2

        wave = _narrow(signal)
        wave = np.pad(wave, (0, max(WINDOW - len(wave), 0)))
        frames = np.lib.stride_tricks.sliding_window_view(wave, WINDOW)[::HOP] * np.hanning(WINDOW).astype(np.float32)
        low, high = (round(edge * WINDOW / RATE) for edge in BAND)
        level = 20 * np.log10(np.abs(np.fft.rfft(frames, axis=1))[:, low:high] + 1e-9).astype(np.float32)  # (T, F)
        highest = cv2.dilate(level, np.ones(NEAR[::-1], np.uint8))
        time, pitch = np.nonzero((level == highest) & (level > max(float(level.max()) - DEEP, -100.0)))  # by time, then by pitch
        found = [np.zeros((0, 2), dtype=np.int64)]
        for step in range(1, FOLLOWING + 1):
            between = time[step:] - time[:-step]
            there = (between > 1) & (between < LATEST)
            what = (pitch[:-step] * WINDOW + pitch[step:]) * LATEST + between
            found.append(np.stack([what, time[:-step]], axis=1)[there])
        return np.concatenate(found)


def look(evidence: Evidence, progress: Progress = quiet_progress) -> Sequence[Finding]:
    """Recordings that are the same.

    Args:
        evidence: Its clips' sound is read.
        progress: Told clips read, and clips in all.

    Raises:
        NotLooked: Fewer than two clips have sound.
        MediaError: A clip cannot be read.
    """
    clips = [clip for clip in evidence.clips if Modality.AUDIO in clip.sources]
    if len(clips) < 2:
        raise NotLooked("the sound of two clips or more")
    rows = extracted(clips, Modality.AUDIO, Making(Marks()), progress=progress)
    wave = lru_cache(maxsize=READ)(lambda i: _narrow(clips[i].signal(Modality.AUDIO)))
    same = [(a, b) for a, b in _candidates([row[0] for row in rows if row is not None]) if alike(wave(a), wave(b)) > ALIKE]
    return copies(evidence, clips, joined(same), THING)


def alike(a: np.ndarray, b: np.ndarray) -> float:
    """How well the shorter wave fits into the longer where it fits best, whatever its sign and loudness; 0 where it fits all over.

    Shape:
        (time,), (time',), at 8 kHz -> 0 to 1
    """
    if len(a) > len(b):
        a, b = b, a
    size = 1 << (len(a) + len(b) - 1).bit_length()
    spectrum = np.fft.rfft(b, size) * np.conj(np.fft.rfft(a, size))
    product = np.abs(np.fft.irfft(spectrum, 2 * size)) * 2  # by half samples: copies are not cut at whole ones
    lag = np.arange(2 * size) / 2
    lag[lag >= len(b)] -= size  # `a` begins before `b`
    power = np.concatenate([[0.0], np.cumsum(b.astype(np.float64) ** 2)])
    begin, end = (np.clip(edge, 0, len(b)).astype(np.int64) for edge in (lag, lag + len(a)))
    # A tenth of `b` at least: where only its quiet end is under `a`, anything would fit.
    under = np.maximum(power[end] - power[begin], power[-1] / 10)
    fits = product / np.sqrt(under * np.sum(a.astype(np.float64) ** 2) + 1e-20)
    best = int(fits.argmax())
    elsewhere = float(fits[np.abs(lag - lag[best]) > ELSEWHERE * RATE].max(initial=0.0))
    return float(fits[best]) if 1 - fits[best] < (1 - elsewhere) / 2 else 0.0


def _narrow(signal: Signal) -> np.ndarray:
    """Sound at 8 kHz, without what lies outside the band. Shape: (time,) -> (time',) float32."""
    import soxr

    wave: np.ndarray = soxr.resample(np.nan_to_num(signal.values.astype(np.float32)), signal.rate, RATE)
    if not len(wave):
        return wave
    spectrum = np.fft.rfft(wave)
    pitch = np.fft.rfftfreq(len(wave), 1 / RATE)
    spectrum[(pitch < BAND[0]) | (pitch > BAND[1])] = 0
    return np.fft.irfft(spectrum, len(wave)).astype(np.float32)


def _candidates(marks: Sequence[np.ndarray]) -> Iterator[tuple[int, int]]:
    """Pairs of clips that share enough marks at one distance in time, the first of each below the second."""
    what = np.concatenate([mark[:, 0] for mark in marks])
    whose = np.repeat(np.arange(len(marks)), [len(mark) for mark in marks])
    when = np.concatenate([mark[:, 1] for mark in marks])
    order = np.lexsort((whose, what))
    what, whose, when = what[order], whose[order], when[order]
    for i, mark in enumerate(marks):
        first, last = np.searchsorted(what, mark[:, 0]), np.searchsorted(what, mark[:, 0], side="right")
        count = last - first
        at = np.repeat(last - np.cumsum(count), count) + np.arange(count.sum())  # places of all equal marks, mark by mark
        later = whose[at] > i
        apart = (when[at] - np.repeat(mark[:, 1], count))[later] // 2 + (1 << 31)  # frames by twos: copies are seldom cut at a whole one
        pairs, votes = np.unique(whose[at][later] << 32 | apart, return_counts=True)
        yield from ((i, int(j)) for j in np.unique(pairs[votes >= MARKS] >> 32))
