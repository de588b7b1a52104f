"""Sultana et al. 2024 on small films of two actors, in RAVDESS's layout."""

import json

import av
import numpy as np
import pytest
import soundfile

from emofuse.bench.fuse import fuse
from emofuse.bench.order import Order
from emofuse.core.clip import Clip, Signal
from emofuse.core.errors import UnknownName
from emofuse.core.modality import Modality
from emofuse.data import examples
from emofuse.experiment import train
from emofuse.protocols.by_subject import RAVDESS_SIX
from emofuse.recipes import sultana

ACTORS = [who for fold in RAVDESS_SIX for who in fold[:1]]


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """Four films of six actors, of two emotions, each with its sound; a bright one is anger."""
    root = tmp_path_factory.mktemp("films") / "ravdess"
    for who in ACTORS:
        for emotion in ("05", "01"):
            for take in ("01", "02"):
                name = f"01-{emotion}-01-01-{take}-{who}"
                folder = root / f"Actor_{who}"
                folder.mkdir(parents=True, exist_ok=True)
                level = 180 if emotion == "05" else 40
                with av.open(str(folder / f"01-{name}.mp4"), "w") as container:
                    stream = container.add_stream("mpeg4", rate=10)
                    stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
                    for i in range(5):
                        picture = np.full((120, 160), level + i, dtype=np.uint8)
                        container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="gray")))
                    container.mux(stream.encode())
                hertz = 880 if emotion == "05" else 220
                soundfile.write(folder / f"03-{name}.wav", 0.3 * np.sin(2 * np.pi * hertz * np.arange(8_000) / 16_000), 16_000)
    return root.parent


def test_a_fifth_is_judged_and_two_fifths_held_out_in_the_papers_way():
    clips = [Clip(f"{i:04d}", f"{i % 24 + 1:02d}", "anger", {}) for i in range(1_440)]

    (split,) = sultana.PROTOCOLS["paper"](clips)

    assert (len(split.train), len(split.valid), len(split.test)) == (864, 288, 288)
    assert len(split.shared) == 24


def test_by_actor_nobody_is_shared():
    clips = [Clip(f"{i:04d}", f"{i % 24 + 1:02d}", "anger", {}) for i in range(1_440)]

    assert not any(split.shared for split in sultana.PROTOCOLS["clean"](clips))


def test_sound_is_180_frames_of_20_numbers_and_a_film_30_pictures_of_70_by_80(films):
    for recipe, shape in ((sultana.audio(), (1, 1, 181, 20)), (sultana.video(), (1, 1, 30, 70, 80))):
        clips = recipe.clips(films)[:1]

        part = examples(clips, recipe.features, recipe.labels, prepare=recipe.prepare)

        (rows,) = part.inputs.values()
        assert rows.shape == shape
    assert sultana.audio().build().encoders["audio"].frames == 180


def test_three_seconds_are_taken_from_the_middle_of_a_film():
    film = Signal(np.arange(50, dtype=np.uint8)[:, None, None] + np.zeros((1, 2, 2), dtype=np.uint8), 10.0)

    assert sultana.middle(film).values[:, 0, 0].tolist() == list(range(10, 40))
    assert sultana.middle(Signal(film.values[:3], 10.0)).values[:, 0, 0].tolist() == [0, 1, 2, *[0] * 27]


@pytest.mark.slow
@pytest.mark.parametrize("protocol", ["paper", "clean"])
def test_the_network_of_films_is_trained_and_judged_on_the_layout(films, tmp_path, monkeypatch, protocol):
    monkeypatch.setitem(sultana.PROTOCOLS, "clean", _by_actor())

    report = train("sultana:video", {"protocol": protocol, "epochs": 1}, data=films, out=tmp_path)

    assert report is not None
    assert report.unanswered == 0
    said = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["certificate"]
    assert ("T1" in {finding["trap"] for finding in said["findings"]}) is (protocol == "paper")


@pytest.mark.slow
def test_both_are_fused_by_their_last_layers_but_one(films, tmp_path, monkeypatch):
    monkeypatch.setitem(sultana.PROTOCOLS, "clean", _by_actor())
    order = Order("sultana:fused", films, json.dumps({"protocol": "clean"}), quick=True)

    results = fuse(order, tmp_path, fusions="concatenation", decisions="none", missing="none", resamples=100)

    lines = {line.name: line for line in results.lines}
    assert {"sound", "film", "concatenation"} <= set(lines)
    assert lines["concatenation"].figures["accuracy"].value >= 0
    assert results.people == len(ACTORS)


def test_fusion_has_the_papers_widths():
    from emofuse.bench.cells import FUSION, as_member, built

    bench = sultana.fused()
    network = built(bench, as_member(bench, FUSION, "concatenation"))

    assert network.modalities == (Modality.AUDIO, Modality.VIDEO)
    assert {m: network.encoders[m].dim for m in ("audio", "video")} == {"audio": 64, "video": 64}
    assert [layer.out_features for layer in network.fusion.head if hasattr(layer, "out_features")] == [128, 8]


@pytest.mark.parametrize("make", [sultana.audio, sultana.video, sultana.fused])
def test_another_protocol_is_refused(make):
    with pytest.raises(UnknownName, match="clean, paper"):
        make(protocol="random")


def _by_actor():
    from emofuse.protocols.by_subject import folds

    return folds([ACTORS[:3], ACTORS[3:]], valid=((), ()))
