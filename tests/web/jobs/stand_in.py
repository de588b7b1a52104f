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
FINISHED = "stand-in.finished"  # what is written down in the transaction that ends a job; twice would be seen


def prepare(job, folder):
    (folder / "in" / "film").write_bytes(str(job.pk).encode())
    return {**ORDER, "job": str(job.pk)}


def collect(job, folder, answer):
    from emofuse_web.accounts.models import Event
    from emofuse_web.jobs.models import Status
    from emofuse_web.storage import storage

    result = folder / "out" / "result"
    digest = hashlib.sha256(result.read_bytes()).hexdigest()
    key = f"artifacts/{job.pk}" if job.attempt == 1 else f"artifacts/{job.pk}-{job.attempt}"
    storage().put(key, result)

    def effect():
        Event.objects.create(verb=FINISHED, subject=str(job.pk), detail={"key": key, "digest": digest, "attempt": job.attempt})
        return Status(answer.get("status", Status.SUCCEEDED))

    return effect


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
    try:
        Path("out/result").write_bytes(hashlib.sha256(film).digest() * order.get("blocks", 1000))
    except OSError:
        print(json.dumps({"problem": {"code": "STORAGE_FULL", "ours": True}}), flush=True)
        return
    print(json.dumps({"done": {"size": len(film)}}), flush=True)


if __name__ == "__main__":
    sys.exit(child())
