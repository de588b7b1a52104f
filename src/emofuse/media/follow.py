"""Follow faces from picture to picture, and decide online whose face is the main one.

Nothing here knows about files: pictures come in order, 48x48 faces go out.
"""

from dataclasses import dataclass

import numpy as np

from emofuse.media.faces import SIDE, Finder
from emofuse.media.video import Box, Grey

_EVERYWHERE = 10  # pictures; every two seconds at five a second all of the picture is searched, in between only around the main face
_PATIENT = 2  # pictures searched everywhere, one after the other, when the main face was lost; then every third
_SAME = 0.15  # overlap from which a face is the one that was there a second ago
_FADING = 0.75  # per look; the weight of a face that is gone halves in about five seconds
_CLEARLY = 1.5  # times the main face's weight that another must reach to take its place
_EASE = 0.5  # share of a new side in the side shown: detectors' sides tremble, and so would the crop


@dataclass(slots=True, eq=False)
class _Track:
    """One face: where it was last, and how long and large it has been."""

    box: Box
    weight: float = 0.0
    seen: bool = True


class Follower:
    """Pictures in, the main face out: the one seen longest and largest, which another replaces only when it clearly leads.

    Args:
        finder: Finds faces in one picture.
    """

    def __init__(self, finder: Finder) -> None:
        self.finder = finder
        self._tracks: list[_Track] = []
        self._main: _Track | None = None
        self._since = _EVERYWHERE  # pictures since all of one was searched
        self._lost = 0  # searches in a row that did not find the main face
        self._looks = self._crowded = self._most = 0

    def see(self, picture: Grey) -> np.ndarray | None:
        """The main face of the next picture as FER2013 frames it, upright; None where it is not to be seen.

        Shape:
            (48, 48) uint8
        """
        self._since += 1
        here = False
        if self._main is not None and self._main.seen:
            found = self.finder.near(picture, self._main.box)
            here = found is not None
            if found is not None:
                self._move(self._main, found)
        due = self._since >= (_EVERYWHERE if here else 1 if self._lost < _PATIENT else 3)
        if due:
            self._look(picture, here)
        elif not here and self._main is not None:
            self._main.seen = False
        main = self._main
        return picture.crop(main.box, SIDE) if main is not None and main.seen else None

    def notes(self) -> tuple[str, ...]:
        """What a reader must be told: who else was there, and how faces were found."""
        notes: tuple[str, ...] = () if self.finder.note is None else (self.finder.note,)
        others = self._most - 1
        share = 100 * self._crowded / max(self._looks, 1)
        if others > 0 and share >= 1:
            who = "1 other face was seen" if others == 1 else f"{others} other faces were seen"
            notes += (f"{who}, for {share:.0f} % of the time; the one seen longest and largest was analysed",)
        return notes

    def _look(self, picture: Grey, here: bool) -> None:
        """Search all of a picture, and choose the main face anew; `here`: it was found already, by looking closely."""
        faces = self.finder.everywhere(picture)
        if here and self._main is not None and all(self._main.box.overlap(face) < _SAME for face in faces):
            faces.append(self._main.box)
        self._since = 0
        self._looks += 1
        self._crowded += len(faces) > 1
        self._most = max(self._most, len(faces))
        self._match(faces, max(picture.size))
        for track in self._tracks:
            track.weight = _FADING * track.weight + (1 - _FADING) * (track.box.area if track.seen else 0.0)
        self._choose()
        self._lost = 0 if self._main is not None and self._main.seen else self._lost + 1
        strongest = max((track.weight for track in self._tracks), default=0.0)
        self._tracks = [track for track in self._tracks if track.seen or track.weight > 0.1 * strongest]
        if self._main not in self._tracks:
            self._main = None

    def _match(self, faces: list[Box], longest: float) -> None:
        """Give each face to the track it overlaps most; what is left begins a track."""
        before, left = {id(track) for track in self._tracks if track.seen}, list(faces)
        pairs = sorted(((t.box.overlap(f), i, f) for i, t in enumerate(self._tracks) for f in faces), key=lambda pair: -pair[0])
        taken: set[int] = set()
        for overlap, i, face in pairs:
            if overlap >= _SAME and i not in taken and face in left:
                taken.add(i)
                left.remove(face)
                self._move(self._tracks[i], face)
        for i, track in enumerate(self._tracks):
            track.seen = i in taken
        if len(left) == 1 and len(faces) == 1 and self._main is not None and len(before) <= 1:
            # Nobody else was or is there: a cut, or a fast head. It is taken for the same person.
            self._main.box, self._main.seen = left[0], True
        else:
            self._tracks += [_Track(face) for face in left]

    def _choose(self) -> None:
        best = max((track for track in self._tracks if track.seen), key=lambda track: track.weight, default=None)
        if best is None or best is self._main:
            return
        if self._main is None or best.weight > _CLEARLY * self._main.weight:
            self._main = best

    def _move(self, track: _Track, face: Box) -> None:
        """To where the face is now; its side follows more slowly than its middle."""
        side = track.box.width + _EASE * (face.width - track.box.width) if track.seen else face.width
        x, y = face.middle
        track.box = Box(x - side / 2, y - side / 2, side, side)
        track.seen = True
