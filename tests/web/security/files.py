"""Small files of every kind that is taken, as programs write them."""

from fractions import Fraction
from pathlib import Path

import av
import h5py
import numpy as np
import scipy.io

SUBTITLES = "WEBVTT\n\n00:01.000 --> 00:02.000\nI am so glad that you came.\n\n00:03.000 --> 00:04.000\nSo am I.\n"
CAPTIONS = "1\n00:00:01,000 --> 00:00:02,000\nI am so glad that you came.\n\n2\n00:00:03,000 --> 00:00:04,000\nSo am I.\n"
TABLE = "start,end,text\n1.0,2.0,I am so glad that you came.\n3.0,4.0,So am I.\n"
CHANNELS = ("Fp1", "Fp2", "C3", "C4", "O1", "O2")


def film(
    path: Path,
    *,
    muxer: str = "mp4",
    picture: str | None = "libx264",
    sound: str | None = "aac",
    size: tuple[int, int] = (64, 48),
    rate: int = 25,
    frames: int = 25,
    form: str | None = None,
    loud: float = 0.1,
    bright: int = 120,
    layout: str = "mono",
    hertz: int = 48_000,
    options: dict[str, str] | None = None,
) -> Path:
    """Grey pictures, and a tone."""
    with av.open(str(path), "w", format=muxer, options=options or {}) as file:
        if picture:
            video = file.add_stream(picture, rate=rate)
            video.width, video.height = size
            video.pix_fmt = form or (video.codec.video_formats[0].name if video.codec.video_formats else "yuv420p")
        if sound:
            audio = file.add_stream(sound, rate=hertz, layout=layout)
        if picture:
            for i in range(frames):
                grey = np.full((size[1], size[0]), max(bright - i % 8, 0), np.uint8)
                frame = av.VideoFrame.from_ndarray(grey, format="gray").reformat(format=video.pix_fmt)
                frame.pts, frame.time_base = i, Fraction(1, rate)
                file.mux(video.encode(frame))
            file.mux(video.encode(None))
        if sound:
            length = max(frames * hertz // rate, 2_048)
            wave = (loud * np.sin(2 * np.pi * 220 * np.arange(length) / hertz)).astype(np.float32)
            turned = av.AudioResampler(format=audio.codec.audio_formats[0].name if audio.codec.audio_formats else "s16", layout=layout)
            block = av.AudioFrame.from_ndarray(np.repeat(wave[None], audio.codec_context.layout.nb_channels, axis=0), "fltp", layout)
            block.sample_rate, block.pts, block.time_base = hertz, 0, Fraction(1, hertz)
            fifo = av.AudioFifo()
            for part in turned.resample(block):
                fifo.write(part)
            for part in fifo.read_many(audio.codec_context.frame_size or 1_024, partial=True):
                file.mux(audio.encode(part))
            file.mux(audio.encode(None))
    return path


def voice(path: Path, **how: object) -> Path:
    """Sound alone."""
    return film(path, muxer="wav", picture=None, sound="pcm_s16le", **how)  # type: ignore[arg-type]


def brain(channels: int = 6, samples: int = 1_280, seed: int = 0) -> np.ndarray:
    """Microvolts. Shape: (channels, samples)."""
    return np.random.default_rng(seed).normal(scale=20, size=(channels, samples))


def mat(path: Path, **arrays: object) -> Path:
    """Version 5, packed."""
    scipy.io.savemat(path, arrays or {"eeg": brain(), "srate": 256.0}, do_compression=True)
    return path


def mat73(path: Path, **arrays: np.ndarray) -> Path:
    """Version 7.3."""
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, values in (arrays or {"eeg": brain(), "srate": np.array([[256.0]])}).items():
            file.create_dataset(name, data=np.asarray(values).T)
    with path.open("r+b") as raw:
        raw.write(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM")
    return path


def edf(
    path: Path, *, channels: tuple[str, ...] = CHANNELS, seconds: int = 5, rate: int = 128, unit: str = "uV", count: int | None = None
) -> Path:
    """Records of a second."""
    many = len(channels)
    head = f"{'0':8}{'X X X X':80}{'Startdate X X X X':80}01.01.2600.00.00"
    head += f"{256 * (many + 1):<8}{'':44}{count or seconds:<8}{1:<8}{many:<4}"
    fields = [(channels, 16), (("",) * many, 80), ((unit,) * many, 8), (("-500",) * many, 8), (("500",) * many, 8)]
    fields += [(("-32768",) * many, 8), (("32767",) * many, 8), (("",) * many, 80), ((str(rate),) * many, 8), (("",) * many, 32)]
    head += "".join(f"{value:{width}}" for values, width in fields for value in values)
    samples = (brain(many, seconds * rate) / 500 * 32_767).astype("<i2").reshape(many, seconds, rate).transpose(1, 0, 2)
    path.write_bytes(head.encode("ascii") + samples.tobytes())
    return path


def sheet(path: Path) -> Path:
    """As a headband's program writes it."""
    rows = brain(4, 1_280).T
    lines = [f"{i / 256:.4f},{','.join(f'{value:.3f}' for value in row)}" for i, row in enumerate(rows)]
    path.write_text("timestamps,TP9,AF7,AF8,TP10\n" + "\n".join(lines) + "\n")
    return path


def words(path: Path, text: str = SUBTITLES) -> Path:
    """A transcript."""
    path.write_text(text, encoding="utf-8")
    return path
