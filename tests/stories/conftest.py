"""One moment in all four modalities, in files of their own, and recognizers of each."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from emofuse import demo

SECONDS = 6
SAID = ("Hello there!", "What joy, no?", "Why, Ann!")  # two seconds each


def _cues(*said: tuple[int, int, str]) -> str:
    """Captions as srt: from and to in ms, and the words."""

    def clock(ms: int) -> str:
        return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1_000 % 60:02d},{ms % 1_000:03d}"

    return "\n".join(f"{i}\n{clock(start)} --> {clock(end)}\n{words}\n" for i, (start, end, words) in enumerate(said, 1))


def _brain(seconds: float = SECONDS, channels: int = 4, rate: int = 256) -> np.ndarray:
    """Alpha and noise, in microvolts. Shape: (time, channels)."""
    time = np.arange(int(seconds * rate))[:, None] / rate
    noise = np.random.default_rng(0).normal(0, 10, (len(time), channels))
    return 20 * np.sin(2 * np.pi * 10 * time) * np.linspace(0.5, 1.5, channels) + noise


def _muse(path: Path, values: np.ndarray, rate: float = 256, names: tuple[str, ...] = ("TP9", "AF7", "AF8", "TP10")) -> Path:
    """A headband's table; what is NaN is left empty."""
    table = np.column_stack([np.arange(len(values)) / rate, values])
    rows = (",".join("" if np.isnan(x) else f"{x:.9g}" for x in row) for row in table)
    path.write_text("\n".join([",".join(("timestamps", *names)), *rows]) + "\n")
    return path


@pytest.fixture(scope="session")
def cues():
    """Writes captions."""
    return _cues


@pytest.fixture(scope="session")
def brain():
    """Makes up samples of EEG."""
    return _brain


@pytest.fixture(scope="session")
def muse():
    """Writes a headband's table."""
    return _muse


def _film(path: Path, sound: np.ndarray | None = None) -> None:
    """The portrait, small, ten times a second; with sound where there is any."""
    picture = demo.portrait()
    with av.open(str(path), "w") as file:
        video = file.add_stream("libx264", rate=10, options={"preset": "ultrafast"})
        video.height, video.width, video.pix_fmt = 240, 320, "yuv420p"
        audio = None if sound is None else file.add_stream("aac", rate=demo.SOUND_RATE, layout="mono")
        for i in range(10 * SECONDS):
            shown = av.VideoFrame.from_ndarray(np.ascontiguousarray(demo.frame(picture, i / 10)[::2, ::2]), format="rgb24")
            shown.pts = i
            file.mux(video.encode(shown))
        file.mux(video.encode())
        for start in range(0, 0 if sound is None else len(sound), 1_024):
            heard = av.AudioFrame.from_ndarray(sound[None, start : start + 1_024], format="fltp", layout="mono")
            heard.sample_rate, heard.pts = demo.SOUND_RATE, start
            file.mux(audio.encode(heard))
        file.mux([] if audio is None else audio.encode())


@pytest.fixture(scope="session")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder: talk.mp4 with both, seen.mp4 with the picture alone, heard.wav, worn.csv, said.srt; six seconds each."""
    folder = tmp_path_factory.mktemp("visit")
    sound = demo.speech(SECONDS)
    _film(folder / "talk.mp4", sound)
    _film(folder / "seen.mp4")
    soundfile.write(folder / "heard.wav", sound, demo.SOUND_RATE)
    _muse(folder / "worn.csv", _brain())
    (folder / "said.srt").write_text(_cues(*((2_000 * i, 2_000 * i + 1_800, words) for i, words in enumerate(SAID))))
    return folder


@pytest.fixture(scope="session")
def text_run(small_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recognizer of seven emotions in words, which has learnt nothing; its lane is called asswin_text."""
    import torch

    from emofuse.recipe import call
    from emofuse.run import save

    arguments = {"model": str(small_bert), "length": 32}
    recipe = call("asswin:text", arguments)
    torch.manual_seed(0)
    out = tmp_path_factory.mktemp("text") / "run"
    save(out, recipe.build(), recipe=recipe, path="asswin:text", arguments=arguments, seed=0)
    return out


@pytest.fixture(scope="module")
def equipped(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What finds faces, where it is at hand, for as long as a file of tests takes."""
    home = tmp_path_factory.mktemp("home")
    weights = request.config.getoption("--data").parent / "models" / "yunet_n_320_320.onnx"
    if weights.is_file():
        shutil.copy(weights, home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMOFUSE_HOME", str(home))
        yield
