# ruff: noqa: E501  # a row a file
"""Files that people send by mistake or on purpose: each with its role, how it is written, and the codes that answer it."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import scipy.io
from files import CAPTIONS, brain, edf, film, mat, mat73, sheet, voice

Bad = tuple[str, str, Callable[[Path], object], tuple[str, ...]]  # role, name, writer, codes


def raw(content: bytes) -> Callable[[Path], object]:
    """These bytes."""
    return lambda path: path.write_bytes(content)


def cut(write: Callable[[Path], Path], share: float) -> Callable[[Path], object]:
    """A file that broke off."""
    return lambda path: path.write_bytes(write(path).read_bytes()[: int(path.stat().st_size * share)])


def patched(write: Callable[[Path], Path], old: bytes, new: bytes) -> Callable[[Path], object]:
    """A file with some bytes changed."""

    def changed(path: Path) -> None:
        content = write(path).read_bytes()
        assert old in content
        path.write_bytes(content.replace(old, new, 1))

    return changed


def noise(size: int) -> bytes:
    """Without any sense."""
    return np.random.default_rng(1).bytes(size)


# --- .mat -------------------------------------------------------------------------------------------------------------------------------
def numbers(*values: int) -> bytes:
    """As version 5 writes them."""
    return np.array(values, dtype="<u4").tobytes()


def tagged(kind: int) -> Callable[[Path], object]:
    """Numbers whose tag says that they are of another kind: what reads them trusts it, and dies of some."""

    def write(path: Path) -> None:
        scipy.io.savemat(path, {"eeg": brain(2, 50)})
        content = path.read_bytes()
        assert numbers(9, 800) in content
        path.write_bytes(content.replace(numbers(9, 800), numbers(kind, 800)))

    return write


def element(*, name: bytes, kind: int, axes: tuple[int, ...], content: bytes) -> bytes:
    """One array of version 5."""
    sizes = numbers(5, 4 * len(axes), *axes) + bytes(-4 * len(axes) % 8)
    head = numbers(6, 8, kind, 0) + sizes + numbers(1, len(name)) + name.ljust(-(-len(name) // 8) * 8, b"\0")
    return numbers(14, len(head) + len(content)) + head + content


def five(*elements: bytes) -> Callable[[Path], object]:
    """A file of packed elements."""

    def write(path: Path) -> None:
        packed = [zlib.compress(one) for one in elements]
        body = b"".join(numbers(15, len(one)) + one for one in packed)
        path.write_bytes(b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM" + body)

    return write


def nested(depth: int) -> Callable[[Path], object]:
    """Cells within each other around one number: who calls itself for each runs out of stack."""

    def write(path: Path) -> None:
        number = element(name=b"", kind=6, axes=(1, 1), content=numbers(9, 8) + np.float64(7).tobytes())
        empty = len(element(name=b"", kind=1, axes=(1, 1), content=b""))
        heads = [numbers(14, empty * (inside + 1) - 8 + len(number)) for inside in range(depth)]
        rest = element(name=b"", kind=1, axes=(1, 1), content=b"")[8:]
        five(b"".join(head + rest for head in reversed(heads)) + number)(path)

    return write


def zeros(size: int) -> Callable[[Path], object]:
    """Nothing but nothing, packed to a thousandth."""
    return lambda path: scipy.io.savemat(path, {"eeg": np.zeros((16, size // 128))}, do_compression=True)


def declared(path: Path) -> None:
    """Axes whose product is eight times all memory there is."""
    five(element(name=b"eeg", kind=6, axes=(1 << 20, 1 << 20), content=numbers(9, 8) + bytes(8)))(path)


def hdf(write: Callable[[h5py.File, Path], object]) -> Callable[[Path], object]:
    """Version 7.3."""

    def made(path: Path) -> None:
        secret = path.with_name("secret")
        with h5py.File(secret, "w") as file:
            file.create_dataset("eeg", data=brain())
        with h5py.File(path, "w", userblock_size=512) as file:
            write(file, secret)
        with path.open("r+b") as opened:
            opened.write(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM")

    return made


def virtual(file: h5py.File, secret: Path) -> None:
    """Numbers that are another file's."""
    layout = h5py.VirtualLayout(shape=(6, 1_280), dtype="f8")
    layout[:] = h5py.VirtualSource(str(secret), "eeg", shape=(6, 1_280))
    file.create_virtual_dataset("eeg", layout)


def linked(file: h5py.File, secret: Path) -> None:
    """A link within a group within a group."""
    file.create_group("a").create_group("b")["eeg"] = h5py.ExternalLink(str(secret), "eeg")


def looped(file: h5py.File, secret: Path) -> None:
    """A cell that holds itself."""
    loop = file.create_dataset("eeg", shape=(2,), dtype=h5py.ref_dtype)
    loop[:] = [loop.ref] * 2


# --- others -----------------------------------------------------------------------------------------------------------------------------
def array(shape: str, *, kind: str = "<f8", content: bytes = b"") -> bytes:
    """An npy whose header says anything."""
    head = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"
    head = head.ljust(-(-(len(head) + 11) // 64) * 64 - 11) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + content


def archived(**parts: bytes) -> Callable[[Path], object]:
    """An archive of arrays."""

    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for name, content in parts.items():
                file.writestr(f"{name}.npy", content)

    return write


def objects(path: Path) -> None:
    """What would have to be unpickled."""
    np.save(path, np.array([{"a": 1}, None], dtype=object), allow_pickle=True)


def riff(rate: int, channels: int, size: int) -> bytes:
    """The header of a sound that says anything."""
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * channels * 2 & 0xFFFFFFFF, channels * 2 & 0xFFFF, 16)
    return (
        b"RIFF"
        + struct.pack("<I", size + 36)
        + b"WAVEfmt "
        + struct.pack("<I", 16)
        + form
        + b"data"
        + struct.pack("<I", size)
        + bytes(2_000)
    )


def stretched(path: Path) -> None:
    """A film that says it lasts for two hours."""
    content = film(path, muxer="matroska", sound=None).read_bytes()
    at = content.index(b"\x44\x89\x88") + 3  # the element Duration, eight bytes
    path.write_bytes(content[:at] + struct.pack(">d", 7_200_000.0) + content[at + 8 :])


def boxes(path: Path) -> None:
    """A film whose boxes stand in each other ten thousandfold."""
    inner = b""
    for _ in range(10_000):
        inner = struct.pack(">I", 8 + len(inner)) + b"moov" + inner
    path.write_bytes(struct.pack(">I", 16) + b"ftypisom" + bytes(4) + inner)


def crowded(path: Path) -> None:
    """Nine streams."""
    import av

    with av.open(str(path), "w", format="matroska") as file:
        streams = [file.add_stream("pcm_s16le", rate=8_000, layout="mono") for _ in range(9)]
        for stream in streams:
            block = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
            block.sample_rate, block.pts = 8_000, 0
            file.mux([*stream.encode(block), *stream.encode(None)])


def table(text: str) -> Callable[[Path], object]:
    """A table."""
    return lambda path: path.write_text(text, encoding="utf-8")


HEAD = "timestamps,TP9,AF7,AF8,TP10\n"
BOMB = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x0 "ha">' + "".join(f'<!ENTITY x{i} "{f"&x{i - 1};" * 10}">' for i in range(1, 12))
WORKBOOK = io.BytesIO()
with zipfile.ZipFile(WORKBOOK, "w") as _file:
    _file.writestr("xl/workbook.xml", "<workbook/>")

MAT: dict[str, Bad] = {
    "a crasher (kind 8)": ("eeg", "a.mat", tagged(8), ("EEG_UNREADABLE", "MAT_REFUSED")),
    "a crasher (kind 25)": ("eeg", "a.mat", tagged(25), ("EEG_UNREADABLE", "MAT_REFUSED")),
    "a crasher (kind 200000)": ("eeg", "a.mat", tagged(200_000), ("EEG_UNREADABLE", "MAT_REFUSED")),
    "a hundred thousand cells in each other": ("eeg", "a.mat", nested(100_000), ("EEG_UNREADABLE", "MAT_REFUSED")),
    "a hundred cells in each other": ("eeg", "a.mat", nested(100), ("MAT_REFUSED",)),
    "a bomb of zeros": ("eeg", "a.mat", zeros(480_000_000), ("EEG_LIMIT",)),
    "axes beyond memory": ("eeg", "a.mat", declared, ("EEG_LIMIT",)),
    "an external link": ("eeg", "a.mat", hdf(lambda f, s: f.__setitem__("eeg", h5py.ExternalLink(str(s), "eeg"))), ("MAT_REFUSED",)),
    "an external link in groups": ("eeg", "a.mat", hdf(linked), ("MAT_REFUSED",)),
    "a soft link": ("eeg", "a.mat", hdf(lambda f, s: f.__setitem__("eeg", h5py.SoftLink("/elsewhere"))), ("MAT_REFUSED",)),
    "numbers in another file": (
        "eeg", "a.mat", hdf(lambda f, s: f.create_dataset("eeg", shape=(999,), dtype="u1", external=[(str(s), 0, 999)])), ("MAT_REFUSED",),
    ),
    "a virtual array": ("eeg", "a.mat", hdf(virtual), ("MAT_REFUSED",)),
    "a shape beyond memory": (
        "eeg", "a.mat", hdf(lambda f, s: f.create_dataset("eeg", shape=(1 << 20, 1 << 20), dtype="f8", chunks=(1_024, 1_024))), ("EEG_LIMIT", "MAT_REFUSED"),
    ),
    "a shape beyond what is stored": (
        "eeg", "a.mat", hdf(lambda f, s: f.create_dataset("eeg", shape=(16, 1 << 20), dtype="f8", chunks=(1, 1 << 16))), ("MAT_REFUSED",),
    ),
    "a filter of others": ("eeg", "a.mat", hdf(lambda f, s: f.create_dataset("eeg", data=brain(), compression="lzf")), ("MAT_REFUSED",)),
    "a cell that holds itself": ("eeg", "a.mat", hdf(looped), ("MAT_REFUSED",)),
    "cut off": ("eeg", "a.mat", cut(mat, 0.5), ("EEG_UNREADABLE",)),
    "7.3 cut off": ("eeg", "a.mat", cut(mat73, 0.5), ("EEG_UNREADABLE",)),
    "words alone": ("eeg", "a.mat", lambda path: mat(path, note="hello"), ("EEG_UNREADABLE",)),
    "a header alone": ("eeg", "a.mat", raw(b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM"), ("EEG_UNREADABLE",)),
}  # fmt: skip

BAD: dict[str, Bad] = {
    "an empty video": ("video", "a.mp4", raw(b""), ("MEDIA_EMPTY",)),
    "an empty sound": ("audio", "a.wav", raw(b""), ("MEDIA_EMPTY",)),
    "an empty EEG": ("eeg", "a.edf", raw(b""), ("MEDIA_EMPTY",)),
    "an empty transcript": ("text", "a.txt", raw(b""), ("MEDIA_EMPTY",)),
    "one byte": ("video", "a.mp4", raw(b"x"), ("MEDIA_REFUSED_FORMAT",)),
    "noise": ("video", "a.mp4", raw(noise(50_000)), ("MEDIA_REFUSED_FORMAT",)),
    "zeros": ("video", "a.mp4", raw(bytes(50_000)), ("MEDIA_REFUSED_FORMAT",)),
    "a photograph": ("video", "a.mp4", raw(b"\x89PNG\r\n\x1a\n" + noise(500)), ("MEDIA_REFUSED_FORMAT",)),
    "a document": ("video", "a.mp4", raw(b"%PDF-1.7\n" + noise(500)), ("MEDIA_REFUSED_FORMAT",)),
    "a program": ("video", "a.mp4", raw(b"\x7fELF" + noise(500)), ("MEDIA_REFUSED_FORMAT",)),
    "a letter": ("video", "a.mp4", raw(b"This is how I felt on Monday: angry.\n"), ("MEDIA_REFUSED_FORMAT",)),
    "a windows media file": ("video", "a.wmv", raw(b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" + noise(500)), ("MEDIA_REFUSED_FORMAT",)),
    "a film without its index": ("video", "a.mp4", cut(film, 0.4), ("MEDIA_UNREADABLE",)),
    "the first bytes of a film": ("video", "a.mp4", cut(film, 0.005), ("MEDIA_UNREADABLE",)),
    "a film with a damaged index": ("video", "a.mp4", patched(film, b"stsd", b"stsX"), ("MEDIA_CODEC", "MEDIA_UNREADABLE")),
    "a film of hours": ("video", "a.mkv", stretched, ("MEDIA_LIMIT",)),
    "boxes in boxes": ("video", "a.mp4", boxes, ("MEDIA_UNREADABLE",)),
    "sound as video": ("video", "a.mp4", lambda path: film(path, picture=None), ("MEDIA_NO_PICTURE",)),
    "a film as sound": ("audio", "a.mp4", lambda path: film(path, sound=None), ("MEDIA_NO_SOUND",)),
    "an unknown codec": ("video", "a.mkv", patched(lambda path: film(path, muxer="matroska", sound=None), b"V_MPEG4/ISO/AVC", b"V_MPEG4/ISO/XYZ"), ("MEDIA_CODEC",)),
    "too many pixels": ("video", "a.mkv", lambda path: film(path, muxer="matroska", picture="mjpeg", form="yuvj420p", sound=None, size=(8_192, 4_320), frames=1), ("MEDIA_LIMIT",)),
    "too many pictures a second": ("video", "a.mp4", lambda path: film(path, rate=240, sound=None), ("MEDIA_LIMIT",)),
    "too many streams": ("audio", "a.mkv", crowded, ("MEDIA_LIMIT",)),
    "a sound cut in its header": ("audio", "a.wav", cut(voice, 0.0003), ("MEDIA_UNREADABLE", "NOTHING_TO_JUDGE", "MEDIA_REFUSED_FORMAT")),
    "a sound of a million hertz": ("audio", "a.wav", raw(riff(1_000_000, 1, 2_000)), ("MEDIA_LIMIT",)),
    "a sound of sixty channels": ("audio", "a.wav", raw(riff(48_000, 60, 2_000)), ("MEDIA_LIMIT",)),
    "a sound without channels": ("audio", "a.wav", raw(riff(48_000, 0, 2_000)), ("MEDIA_UNREADABLE", "NOTHING_TO_JUDGE")),
    "EEG called a film": ("video", "a.mp4", edf, ("MEDIA_REFUSED_FORMAT",)),
    "a film called EEG": ("eeg", "a.edf", film, ("EEG_FORMAT",)),
    "a film called a table": ("eeg", "a.csv", film, ("EEG_FORMAT",)),
    "a workbook called a table": ("eeg", "a.csv", raw(WORKBOOK.getvalue()), ("EEG_FORMAT",)),
    "a workbook": ("eeg", "a.xlsx", raw(WORKBOOK.getvalue()), ("EEG_FORMAT",)),
    "noise called EEG": ("eeg", "a.mat", raw(noise(5_000)), ("EEG_FORMAT",)),
    "EEG cut in its header": ("eeg", "a.edf", cut(edf, 0.05), ("EEG_UNREADABLE",)),
    "EEG without samples": ("eeg", "a.edf", lambda path: path.write_bytes(edf(path).read_bytes()[:1_792]), ("EEG_UNREADABLE",)),
    "EEG of nine thousand channels": ("eeg", "a.edf", patched(edf, b"6   Fp1", b"9999Fp1"), ("EEG_UNREADABLE",)),
    "EEG with words for numbers": ("eeg", "a.edf", patched(edf, b"5       1       6", b"many    1       6"), ("EEG_UNREADABLE",)),
    "EEG of a slow amplifier": ("eeg", "a.edf", lambda path: edf(path, rate=4, seconds=30), ("EEG_RATE",)),
    "an array that ends before": ("eeg", "a.npy", raw(array("(6, 100000000)")), ("EEG_UNREADABLE",)),
    "an array of objects": ("eeg", "a.npy", objects, ("EEG_UNREADABLE",)),
    "an array with a broken header": ("eeg", "a.npy", raw(b"\x93NUMPY\x01\x00\xff\xff{'descr'"), ("EEG_UNREADABLE",)),
    "a cube": ("eeg", "a.npy", lambda path: np.save(path, np.random.default_rng(0).normal(scale=20, size=(40, 40, 40))), ("EEG_AXES",)),
    "an archive that is a bomb": ("eeg", "a.npz", archived(eeg=array("(100000000,)", kind="|u1", content=bytes(100_000_000))), ("EEG_LIMIT",)),
    "an archive that claims": ("eeg", "a.npz", archived(eeg=array("(6, 1000000000)", content=bytes(64))), ("EEG_UNREADABLE",)),
    "a broken archive": ("eeg", "a.npz", raw(b"PK\x03\x04" + noise(900)), ("EEG_UNREADABLE",)),
    "two arrays of one size": ("eeg", "a.npz", archived(one=array("(6, 200)", content=brain(6, 200).tobytes()), two=array("(6, 200)", content=brain(6, 200).tobytes())), ("EEG_VARIABLE",)),
    "a table without samples": ("eeg", "a.csv", table(HEAD), ("EEG_UNREADABLE", "EEG_RATE")),
    "a table of words": ("eeg", "a.csv", table(HEAD + "a,b,c,d,e\n" * 50), ("EEG_UNREADABLE",)),
    "a table whose times go back": ("eeg", "a.csv", table(HEAD + "".join(f"{5 - i / 256:.4f},1,2,3,4\n" for i in range(600))), ("EEG_RATE",)),
    "a table with ragged rows": ("eeg", "a.csv", table(HEAD + "".join(f"{i / 256:.4f},1,2,3\n0,0,0,0,0,0,0\n" for i in range(300))), ("EEG_UNREADABLE", "EEG_RATE", "EEG_UNIT")),
    "a table in volts": ("eeg", "a.csv", table("time,Fp1,Fp2\n" + "".join(f"{i / 256:.4f},{np.sin(i) * 9e6:.1f},{np.cos(i) * 9e6:.1f}\n" for i in range(600))), ("EEG_UNIT",)),
    "a table without a rate": ("eeg", "a.csv", table("Fp1,Fp2\n" + "".join(f"{20 * np.sin(i):.2f},{20 * np.cos(i):.2f}\n" for i in range(600))), ("EEG_RATE",)),
    "a header without a table": ("eeg", "a.csv", raw(b"\n\n\n"), ("EEG_UNREADABLE",)),
    "a film called a transcript": ("text", "a.srt", film, ("TEXT_UNREADABLE",)),
    "noise called a transcript": ("text", "a.txt", raw(noise(5_000)), ("TEXT_UNREADABLE",)),
    "a document called a transcript": ("text", "a.txt", raw(b"%PDF-1.7\n" + noise(5_000)), ("TEXT_UNREADABLE",)),
    "blanks": ("text", "a.txt", raw(b" \n\t\n" * 100), ("TEXT_EMPTY", "MEDIA_EMPTY")),
    "times without words": ("text", "a.vtt", raw(b"WEBVTT\n\n00:01.000 --> 00:02.000\n\n"), ("TEXT_EMPTY",)),
    "sounds without words": ("text", "a.srt", raw(b"1\n00:00:01,000 --> 00:00:02,000\n[music]\n\n"), ("TEXT_EMPTY",)),
    "captions of hours": ("text", "a.srt", raw(CAPTIONS.replace("00:00:03", "02:00:03").replace("00:00:04", "02:00:04").encode()), ("TEXT_LIMIT",)),
    "a hundred thousand lines": ("text", "a.txt", raw(b"I am so glad.\n" * 100_000), ("TEXT_LIMIT",)),
    "a huge transcript": ("text", "a.txt", raw(b"I am so glad that you came. " * 700_000), ("TEXT_LIMIT",)),
    "an XML bomb": ("text", "a.eaf", raw((BOMB + "]><ANNOTATION_DOCUMENT>&x11;</ANNOTATION_DOCUMENT>").encode()), ("TEXT_UNREADABLE",)),
    "a broken ELAN file": ("text", "a.eaf", raw(b'<?xml version="1.0"?><ANNOTATION_DOCUMENT><TIME_ORDER>'), ("TEXT_UNREADABLE",)),
    "a table of numbers as a transcript": ("text", "a.csv", lambda path: sheet(path), ("TEXT_UNREADABLE", "TEXT_EMPTY")),
}  # fmt: skip
