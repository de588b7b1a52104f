"""An answer as the JSON export has it, small enough to count by hand."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np

LABELS = ["anger", "happiness", "neutral"]


def lane(name: str, spans, labels=None, *, threshold: float = 0.2) -> dict:
    """A lane from (start, end, label or None, probability, uncertain); windows of 500 ms that say the same."""
    labels = labels or LABELS
    duration = spans[-1][1]
    starts = list(range(0, duration, 500))
    columns = {label: [] for label in labels}
    absent = []
    for start in starts:
        label, p = next((word, p) for a, b, word, p, _ in spans if a <= start < b)
        absent.append(None if label else "no face")
        for word in labels:
            columns[word].append(None if label is None else p if word == label else round((1 - p) / (len(labels) - 1), 4))
    known = [span for span in spans if span[2]]
    return {
        "name": name,
        "labels": labels,
        "label": known[0][2] if known else None,
        "pooled": {word: (0.6 if word == known[0][2] else 0.2) for word in labels} if known else None,
        "threshold": threshold,
        "spans": [
            {
                "start": a,
                "end": b,
                "label": word,
                "probability": p if word else None,
                "uncertain": unsure,
                "absent": None if word else "no face",
            }
            for a, b, word, p, unsure in spans
        ],
        "curves": {"start": starts, "end": [min(start + 500, duration) for start in starts], "absent": absent, "p": columns},
    }


FUSED = [(0, 4000, "happiness", 0.8, False), (4000, 6000, "anger", 0.45, True), (6000, 10000, None, None, False)]
FACE = [(0, 4000, "happiness", 0.8, False), (4000, 6000, "happiness", 0.5, False), (6000, 10000, None, None, False)]


def document(*lanes: dict, **more: object) -> dict:
    """The whole of it."""
    lanes = lanes or (lane("fused", FUSED), lane("face", FACE))
    said = {"schema": "emofuse-timeline/1", "limits": "Do not decide about people with it.", "source": {"name": "visit.mp4"}}
    said |= {"duration": lanes[0]["spans"][-1]["end"], "models": [{"name": "face", "sha256": "a" * 64, "corpus": "fer2013"}]}
    return said | {"facts": {"emofuse": "0.1.0"}, "notes": ["no face for 40 % of the time"], "lanes": list(lanes), **more}


def kept(artifact, analysis, said: dict) -> None:
    """Its two files."""
    from emofuse_web.analyses.lanes import Lane, packed

    lanes = [
        Lane(
            one["name"],
            tuple(one["labels"]),
            np.array(one["curves"]["start"]),
            np.array(one["curves"]["end"]),
            np.array([[np.nan if p is None else p for p in one["curves"]["p"][word]] for word in one["labels"]], dtype=np.float32).T,
        )
        for one in said["lanes"]
    ]
    artifact(analysis, "json", content=json.dumps(said).encode())
    artifact(analysis, "lanes", content=packed(lanes), media_type="application/octet-stream")


def six_seconds(path: Path) -> bytes:
    """A film of that length in H.264, a key frame each second."""
    import av

    with av.open(str(path), "w", options={"movflags": "+faststart"}) as out:
        stream = out.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 160, 90, "yuv420p"
        stream.codec_context.gop_size = 25
        for i in range(150):
            frame = av.VideoFrame.from_ndarray(np.full((90, 160, 3), i, dtype=np.uint8), format="rgb24")
            frame.pts, frame.time_base = i, Fraction(1, 25)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path.read_bytes()
