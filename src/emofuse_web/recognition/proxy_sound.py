"""Sound of any rate and any number of channels as blocks for an AAC encoder, without holes, its time kept."""

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from av import AudioFrame, AudioResampler

RATES = (48_000, 44_100, 32_000, 24_000, 22_050, 16_000)  # Hz; of AAC those that every browser plays
BLOCK = 1_024  # samples that AAC takes at a time
LOOSE = 0.04  # seconds that a frame's time may be off before it counts as a hole: players hold sound and picture this close together
LEAP = 2.0  # seconds beyond the end that the header gives; a later time is damage
_SILENCE = 1 << 16  # samples of silence at once, so that an hour of it takes no memory


class Sounds:
    """Decoded frames in, blocks for the encoder out; sample n is at n / rate seconds.

    Args:
        rate: Of the sound as it is stored.
        channels: Likewise.
        later: Seconds by which it is later than the recording it is laid into.
        furthest: Seconds after which, beyond a leap, a frame's time is not believed; 0 where nobody knows.
    """

    def __init__(self, rate: int, channels: int, later: float = 0.0, furthest: float = 0.0) -> None:
        self.rate = rate if rate in RATES else RATES[0]
        self.layout = "mono" if channels == 1 else "stereo"
        self.later, self.furthest = later, furthest
        self.clock = 0.0  # seconds at which the next frame is due
        self.made = 0  # samples given out, or waiting
        self.sent = 0
        self.damaged = 0
        self.peaks: list[float] = []  # of each block, for a waveform
        self._kind: tuple[str, str, int] | None = None
        self._fitting: AudioResampler | None = None
        self._waiting: list[np.ndarray] = []
        self._count = 0

    @property
    def end(self) -> float:
        """Seconds of sound so far."""
        return self.made / self.rate

    def push(self, frame: "AudioFrame", start: float | None) -> "Iterator[AudioFrame]":
        """What one frame adds."""
        import av

        start = self.clock if start is None else start + self.later
        lasts = frame.samples / frame.sample_rate
        late = start - self.clock
        if late > LEAP and self.furthest and start > self.furthest + LEAP:
            self.damaged += 1
            late, start = 0.0, self.clock
        loose = LOOSE if self.made else 0.0
        if start + lasts <= self.clock and late < -loose:
            return  # its time is over already
        cut = 0
        if late > loose:
            yield from self._rest()
            yield from self._silent(round(start * self.rate))
            self.clock = start
        elif late < -loose:
            cut = round(-late * self.rate)
        try:
            values = self._fitted(frame)
        except (av.error.FFmpegError, ValueError):
            self.damaged += 1
            return
        self.clock += lasts if not cut else start + lasts - self.clock
        yield from self._given(values[:, cut:])

    def close(self) -> "Iterator[AudioFrame]":
        """What is left, filled up with silence to a block."""
        yield from self._rest()
        if self._count:
            yield from self._given(np.zeros((self._channels, -self._count % BLOCK), dtype=np.float32), counted=False)

    @property
    def _channels(self) -> int:
        return 1 if self.layout == "mono" else 2

    def _fitted(self, frame: "AudioFrame") -> np.ndarray:
        """At the rate and with the channels that go out. Shape: (channels, time) float32."""
        import av

        kind = (frame.format.name, frame.layout.name, frame.sample_rate)
        rest = []
        if kind != self._kind:
            rest = self._flushed()
            self._kind, self._fitting = kind, av.AudioResampler("fltp", self.layout, self.rate)
        assert self._fitting is not None
        frame.pts = None  # the resampler would fill holes by itself
        return self._joined([*rest, *(one.to_ndarray() for one in self._fitting.resample(frame))])

    def _flushed(self) -> list[np.ndarray]:
        if self._fitting is None:
            return []
        last = [one.to_ndarray() for one in self._fitting.resample(None)]
        self._kind = self._fitting = None
        return last

    def _rest(self) -> "Iterator[AudioFrame]":
        yield from self._given(self._joined(self._flushed()))

    def _joined(self, parts: list[np.ndarray]) -> np.ndarray:
        return np.concatenate([np.zeros((self._channels, 0), dtype=np.float32), *parts], axis=1)

    def _silent(self, until: int) -> "Iterator[AudioFrame]":
        while self.made < until:
            yield from self._given(np.zeros((self._channels, min(until - self.made, _SILENCE)), dtype=np.float32))

    def _given(self, values: np.ndarray, *, counted: bool = True) -> "Iterator[AudioFrame]":
        import av

        self.made += values.shape[1] if counted else 0
        self._waiting.append(values)
        self._count += values.shape[1]
        if self._count < BLOCK:
            return
        whole = np.concatenate(self._waiting, axis=1)
        for first in range(0, self._count - BLOCK + 1, BLOCK):
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(whole[:, first : first + BLOCK]), "fltp", self.layout)
            self.peaks.append(float(np.abs(whole[:, first : first + BLOCK]).max()))
            frame.sample_rate, frame.pts, frame.time_base = self.rate, self.sent, Fraction(1, self.rate)
            self.sent += BLOCK
            yield frame
        left = whole[:, self._count // BLOCK * BLOCK :]
        self._waiting, self._count = [left], left.shape[1]
