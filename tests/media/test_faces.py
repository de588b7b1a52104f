import functools
import hashlib
import http.server
import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data

from emofuse.core.errors import MediaError
from emofuse.media import faces
from emofuse.media.video import Box, Grey

CONTENT = b"weights, let us say"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
FACE = Box(170, 55, 110, 110)  # of the portrait, brow to chin, by eye


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "served").mkdir()
    (tmp_path / "served" / "weights.onnx").write_bytes(CONTENT)
    handler = functools.partial(Quiet, directory=str(tmp_path / "served"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_address[1]}"
        serving.shutdown()


@pytest.fixture
def portrait() -> Grey:
    return Grey(cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2GRAY))


def test_the_cascade_finds_the_portraits_face(portrait: Grey) -> None:
    (face,) = faces.haar().everywhere(portrait)

    assert face.overlap(FACE) > 0.6


def test_a_known_face_is_found_again_nearby(portrait: Grey) -> None:
    finder = faces.haar()
    (face,) = finder.everywhere(portrait)

    again = finder.near(portrait, Box(face.x + 10, face.y - 10, face.width, face.height))

    assert again is not None
    assert again.overlap(face) > 0.7
    assert finder.near(portrait, Box(380, 380, 100, 100)) is None


def test_yunet_and_the_cascade_frame_a_face_alike(portrait: Grey, models: Path) -> None:
    (one,) = faces.finder(models).everywhere(portrait)
    (other,) = faces.haar().everywhere(portrait)

    assert one.overlap(other) > 0.65


def test_a_turned_picture_has_its_face_where_it_is_upright(portrait: Grey, models: Path) -> None:
    finder = faces.finder(models)
    (upright,) = finder.everywhere(portrait)

    (turned,) = finder.everywhere(Grey(np.ascontiguousarray(np.rot90(portrait.values)), turns=1))

    assert turned.overlap(upright) > 0.9


def test_a_face_too_small_to_have_an_expression_is_no_face(portrait: Grey, models: Path) -> None:
    tiny = cv2.resize(portrait.values, (90, 90), interpolation=cv2.INTER_AREA)

    assert faces.finder(models).everywhere(Grey(tiny)) == []


def test_noise_has_no_face(models: Path, generator: np.random.Generator) -> None:
    noise = Grey(generator.integers(0, 256, (240, 320)).astype(np.uint8))

    assert faces.finder(models).everywhere(noise) == []
    assert faces.haar().everywhere(noise) == []


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="Expected a file like yunet"):
        faces.finder(tmp_path)


def test_weights_that_are_none_are_refused(tmp_path: Path) -> None:
    (tmp_path / "yunet.onnx").write_bytes(b"not a network")

    with pytest.raises(MediaError, match="cannot be loaded as YuNet"):
        faces.finder(tmp_path)


def test_weights_are_those_whose_checksum_is_known(models: Path) -> None:
    assert hashlib.sha256((models / "yunet_n_320_320.onnx").read_bytes()).hexdigest() == faces.SHA256


def test_weights_at_home_are_used_without_the_network(tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMOFUSE_HOME", str(tmp_path))
    monkeypatch.setattr(faces, "ADDRESS", "http://127.0.0.1:9/nobody")
    (tmp_path / "yunet_n_320_320.onnx").write_bytes((models / "yunet_n_320_320.onnx").read_bytes())

    assert faces.finder().name == "YuNet"


def test_without_a_network_faces_are_found_by_the_cascade_and_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMOFUSE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(faces, "ADDRESS", "http://127.0.0.1:9/nobody")

    finder = faces.finder()

    assert finder.name == "Haar cascade"
    assert finder.note is not None
    assert "EMOFUSE_HOME" in finder.note


def test_a_file_is_downloaded_once(tmp_path: Path, server: str) -> None:
    file = tmp_path / "home" / "weights.onnx"

    assert faces.at_hand(file, f"{server}/weights.onnx", SHA256) == file
    assert faces.at_hand(file, "http://127.0.0.1:9/nobody", SHA256) == file
    assert file.read_bytes() == CONTENT
    assert list(file.parent.iterdir()) == [file]


def test_a_download_with_other_content_is_not_kept(tmp_path: Path, server: str, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "home" / "weights.onnx"

    with caplog.at_level(logging.INFO):
        assert faces.at_hand(file, f"{server}/weights.onnx", "0" * 64) is None

    assert "SHA-256" in caplog.text
    assert not file.exists()


def test_a_file_that_was_tampered_with_is_downloaded_again(tmp_path: Path, server: str) -> None:
    file = tmp_path / "weights.onnx"
    file.write_bytes(b"something else")

    assert faces.at_hand(file, f"{server}/weights.onnx", SHA256) == file
    assert file.read_bytes() == CONTENT


def test_a_download_that_failed_is_not_tried_again_at_once(tmp_path: Path, server: str) -> None:
    file = tmp_path / "weights.onnx"

    assert faces.at_hand(file, f"{server}/missing", SHA256) is None
    assert faces.at_hand(file, f"{server}/weights.onnx", SHA256) is None
    assert file.with_suffix(".unreachable").exists()


def test_a_host_that_never_answers_costs_little(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as deaf:
        begun = time.monotonic()
        found = faces.at_hand(tmp_path / "weights.onnx", f"http://127.0.0.1:{deaf.getsockname()[1]}/weights.onnx", SHA256, patience=0.3)

    assert found is None
    assert time.monotonic() - begun < 2


@pytest.mark.corpus
@pytest.mark.slow
def test_faces_are_framed_as_fer2013_frames_them(shared: Path, models: Path) -> None:
    import pandas as pd

    table = pd.read_parquet(shared / "fer2013" / "fer2013.parquet", columns=["image_webp"]).iloc[::300]
    finder, squares = faces.finder(models), []
    for image in table.image_webp:
        face = cv2.resize(cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_GRAYSCALE), (96, 96), interpolation=cv2.INTER_CUBIC)
        padded = Grey(cv2.copyMakeBorder(face, 32, 32, 32, 32, cv2.BORDER_REPLICATE))
        squares += finder.everywhere(padded)[:1]

    assert len(squares) > 0.8 * len(table)
    x, y, side, _ = np.median([(s.x, s.y, s.width, s.height) for s in squares], axis=0)
    np.testing.assert_allclose((x, y, side), (32, 32, 96), atol=3)
