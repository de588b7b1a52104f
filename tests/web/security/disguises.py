"""Files that pretend to be recordings and point to others: to a neighbour, to a pipe that keeps whoever opens it, to a port that counts.

Each takes what it points to: {port}, {neighbour} (a name beside it), {victim} (a whole path).
"""

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

Writer = Callable[[Path, dict[str, object]], None]


def said(text: str) -> Writer:
    """A text with what it points to filled in."""

    def write(path: Path, to: dict[str, object]) -> None:
        path.write_text(text.format(**to), encoding="utf-8")

    return write


def after(head: bytes, text: str) -> Writer:
    """The same behind a few bytes."""

    def write(path: Path, to: dict[str, object]) -> None:
        path.write_bytes(head + text.format(**to).encode())

    return write


def archive(path: Path, to: dict[str, object]) -> None:
    """An archive that unpacks a thousandfold."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("playlist.m3u8", HLS.format(**to))
        file.writestr("zeros", bytes(20_000_000))
    path.write_bytes(packed.getvalue())


def refers(path: Path, to: dict[str, object]) -> None:
    """A QuickTime file that is nothing but a reference to another (rmra, rdrf)."""
    target = f"http://127.0.0.1:{to['port']}/x.mov\0".encode()
    rdrf = box(b"rdrf", bytes(4) + b"url " + struct.pack(">I", len(target)) + target)
    path.write_bytes(box(b"ftyp", b"qt  " + bytes(4) + b"qt  ") + box(b"moov", box(b"rmra", box(b"rmda", rdrf))))


def box(kind: bytes, content: bytes) -> bytes:
    """A box of QuickTime's."""
    return struct.pack(">I", 8 + len(content)) + kind + content


def ebml(text: str) -> Writer:
    """Matroska's first four bytes and then a script."""
    return after(b"\x1a\x45\xdf\xa3\x84\x42\x82\x81\x00", text)


HLS = "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:{port}/a.ts\n#EXTINF:5,\n{victim}\n#EXT-X-ENDLIST\n"
CONCAT = "ffconcat version 1.0\nfile '{neighbour}'\n"
DASH = (
    '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT5S"><Period>'
    '<AdaptationSet><Representation id="1" mimeType="video/mp4"><BaseURL>http://127.0.0.1:{port}/c.mp4</BaseURL>'
    "</Representation></AdaptationSet></Period></MPD>"
)
SDP = "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\na=control:rtsp://127.0.0.1:{port}/\nm=video {port} RTP/AVP 96\n"
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><image href="http://127.0.0.1:{port}/d.png"/><image href="file://{victim}"/></svg>'
PLAYLIST = "<playlist><track><location>http://127.0.0.1:{port}/e.mp4</location></track></playlist>"

DISGUISES: dict[str, tuple[str, str, Writer]] = {  # what it is -> role, name, how it is written
    "hls": ("video", "clip.mp4", said(HLS)),
    "hls as sound": ("audio", "clip.wav", said(HLS)),
    "hls as matroska": ("video", "clip.mkv", said(HLS)),
    "hls with a byte order mark": ("video", "clip.mp4", said("\ufeff\n" + HLS)),
    "hls as a transcript": ("text", "clip.srt", said(HLS)),
    "hls as EEG": ("eeg", "clip.csv", said(HLS)),
    "ffconcat of a neighbour": ("video", "clip.mp4", said(CONCAT)),
    "ffconcat of a whole path": ("video", "clip.mp4", said("ffconcat version 1.0\nfile '{victim}'\nduration 2\n")),
    "ffconcat as sound": ("audio", "clip.wav", said(CONCAT)),
    "a list of files": ("video", "clip.mkv", said("file '{victim}'\nfile 'tcp://127.0.0.1:{port}'\n")),
    "sdp": ("video", "clip.mp4", said(SDP)),
    "sdp as sound": ("audio", "clip.wav", said(SDP)),
    "dash": ("video", "clip.mp4", said(DASH)),
    "dash as webm": ("video", "clip.webm", said(DASH)),
    "smooth streaming": ("video", "clip.mp4", said("<SmoothStreamingMedia MajorVersion='2'><x u='http://127.0.0.1:{port}/'/>")),
    "image2": ("video", "clip.mp4", said("{victim}%03d.png\n")),
    "lavfi": ("video", "clip.mp4", said("movie={victim}[out0]")),
    "lavfi sound": ("audio", "clip.wav", said("amovie={victim}[out0]")),
    "svg": ("video", "clip.mp4", said(SVG)),
    "svg as a transcript": ("text", "clip.eaf", said(SVG)),
    "playlist": ("video", "clip.mkv", said(PLAYLIST)),
    "asx": ("audio", "clip.wav", said('<asx version="3.0"><entry><ref href="http://127.0.0.1:{port}/f.wma"/></entry></asx>')),
    "quicktime reference": ("video", "clip.mov", said("[Reference]\nRef1=http://127.0.0.1:{port}/f.mov\n")),
    "quicktime that refers": ("video", "clip.mov", refers),
    "address": ("video", "clip.mp4", said("concat:{victim}|http://127.0.0.1:{port}/g.ts")),
    "web page": ("video", "clip.mp4", said("<!doctype html><html><video src='http://127.0.0.1:{port}/h.mp4'></html>")),
    "archive": ("video", "clip.mp4", archive),
    "archive as a transcript": ("text", "clip.txt", archive),
    "a script behind a box": ("video", "clip.mp4", after(box(b"ftyp", b"isom" + bytes(4) + b"isom"), HLS)),
    "a script behind a short box": ("video", "clip.mp4", after(b"\0\0\0\x08ftyp", CONCAT)),
    "a script behind RIFF": ("audio", "clip.wav", after(b"RIFF\x24\0\0\0WAVE", CONCAT)),
    "a script behind ID3": ("audio", "clip.mp3", after(b"ID3\x04\0\0\0\0\0\x00", HLS)),
    "a script behind Ogg": ("audio", "clip.ogg", after(b"OggS", HLS)),
    "a script behind Matroska": ("video", "clip.mkv", ebml(CONCAT)),
    "a script behind zeros": ("video", "clip.mp4", after(bytes(16), HLS)),
    "a script behind a transport stream": ("video", "clip.ts", after((b"G" + bytes(187)) * 6, HLS)),
    "elan that includes": (
        "text",
        "clip.eaf",
        said('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file://{victim}">]><ANNOTATION_DOCUMENT>&x;</ANNOTATION_DOCUMENT>'),
    ),
    "brainvision": ("eeg", "clip.vhdr", said("Brain Vision Data Exchange Header File Version 1.0\n[Common Infos]\nDataFile={victim}\n")),
    "fif": ("eeg", "clip.fif", after(b"\0\0\0\x64\0\0\0\x1f\0\0\0\x14\0\0\0\0", "{victim}")),
}
