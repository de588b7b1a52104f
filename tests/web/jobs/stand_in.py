"""A kind of job for tests: its child goes through stages, and does what the order in the test says.

As a module it is the kind's `Work`; as a script it is the child.
"""

import hashlib
import json
import os
import sys
import time
from pathlib import Path

ORDER: dict = {"do": "stand-in", "stages": ["probe", "decode", "render"], "seconds": 0.0}
ENDED: list = []  # (job, status) as `failed` was told


def prepare(job, folder):
    (folder / "in" / "film").write_bytes(str(job.pk).encode())
    return {**ORDER, "job": str(job.pk)}


def collect(job, folder, answer):
    from emofuse_web.jobs.models import Status
    from emofuse_web.storage import storage

    key = f"artifacts/{job.pk}"
    storage().put(key, folder / "out" / "result")
    return lambda: Status(answer.get("status", Status.SUCCEEDED))


def failed(job):
    ENDED.append((job.pk, job.status))


def child() -> None:
    order = json.loads(Path("request.json").read_text())
    if "code" in order:
        exec(order["code"], {})
        return
    stages = order["stages"]
    for i, stage in enumerate(stages):
        print(json.dumps({"stage": stage}), flush=True)
        time.sleep(order["seconds"] / len(stages))
        print(json.dumps({"progress": (i + 1) / len(stages)}), flush=True)
    if problem := order.get("problem"):
        print(json.dumps({"problem": problem}), flush=True)
        return
    if number := order.get("signal"):
        os.kill(os.getpid(), number)
    film = Path("in/film").read_bytes()
    Path("out/result").write_bytes(hashlib.sha256(film).digest() * 1000)
    print(json.dumps({"done": {"size": len(film)}}), flush=True)


if __name__ == "__main__":
    sys.exit(child())
