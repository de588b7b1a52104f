"""Bar R8: damaged files of every kind. Whoever looks may die apart; the process that asks never does, and nothing hangs."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from files import CAPTIONS, edf, film, mat, mat73, sheet, voice, words

from emofuse_web.problems import CODES

Write = Callable[[Path], Path]
SEEDS: dict[str, tuple[str, str, Write]] = {  # kind -> role, name, how a good one is written
    "mp4": ("video", "a.mp4", lambda path: film(path, frames=5)),
    "mkv": ("video", "a.mkv", lambda path: film(path, muxer="matroska", sound="flac", frames=5)),
    "wav": ("audio", "a.wav", lambda path: voice(path, frames=2)),
    "mat": ("eeg", "a.mat", mat),
    "mat 7.3": ("eeg", "b.mat", mat73),
    "edf": ("eeg", "a.edf", edf),
    "csv": ("eeg", "a.csv", sheet),
    "vtt": ("text", "a.vtt", words),
    "srt": ("text", "a.srt", lambda path: words(path, CAPTIONS)),
}
ODD = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)
LIMIT = 60.0  # s; the patience of a look, and what a busy machine adds


def mutated(good: bytes, generator: np.random.Generator) -> bytes:
    """One to eight changes: bits, bytes, numbers, pieces that are cut out, doubled, moved or blanked, an early end."""
    content = bytearray(good)
    for _ in range(int(generator.integers(1, 9))):
        size = len(content)
        at = int(generator.integers(0, max(min(size, 512) if generator.random() < 0.5 else size, 1)))  # headers above all
        length = int(generator.integers(1, max(size // 16, 2)))
        match int(generator.integers(0, 8)):
            case 0:
                content[at : at + 1] = bytes([content[at] ^ 1 << int(generator.integers(0, 8))]) if size else b"x"
            case 1:
                content[at : at + 1] = generator.bytes(1)
            case 2:
                content[at : at + 4] = int(generator.choice(ODD)).to_bytes(4, generator.choice(["little", "big"]))
            case 3:
                del content[at : at + length]
            case 4:
                content[at:at] = content[at : at + length]
            case 5:
                content[at : at + length] = bytes(min(length, size - at))
            case 6:
                piece = bytes(content[at : at + length])
                to = int(generator.integers(0, max(size, 1)))
                content[to : to + len(piece)] = piece
            case _:
                content[at : at + length] = generator.bytes(min(length, size - at))
    if generator.random() < 0.1:
        del content[int(generator.integers(0, max(len(content), 1))) :]
    return bytes(content)


def mutants(folder: Path, count: int, seed: int) -> Iterator[tuple[str, str, str, bytes]]:
    """Kind, role, name and content of each."""
    good = {kind: write(folder / name).read_bytes() for kind, (_, name, write) in SEEDS.items()}
    for number in range(count):
        kind = list(SEEDS)[number % len(SEEDS)]
        role, name, _ = SEEDS[kind]
        yield kind, role, f"{number}-{name}", mutated(good[kind], np.random.default_rng([seed, number]))


def looked(folder: Path, look: Callable[..., dict[str, Any]], count: int, seed: int) -> tuple[Counter[str], list[str], float]:
    """How often each answer came, files that were answered as none may be, and the longest time."""
    answers: Counter[str] = Counter()
    wrong: list[str] = []
    slowest = 0.0
    for kind, role, name, content in mutants(folder, count, seed):
        (folder / name).write_bytes(content)
        answer = look(folder / name, role)  # fails where the process that asks has died
        problem = answer["problem"]
        code = problem["code"] if problem else "taken"
        broke = problem and problem["detail"].startswith("Reading the file ")
        answers[f"{code}{' (the reader died)' if broke else ''}"] += 1
        slowest = max(slowest, answer["seconds"])
        if code in ("UNKNOWN", "OURS") or (problem and code not in CODES) or "Traceback" in str(answer) or answer["seconds"] > LIMIT:
            wrong.append(f"{kind} {name}: {problem}")
        (folder / name).unlink()
        if answers.total() % 200 == 0:
            print(f"{answers.total()} files, slowest {slowest:.1f} s", flush=True)
    return answers, wrong, slowest


def test_a_few_damaged_files_of_every_kind_are_answered(tmp_path: Path, look: Callable[..., dict[str, Any]]) -> None:
    answers, wrong, _ = looked(tmp_path, look, 2 * len(SEEDS), seed=0)

    assert answers.total() == 2 * len(SEEDS)
    assert wrong == []


@pytest.mark.stress
def test_two_thousand_damaged_files_kill_nobody_and_hang_nowhere(tmp_path: Path, quick_look: Callable[..., dict[str, Any]]) -> None:
    answers, wrong, slowest = looked(tmp_path, quick_look, 2_000, seed=1)

    print(f"slowest {slowest:.1f} s; {dict(answers.most_common())}")
    print("\n".join(wrong))
    assert answers.total() == 2_000
    assert len(wrong) <= 10  # unknown: at most one in two hundred
    assert slowest < LIMIT
