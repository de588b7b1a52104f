"""Looks at files as the child of a job does; takes orders and gives answers in lines of JSON."""

import json
import sys
import time
from pathlib import Path

from emofuse_web.recognition.preflight import look

for line in sys.stdin:
    order = json.loads(line)
    began = time.monotonic()
    answer = look(order["request"], Path(order["folder"]))
    print(json.dumps({**answer, "seconds": time.monotonic() - began}), flush=True)
