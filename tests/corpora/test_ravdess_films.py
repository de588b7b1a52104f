import av
import numpy as np
import pytest
import soundfile

from emofuse.core.errors import CorpusError
from emofuse.core.modality import Modality
from emofuse.corpora.ravdess_films import RAVDESS_FILMS


def film(file, seconds=1, label=0):
    """Grey pictures, brighter at the right and from one to the next."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(file), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for i in range(10 * seconds):
            picture = np.tile(np.linspace(20, 120, 160), (120, 1)) + 10 * (i % 10) + 5 * label
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture.astype(np.uint8), format="gray")))
        container.mux(stream.encode())
    return file


def sound(file):
    file.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(file, np.sin(np.arange(16_000) / 5) / 4, 16_000)
    return file


def small_tree(root):
    """Three films of two actors, the sound of two beside, and a sound without a film; returns a film."""
    film(root / "Actor_01" / "01-01-05-02-01-02-01.mp4", label=5)
    film(root / "Actor_02" / "02-01-01-01-02-01-02.mp4", label=1)
    last = film(root / "Actor_02" / "02-01-08-01-02-01-02.mp4", label=8)
    sound(root / "Actor_01" / "03-01-05-02-01-02-01.wav")
    sound(root / "Actor_02" / "03-01-03-01-02-01-02.wav")
    sound(root / "Actor_02" / "03-01-08-01-02-01-02.wav")
    sound(root / "Actor_02" / "03-01-01-01-02-01-02.wav")
    return last


def test_a_clip_is_a_film_with_the_sound_of_the_same_performance(tmp_path):
    small_tree(tmp_path)

    clips = RAVDESS_FILMS.clips(tmp_path)

    assert [(clip.id, clip.subject, clip.label) for clip in clips] == [
        ("01-01-01-02-01-02", "02", "neutral"),
        ("01-05-02-01-02-01", "01", "anger"),
        ("01-08-01-02-01-02", "02", "surprise"),
    ]
    assert all(set(clip.sources) == {Modality.AUDIO, Modality.VIDEO} for clip in clips)


def test_pictures_come_whole_small_and_ten_a_second(tmp_path):
    small_tree(tmp_path)

    signal = RAVDESS_FILMS.clips(tmp_path)[1].signal(Modality.VIDEO)

    assert (signal.rate, signal.values.dtype) == (10.0, np.uint8)
    assert signal.values.shape == (10, 70, 80)
    brightness = signal.values.astype(float)
    assert (np.diff(brightness.mean(axis=(0, 1))) >= 0).mean() > 0.9, "brighter to the right, as the film is"
    assert np.diff(brightness.mean(axis=(1, 2))).min() > 5, "each picture brighter than the one before"


def test_a_film_without_sound_lying_beside_is_seen_and_not_heard(tmp_path):
    film(tmp_path / "Actor_02" / "02-01-08-01-02-01-02.mp4")

    (clip,) = RAVDESS_FILMS.clips(tmp_path)

    assert set(clip.sources) == {Modality.VIDEO}


@pytest.mark.parametrize("name", ["01-01-09-01-02-01-02.mp4", "01-01-00-01-02-01-02.mp4", "01-01-08-01.mp4"])
def test_a_film_that_is_named_otherwise_is_told_by_its_name(tmp_path, name):
    (tmp_path / "Actor_02").mkdir()
    (tmp_path / "Actor_02" / name).touch()

    with pytest.raises(CorpusError, match=name):
        RAVDESS_FILMS.clips(tmp_path)
