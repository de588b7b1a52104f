"""A clip for machines that have none: a public-domain portrait, moved about, with sounds like speech.

The portrait is scikit-image's ``astronaut``: Eileen Collins, photographed by NASA, in the public domain.
The voice is nobody's: harmonics of a gliding pitch, shaped by the formants of five vowels.
What a recognizer says about either means nothing; the clip shows that everything runs.
"""

import argparse
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from emofuse.core.errors import EmofuseError
from emofuse.media.beside import beside

SIZE = (480, 640)  # height, width
FRAME_RATE = 25  # frames a second
SOUND_RATE = 16_000  # samples a second
SECONDS = 10
FACE = (115, 224)  # row and column of the middle of the portrait's face

# Hertz of the first three formants, adult averages: Peterson and Barney 1952, table II, rounded.
VOWELS = {"a": (730, 1090, 2440), "e": (530, 1840, 2480), "i": (270, 2290, 3010), "o": (570, 840, 2410), "u": (300, 870, 2240)}
WIDTHS = (80, 100, 120)  # hertz; how broad each formant's resonance is
# Syllables by phrase: (vowels, pitch at the start and end in hertz, seconds a syllable).
PHRASES = (("aeioa", (125, 105), 0.22), ("iaeieia", (190, 260), 0.16), ("uoaou", (110, 85), 0.30))
PAUSE = 0.7  # seconds of silence after a phrase


def portrait() -> np.ndarray:
    """The portrait itself. Shape: (512, 512, 3) uint8.

    Raises:
        EmofuseError: scikit-image, which carries it, is not installed.
    """
    try:
        from skimage.data import astronaut
    except ImportError as error:
        raise EmofuseError("The demo's portrait comes with scikit-image, which is not here. Install emofuse[demo].") from error
    picture: np.ndarray = astronaut()
    return picture


def frame(picture: np.ndarray, seconds: float) -> np.ndarray:
    """The portrait as a camera that breathes and sways would see it at that second.

    Shape:
        picture (512, 512, 3) -> (*SIZE, 3), both uint8
    """
    zoom = 2.0 + 0.3 * np.sin(0.9 * seconds)
    angle = np.deg2rad(6) * np.sin(1.3 * seconds)
    row, column = FACE[0] + 8 * np.sin(1.7 * seconds), FACE[1] + 14 * np.sin(1.1 * seconds)
    y, x = np.mgrid[: SIZE[0], : SIZE[1]].astype(np.float32)
    y, x = (y - SIZE[0] / 2.4) / zoom, (x - SIZE[1] / 2) / zoom
    rows = row + np.cos(angle) * y + np.sin(angle) * x
    columns = column - np.sin(angle) * y + np.cos(angle) * x
    inside = [np.clip(np.rint(along), 0, length - 1).astype(np.intp) for along, length in zip((rows, columns), picture.shape, strict=False)]
    seen: np.ndarray = picture[inside[0], inside[1]]
    return seen


def speech(seconds: float) -> np.ndarray:
    """Something that has a voice's pitch, formants and rhythm, and no words. Shape: (time,) float32 in -1..1."""
    pieces: list[np.ndarray] = []
    while sum(map(len, pieces)) < seconds * SOUND_RATE:
        for vowels, pitch, length in PHRASES:
            pieces += [_phrase(vowels, pitch, length), np.zeros(int(PAUSE * SOUND_RATE))]
    sound = np.concatenate(pieces)[: int(seconds * SOUND_RATE)]
    loud: np.ndarray = (0.5 * sound / np.abs(sound).max()).astype(np.float32)
    return loud


def _phrase(vowels: str, pitch: tuple[float, float], length: float) -> np.ndarray:
    """Harmonics of a gliding pitch, each as loud as the vowel's formants let it be. Shape: (time,) float64."""
    each = int(length * SOUND_RATE)
    time = np.arange(each * len(vowels)) / SOUND_RATE
    hertz = np.linspace(*pitch, len(time)) * (1 + 0.02 * np.sin(2 * np.pi * 5 * time))  # 5 Hz: natural vibrato
    phase = 2 * np.pi * np.cumsum(hertz) / SOUND_RATE
    # Formants glide from vowel to vowel instead of jumping.
    places = (np.arange(len(vowels)) + 0.5) * each / SOUND_RATE
    formants = [np.interp(time, places, [VOWELS[v][i] for v in vowels]) for i in range(len(WIDTHS))]
    sound = np.zeros(len(time))
    for k in range(1, int(4_000 / max(pitch))):
        loudness = sum(
            1 / (1 + ((k * hertz - f) / width) ** 2) / (i + 1) for i, (f, width) in enumerate(zip(formants, WIDTHS, strict=True))
        )
        sound += loudness * np.sin(k * phase) / np.sqrt(k)
    syllables = np.sin(np.pi * (time * SOUND_RATE % each) / each) ** 0.5  # lips close between syllables
    whole: np.ndarray = sound * syllables
    return whole


def talking_portrait(path: Path, seconds: int = SECONDS) -> None:
    """Write the clip: H.264 and AAC in an MP4.

    Raises:
        EmofuseError: scikit-image is not installed, or the clip cannot be written there.
    """
    picture, sound = portrait(), speech(seconds)
    with beside(path) as unfinished, av.open(str(unfinished), "w", format="mp4") as container:
        video = container.add_stream("libx264", rate=FRAME_RATE, options={"crf": "20", "preset": "veryfast"})
        video.height, video.width, video.pix_fmt = *SIZE, "yuv420p"
        audio = container.add_stream("aac", rate=SOUND_RATE, layout="mono")
        for i in range(seconds * FRAME_RATE):
            shown = av.VideoFrame.from_ndarray(frame(picture, i / FRAME_RATE), format="rgb24")
            shown.pts, shown.time_base = i, Fraction(1, FRAME_RATE)
            container.mux(video.encode(shown))
        for start in range(0, len(sound), 1_024):  # 1,024 samples: what AAC takes at a time
            heard = av.AudioFrame.from_ndarray(sound[None, start : start + 1_024], format="fltp", layout="mono")
            heard.sample_rate, heard.pts, heard.time_base = SOUND_RATE, start, Fraction(1, SOUND_RATE)
            container.mux(audio.encode(heard))
        container.mux(video.encode())
        container.mux(audio.encode())


def main() -> None:
    """Write the demonstration clip."""
    parser = argparse.ArgumentParser(prog="python -m emofuse.demo", description=main.__doc__)
    parser.add_argument("path", type=Path, help="where to write it, ending in .mp4")
    parser.add_argument("--seconds", type=int, default=SECONDS, help=f"how long it lasts ({SECONDS})")
    given = parser.parse_args()
    try:
        talking_portrait(given.path, given.seconds)
    except EmofuseError as error:
        parser.exit(1, f"{error}\n")


if __name__ == "__main__":
    main()
