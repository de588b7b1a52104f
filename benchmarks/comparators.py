"""How other projects' released face models do on the same images as ours: FER2013, PrivateTest.

The two XCEPTION networks of Arriaga et al. 2017 in ONNX form: grey faces of 64x64 from -1 to 1, in FER2013's own order of labels.
They were chosen by their authors with FER2013 at hand; nothing is chosen here.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from emofuse.core.modality import Modality
from emofuse.corpora.fer2013 import FER2013
from emofuse.evaluation.evaluate import judged
from emofuse.evaluation.record import RESULTS, origin
from emofuse.run import commit

MODELS = {
    "mini_XCEPTION, released weights": "fer2013_mini_XCEPTION.102-0.66.onnx",
    "big_XCEPTION, released weights": "fer2013_big_XCEPTION.54-0.66.onnx",
}


def main() -> None:
    """Judge each model, print its accuracy with its interval, and keep the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="holds fer2013/")
    parser.add_argument("--models", type=Path, required=True, help="holds the two .onnx files")
    parser.add_argument("--docs", type=Path, default=Path("docs"))
    options = parser.parse_args()
    clips = [clip for clip in FER2013.clips(options.data / "fer2013") if clip.facts["usage"] == "PrivateTest"]
    faces = np.stack([cv2.resize(clip.signal(Modality.VIDEO).values[0], (64, 64)) for clip in clips])  # (N, 64, 64)
    inputs = (faces.astype(np.float32) / 255 * 2 - 1)[:, None]  # (N, 1, 64, 64)
    for system, name in MODELS.items():
        session = onnxruntime.InferenceSession(options.models / name, providers=["CPUExecutionProvider"])
        given = session.get_inputs()[0].name
        scores = np.concatenate([session.run(None, {given: inputs[i : i + 64]})[0] for i in range(0, len(inputs), 64)])
        report = judged(FER2013.labels, clips, scores / scores.sum(axis=1, keepdims=True), shared=None)
        print(f"{system}: accuracy {report.accuracy}, ECE {report.ece}")
        row = {
            "paper": "Arriaga et al. 2017",
            "system": system,
            "corpus": "fer2013",
            "protocol": "PrivateTest, the same images as ours",
            "metric": "accuracy",
            "theirs": 0.66,
            "ours": round(report.accuracy.value, 4),
            "interval": [round(end, 4) for end in report.accuracy.interval],
            "n": report.n,
            "verdict": None,
            "majority": None,
            "audit": None,
            **origin("python benchmarks/comparators.py --data ../shared/data --models ../shared/models", commit()),
        }
        RESULTS.add(options.docs, row)


if __name__ == "__main__":
    main()
