"""Nearly the same picture twice: moved by some pixels, larger or smaller, darker, through a codec, with a watermark, mirrored.

Looked for in two steps. A hash of 64 bits tells the signs of a picture's low frequencies, without the lowest, which are its light;
all hashes are compared with all, and with those of each picture moved, zoomed and mirrored a little.
Both are one product, as moving, zooming and frequencies are linear in the pixels. Then the fine structure of the candidates
is laid over one another, and must fit.

How well it must is read off FER2013, whose pairs are of two kinds: chance at 0.3 to 0.75, copies mostly at 0.9 to 1, and fewest at 0.80.
Sheets of 64 pairs were looked at. Between 0.73 and 0.76 half are two people or two moments; between 0.78 and 0.80 a quarter; between
0.82 and 0.84 four. What the limit of 0.82 lets pass by mistake are faces straight from the front and lit alike; what it misses are copies
under a large watermark. Of the pairs above the limit that a comparison of all with all finds, an estimated 3 % do not pass the hashes.

Source:
    Zauner C (2010). Implementation and benchmarking of perceptual image hash functions: signs of the low frequencies as a hash.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from emofuse.audit.base import Evidence, Finding, NotLooked
from emofuse.audit.copies import Thing, copies, joined
from emofuse.core.clip import Signal
from emofuse.core.modality import Modality
from emofuse.core.progress import Progress, quiet_progress
from emofuse.features.extraction import Making, extracted

ASKS = "Is nearly the same picture there twice?"
TRAPS = ("T3",)
THING = Thing("nearly the same picture", "pictures", "nearly the same picture as")

SIDE = 48  # pixels to which every picture is brought: what the smallest common corpus has
INSIDE = 40  # pixels in its middle of which the hash is made: room to move
FREQUENCIES = 10  # of each direction
LOWEST = 2.0  # half periods in `INSIDE`; below is light and shade
STEEP = 1.5  # the power of their height by which frequencies are raised: pictures of anything fall off by about as much
BITS = 64
DISTANCE = 14  # bits in which copies differ at the most; strangers differ in 32, and in 14 or fewer one pair of 10,000
SIMILAR = 0.65  # correlation of the frequencies that the bits are signs of: 99.7 % of FER2013's copies, one pair of 30,000 strangers
PRIOR = 100  # pictures' worth of doubt in what the others have in common
MORE = 2  # pixels: the last step is taken by trying
FINE = (0.8, 3.0)  # pixels: structure between these widths tells faces apart, and survives codecs
CENTRE = 38  # pixels of the one that are laid over the other
ALIKE = 0.82  # correlation of the fine structure where it fits best; see above


@dataclass(frozen=True, slots=True)
class Way:
    """How a picture is brought over another.

    Args:
        zoom: Below 1, its middle is taken larger.
        x: Pixels to the right that its middle is taken from.
        y: Pixels further down.
        mirrored: Left is right.
    """

    zoom: float = 1.0
    x: float = 0.0
    y: float = 0.0
    mirrored: bool = False


AS_IT_IS = Way()
STEPS = (0.0, -2.0, 2.0)  # pixels: a copy lies one from these, which hashes forgive
WAYS = [Way(zoom, x, y) for zoom, x, y in product((1.0, 0.92, 1.08), STEPS, STEPS)]
WAYS += [replace(way, mirrored=True) for way in WAYS if way.zoom == 1 or way.x == way.y == 0]  # mirrored copies are rare: less is tried


@dataclass(frozen=True)
class Picture:
    """A still picture as a small grey one; none of a film, nor of numbers about a face.

    Shape:
        (1, height, width) or (1, height, width, 3) uint8 -> (1, 48, 48) uint8; (0, 48, 48) of anything else
    """

    modality: Modality = Modality.VIDEO

    def __call__(self, signal: Signal) -> np.ndarray:
        """Shape: (1, height, width, ...) -> (1, 48, 48) uint8."""
        import cv2

        if not is_still(signal):
            return np.zeros((0, SIDE, SIDE), dtype=np.uint8)
        image = signal.values[0] if signal.values.ndim == 3 else signal.values[0].mean(axis=-1).astype(np.uint8)
        small = image if image.shape == (SIDE, SIDE) else cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        return np.asarray(small, dtype=np.uint8)[None]


def look(evidence: Evidence, progress: Progress = quiet_progress) -> Sequence[Finding]:
    """Still pictures that are nearly the same, or each other's mirror images.

    Args:
        evidence: Its clips' pictures are read.
        progress: Told pictures read and compared, and twice the pictures in all.

    Raises:
        NotLooked: Fewer than two clips have a still picture.
        MediaError: A clip cannot be read.
    """
    clips = [clip for clip in evidence.clips if Modality.VIDEO in clip.sources]
    if len(clips) < 2 or not is_still(clips[0].signal(Modality.VIDEO)):  # one film, all films: finding faces in them takes hours
        raise NotLooked("two still pictures or more")
    rows = extracted(clips, Modality.VIDEO, Making(Picture()), progress=lambda done, total: progress(done, 2 * total))
    order = [i for i, row in enumerate(rows) if row is not None and row.size]
    pictures = np.concatenate([row[0] for row in rows if row is not None])
    pairs = near_pictures(pictures, lambda done, total: progress(total + done, 2 * total))
    return copies(evidence, clips, joined((order[a], order[b]) for a, b in pairs), THING)


def is_still(signal: Signal) -> bool:
    """Whether a signal is one picture: neither a film, nor numbers about a face, such as its action units."""
    return len(signal.values) == 1 and signal.values.ndim in (3, 4) and signal.values.dtype == np.uint8


def near_pictures(pictures: np.ndarray, progress: Progress = quiet_progress) -> list[tuple[int, int]]:
    """Places of pictures that are nearly the same, the first below the second. Shape: (N, 48, 48) uint8."""
    best: dict[tuple[int, int], tuple[float, Way]] = {}
    for a, b, similar, way in _candidates(pictures, progress):
        if similar > best.get((a, b), (-1.0, way))[0]:
            best[a, b] = (similar, way)
    return [(a, b) for (a, b), (_, way) in sorted(best.items()) if alike(pictures[a], pictures[b], way) > ALIKE]


def alike(a: np.ndarray, b: np.ndarray, way: Way = AS_IT_IS) -> float:
    """How well the middle of `b` fits into `a`, brought there in this way and moved by two pixels more at the most; 0 for empty pictures.

    Shape:
        (48, 48) uint8, (48, 48) uint8 -> -1 to 1
    """
    edge = (SIDE - CENTRE) // 2
    middle = _fine(b)[edge:-edge, edge:-edge].ravel()
    around = _fine(_brought(a, way))[edge - MORE : MORE - edge, edge - MORE : MORE - edge]
    windows = np.lib.stride_tricks.sliding_window_view(around, (CENTRE, CENTRE)).reshape(-1, CENTRE * CENTRE)  # (25, 1444)
    middle = middle - middle.mean()
    power = np.einsum("ij,ij->i", windows, windows) - windows.sum(axis=1) ** 2 / windows.shape[1]
    return float((windows @ middle / np.sqrt(np.maximum(power * (middle @ middle), 1.0))).max())


def _brought(picture: np.ndarray, way: Way) -> np.ndarray:
    """A picture, zoomed around its middle, mirrored and moved. Shape: (48, 48) uint8 -> (48, 48) uint8."""
    import cv2

    if way == AS_IT_IS:
        return picture
    half, across = (SIDE - 1) / 2, -way.zoom if way.mirrored else way.zoom
    taken_from = np.array([[across, 0, half - across * half + way.x], [0, way.zoom, half - way.zoom * half + way.y]])
    flags, border = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, cv2.BORDER_REPLICATE
    return np.asarray(cv2.warpAffine(picture, taken_from, (SIDE, SIDE), flags=flags, borderMode=border))


def _fine(picture: np.ndarray) -> np.ndarray:
    import cv2

    whole = picture.astype(np.float32)
    difference: np.ndarray = cv2.GaussianBlur(whole, (0, 0), FINE[0]) - cv2.GaussianBlur(whole, (0, 0), FINE[1])
    return difference


def _candidates(pictures: np.ndarray, progress: Progress) -> Iterator[tuple[int, int, float, Way]]:
    """Pairs whose hashes and low frequencies are alike, the first brought in some way; a pair may come in several."""
    plain = _frequencies(pictures, AS_IT_IS)
    common = plain.sum(axis=0) / (len(plain) + PRIOR)  # what all faces share tells none of them apart
    hashes, directions = _hashed(plain - common), _directed(plain - common)

    def brought(way: Way) -> list[tuple[int, int, float, Way]]:
        moved = _frequencies(pictures, way) - common
        found = []
        for i, (bits, direction) in enumerate(zip(_hashed(moved), _directed(moved), strict=True)):
            near = i + 1 + np.flatnonzero(np.bitwise_count(hashes[i + 1 :] ^ bits) <= DISTANCE)
            if len(near):
                similar = directions[near] @ direction
                found += [(i, int(j), float(s), way) for j, s in zip(near, similar, strict=True) if s >= SIMILAR]
        return found

    with ThreadPoolExecutor(min(os.cpu_count() or 1, 4)) as pool:  # counting bits works without Python's lock
        for done, found in enumerate(pool.map(brought, WAYS), 1):
            yield from found
            progress(len(pictures) * done // len(WAYS), len(pictures))


def _frequencies(pictures: np.ndarray, way: Way) -> np.ndarray:
    """The low frequencies of the middle of pictures that are brought in some way. Shape: (N, 48, 48) -> (N, 64) float32."""
    rows, columns = _waves() @ _taken(way.zoom, way.y), _waves() @ _taken(-way.zoom if way.mirrored else way.zoom, way.x)
    u, v = np.mgrid[:FREQUENCIES, :FREQUENCIES]
    radius = np.hypot(u, v).ravel()
    kept = [i for i in np.argsort(radius, kind="stable") if radius[i] >= LOWEST][:BITS]
    weights = np.einsum("ui,vj->uvij", rows, columns).reshape(FREQUENCIES**2, -1)[kept].T
    weights = (weights * radius[kept] ** STEEP).astype(np.float32)
    blocks = (pictures[i : i + 4_000].reshape(-1, SIDE * SIDE).astype(np.float32) for i in range(0, len(pictures), 4_000))
    return np.concatenate([block @ weights for block in blocks])


def _waves() -> np.ndarray:
    """Cosines over the middle of a picture. Shape: (10, 40)."""
    place = (np.arange(INSIDE) + 0.5) / INSIDE
    waves: np.ndarray = np.cos(np.pi * np.arange(FREQUENCIES)[:, None] * place)
    return waves


def _taken(zoom: float, moved: float) -> np.ndarray:
    """Which pixels of a row each of the middle is taken from, between two of them. Shape: (40, 48)."""
    place = zoom * (np.arange(INSIDE) - (INSIDE - 1) / 2) + (SIDE - 1) / 2 + moved
    before = np.floor(place.clip(0, SIDE - 1 - 1e-6)).astype(int)
    share = place.clip(0, SIDE - 1) - before
    taken = np.zeros((INSIDE, SIDE))
    taken[np.arange(INSIDE), before] = 1 - share
    taken[np.arange(INSIDE), before + 1] += share
    return taken


def _directed(frequencies: np.ndarray) -> np.ndarray:
    """Each picture's frequencies as one of length 1. Shape: (N, 64) -> (N, 64)."""
    length = np.linalg.norm(frequencies, axis=1, keepdims=True)
    directed: np.ndarray = frequencies / np.maximum(length, 1e-6)
    return directed


def _hashed(frequencies: np.ndarray) -> np.ndarray:
    """Signs as bits. Shape: (N, 64) -> (N,) uint64."""
    return np.packbits(frequencies > 0, axis=1).view(np.uint64)[:, 0]
