"""Looks at files as the child of a job does; takes orders and gives answers in lines of JSON."""

import json
import resource
import sys
import time
from pathlib import Path

from emofuse_web.recognition.preflight import look

if "warm" in sys.argv:  # so that thousands of looks do not wait for libraries each time
    import cv2
    import mne.io
    import pandas as pd

    assert cv2.__version__ and pd.__version__ and mne.io.read_raw_edf

for line in sys.stdin if __name__ == "__main__" else ():
    order = json.loads(line)
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    answer = look(order["request"], Path(order["folder"]))
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    work = spent.ru_utime + spent.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({**answer, "seconds": time.monotonic() - began, "work": work}), flush=True)
