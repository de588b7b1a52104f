"""A clip given to a recognizer stretch by stretch, so that memory does not grow with it; what a recognizer is.

Reading runs ahead of judging in a thread of its own. Nothing here knows networks.
"""

import queue
import threading
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from typing import Protocol

import torch

from emofuse.core.clip import Chunk, Clip
from emofuse.core.errors import MissingModality
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.core.progress import Progress, quiet_progress
from emofuse.core.timeline import Timeline

CHUNK = 4_000  # ms read and judged at a time: long enough for full batches, short enough that reading runs ahead of judging
PADDING = 150  # ms; codecs of sound round its end up to whole frames, of 2,048 samples at most


class Reading(Protocol):
    """A recognizer's work on one clip, chunk by chunk."""

    def push(self, chunk: Chunk) -> None:
        """Take the next stretch, and judge what is complete."""

    def close(self, duration: int) -> Timeline:
        """Judge the rest; the clip lasted `duration` ms."""


class Recognizer(Protocol):
    """Clip to Timeline."""

    @property
    def name(self) -> str:
        """Also the name of its lane."""

    @property
    def labels(self) -> LabelSet:
        """What it answers, in the order of its scores."""

    @property
    def modalities(self) -> frozenset[Modality]:
        """What it can listen to."""

    def reading(self) -> Reading:
        """Begin with a clip."""

    def __call__(self, clip: Clip, progress: Progress = quiet_progress) -> Timeline:
        """Judge a whole clip."""


def read_through(recognizer: Recognizer, clip: Clip, progress: Progress = quiet_progress) -> Timeline:
    """Give a clip to a recognizer chunk by chunk: memory does not grow with the clip.

    Raises:
        MissingModality: The clip has nothing that the recognizer listens to.
    """
    if not recognizer.modalities & set(clip.sources):
        has, needs = ", ".join(sorted(clip.sources)) or "nothing", " or ".join(sorted(recognizer.modalities))
        raise MissingModality(f"Clip {clip.id} has no {needs}; it has {has}. '{recognizer.name}' needs {needs}: choose another.")
    total = int(clip.facts.get("duration", "0"))
    reading, until = recognizer.reading(), 0
    notes: list[str] = []
    with _one_thread(), closing(_ahead(clip.chunks(recognizer.modalities, CHUNK))) as read:
        for chunk in read:
            reading.push(chunk)
            until = max(until, chunk.until)
            notes += chunk.notes
            progress(min(until, total) if total else until, total)
    if total < until <= total + PADDING:
        until = total or until
    timeline = reading.close(max(until, 1))
    return replace(timeline, notes=(*dict.fromkeys([*notes, *timeline.notes]),))


@contextmanager
def _one_thread() -> Iterator[None]:
    """One thread for torch: decoding has the other cores, and small transforms wait longer for each other than they take."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _ahead(chunks: Iterator[Chunk]) -> Generator[Chunk]:
    """The same chunks, the next one being read in a thread of its own while one is judged."""
    ready: queue.Queue[Chunk | BaseException | None] = queue.Queue(maxsize=1)
    left = threading.Event()

    def give(what: Chunk | BaseException | None) -> None:
        while not left.is_set():
            with suppress(queue.Full):
                ready.put(what, timeout=0.1)
                return

    def read() -> None:
        try:
            for chunk in chunks:
                give(chunk)
                if left.is_set():
                    return
            give(None)
        except BaseException as error:  # raised again where the chunks are asked for
            give(error)

    thread = threading.Thread(target=read, name="emofuse reading", daemon=True)
    thread.start()
    try:
        while (got := ready.get()) is not None:
            if isinstance(got, BaseException):
                raise got
            yield got
    finally:
        left.set()
        thread.join(timeout=5)
