"""What the commands print on the data sets that are here, kept in docs/results.md: corpora, check, split, audit, evaluate, compare.

A command whose data is not here is left out, and said. What it prints is kept word for word; its exit code is its own business.
"""

import argparse
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from emofuse.evaluation.record import show
from emofuse.run import commit

COMMANDS: Sequence[tuple[str, str, str]] = (  # title, the folder that it needs, the command
    ("Corpora", "", "corpora --data {data}"),
    ("Check of RAVDESS", "ravdess", "check ravdess --data {data}"),
    ("Check of FER2013", "fer2013", "check fer2013 --data {data}"),
    ("Check of EmoDB (four of its seven classes)", "emodb", "check emodb --data {data}"),
    ("Check of MELD", "meld", "check meld --data {data}"),
    ("Check of EmoryNLP", "meld", "check emorynlp --data {data}/meld"),
    ("Check of GoEmotions", "goemotions", "check goemotions --data {data}"),
    ("Check of GAMEEMO", "gameemo", "check gameemo --data {data}"),
    ("Check of Muse", "muse", "check muse --data {data}"),
    ("Audit of RAVDESS by actor", "ravdess", "audit ravdess --data {data} --protocol ravdess-six"),
    ("Audit of RAVDESS shuffled", "ravdess", "audit ravdess --data {data} --protocol shuffled"),
    ("Audit of FER2013's official split", "fer2013", "audit fer2013 --data {data} --protocol official"),
    ("Audit of EmoDB by speaker", "emodb", "audit emodb --data {data} --protocol leave-one-out"),
    ("Audit of MELD's official split", "meld", "audit meld --data {data} --protocol official"),
    ("Audit of GoEmotions' official split", "goemotions", "audit goemotions --data {data} --protocol official"),
    ("Audit of GAMEEMO's windows shuffled", "gameemo", "audit gameemo --data {data} --protocol shuffled"),
    ("Audit of GAMEEMO by person", "gameemo", "audit gameemo --data {data} --protocol leave-one-out"),
    ("Audit of Muse by person", "muse", "audit muse --data {data} --protocol leave-one-out"),
    ("The face on PrivateTest", "fer2013", "evaluate face --data {data} --out {out}/face"),
    ("The voice on what it has learnt from", "ravdess", "evaluate voice --data {data} --out {out}/voice"),
    ("The voice on EmoDB, never heard", "emodb", "evaluate voice --data {data} --corpus emodb --out {out}/emodb"),
    ("The text on MELD's test part", "meld", "evaluate text --data {data} --out {out}/text"),
    (
        "The text on GoEmotions' test part, in Ekman's words",
        "goemotions",
        "evaluate text --data {data} --corpus goemotions --out {out}/words",
    ),
    ("Muse: each person left out once", "muse", "train muse:bands --data {data} --out {out}/muse"),
    ("GAMEEMO: each pair of people left out once", "gameemo", "train gameemo:bands --data {data} --out {out}/gameemo"),
    (
        "A search: what matters to the face's action units",
        "ravdess",
        "search ravdess_au:face --way random --over 'learning_rate=1e-4..1e-1:log:4,width=[16,64,256],dropout=[0.0,0.25,0.5]' "
        "--with members=1 --with 'protocol=\"16-4-4\"' --trials 15 --data {data} --out {out}/search",
    ),
)


def main() -> None:
    """Run each, print what it printed, and keep it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="holds one folder a corpus")
    parser.add_argument("--out", type=Path, default=Path("results/commands"), help="where reports go")
    parser.add_argument("--docs", type=Path, default=Path("docs"))
    parser.add_argument("--only", default="", help="titles that hold this word only")
    options = parser.parse_args()
    for title, folder, command in COMMANDS:
        if options.only.lower() not in title.lower():
            continue
        if not (options.data / folder).is_dir():
            print(f"{title}: left out, there is no {options.data / folder}")
            continue
        words = command.format(data=options.data, out=options.out)
        done = subprocess.run([sys.executable, "-m", "emofuse", *shlex.split(words)], capture_output=True, text=True, check=False)
        print(f"$ emofuse {words}\n{done.stdout}{done.stderr}(exit code {done.returncode})\n", flush=True)
        if not done.stdout.strip():
            sys.exit(f"`emofuse {words}` printed nothing but errors; nothing was kept of it.")
        show(options.docs, title, done.stdout, f"emofuse {words}", commit())


if __name__ == "__main__":
    main()
