"""A child that takes its time and answers what it was given: a stand-in for the recognizer, walled in as the real one is.

``load_child.py TIMELINE LANES SECONDS``: the two files of every answer, and how long an analysis takes.
"""

import json
import shutil
import sys
import time
from pathlib import Path

STAGES = ("probe", "text", "fuse", "render")
STEP = 0.5  # s between two words of how far it is
FOUND = {
    "format": "plain",
    "encoding": "UTF-8",
    "language": "en",
    "utterances": 3,
    "words": 12,
    "timed": False,
    "duration": None,
    "warnings": [],
}


def say(**said: object) -> None:
    print(json.dumps(said), flush=True)


def analysed(timeline: str, lanes: str, seconds: float) -> dict[str, object]:
    steps = max(round(seconds / STEP), len(STAGES))
    for i in range(steps):
        if i * len(STAGES) % steps < len(STAGES):
            say(stage=STAGES[i * len(STAGES) // steps])
        time.sleep(seconds / steps)
        say(progress=(i + 1) / steps)
    shutil.copyfile(timeline, "out/timeline.json")
    shutil.copyfile(lanes, "out/lanes.npz")
    return {"duration": 60_000, "summary": {"strip": [[0, 60_000, "happiness"]]}, "warnings": [], "version": "stand-in"}


if __name__ == "__main__":
    Path("out").mkdir(exist_ok=True)
    asked = json.loads(Path("request.json").read_text())
    say(done={"report": FOUND, "problem": None} if asked["do"] == "look" else analysed(sys.argv[1], sys.argv[2], float(sys.argv[3])))
