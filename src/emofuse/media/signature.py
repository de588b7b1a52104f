"""What the first bytes of a file say it is.

FFmpeg decides by scoring every format it knows, and some of those are scripts that open other files and hosts:
playlists, concatenation lists, session descriptions, manifests, filter graphs, patterns of picture names, drawings.
So the decision is made here, from the content and never from the name, and FFmpeg is then told what to use.
"""

import re

HEAD = 8_192  # bytes; what has to be read to decide: an EBML header, a few MPEG frames, forty transport packets

DEMUXERS = {  # container -> the one FFmpeg demuxer that may read it
    "mp4": "mov",
    "mov": "mov",
    "m4a": "mov",
    "mkv": "matroska",
    "webm": "matroska",
    "avi": "avi",
    "mpg": "mpeg",
    "ts": "mpegts",
    "wav": "wav",
    "flac": "flac",
    "mp3": "mp3",
    "ogg": "ogg",
    "opus": "ogg",
}

_ATOMS = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")  # how QuickTime files without ftyp begin

_BINARIES = (  # (offset, bytes, what to call it)
    (0, b"\x89PNG\r\n", "a still picture (PNG)"),
    (0, b"\xff\xd8\xff", "a still picture (JPEG)"),
    (0, b"GIF8", "a picture (GIF)"),
    (0, b"BM", "a still picture (BMP)"),
    (0, b"II*\0", "a still picture (TIFF)"),
    (0, b"MM\0*", "a still picture (TIFF)"),
    (8, b"WEBP", "a picture (WebP)"),
    (4, b"ftypavif", "a still picture (AVIF)"),
    (4, b"ftypheic", "a still picture (HEIC)"),
    (4, b"ftypmif1", "a still picture (HEIF)"),
    (0, b"PK\x03\x04", "a ZIP archive or an office document"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"7z\xbc\xaf", "a 7-Zip archive"),
    (0, b"Rar!", "a RAR archive"),
    (0, b"%PDF", "a PDF document"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ", "a program"),
    (0, b"\xd0\xcf\x11\xe0", "an old office document"),
    (0, b"\x30\x26\xb2\x75", "a Windows Media file (ASF)"),
    (0, b"FLV\x01", "a Flash video"),
    (0, b".RMF", "a RealMedia file"),
)

_SCRIPTS = (  # (what the beginning of the text looks like, what to call it)
    (r"#extm3u|#ext-x-", "an HLS playlist"),
    (r"ffconcat\s+version", "an ffconcat script"),
    (r"v=0\s+(?:[a-z]=|$)", "an SDP session description"),
    (r"(?:<[?!][^>]*>\s*)*<mpd[\s>]", "a DASH manifest"),
    (r"(?:<[?!][^>]*>\s*)*<svg[\s>]", "an SVG drawing"),
    (r"(?:<[?!][^>]*>\s*)*<(?:smil|asx|playlist|smoothstreamingmedia|wpl)[\s>]|\[(?:playlist|reference)\]|rtsptext|smiltext", "a playlist"),
    (r"(?:<[?!][^>]*>\s*)*<html[\s>]", "a web page"),
    (r"(?:file|duration|inpoint|outpoint|stream)\s+\S", "a list of files to concatenate"),
    (r"(?:concat|subfile|crypto|data|https?|tcp|udp|rtmp|rtp|rtsp|pipe|file|async|cache):\S", "an address"),
    (r"[^\s]*%\d*d\S*\s*$", "a pattern of picture names (image2)"),
    (
        r"(?:\[\w+\])?\s*(?:a?movie|\w*src\d*|color\w*|smptebars|smptehdbars|mandelbrot|life|cellauto|sierpinski)\s*[=\[,;]",
        "a filter graph",
    ),
)


def container(head: bytes) -> str | None:
    """The container that a file with these first bytes is, a key of `DEMUXERS`; None where it is none of them.

    Example:
        >>> container(b"RIFF....WAVEfmt ")
        'wav'
        >>> container(b"#EXTM3U") is None
        True
    """
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in (b"avif", b"heic", b"heix", b"mif1", b"msf1", b"crx "):
            return None
        return {b"M4A ": "m4a", b"M4B ": "m4a", b"qt  ": "mov"}.get(brand, "mp4")
    if head[4:8] in _ATOMS:
        return "mov"
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "webm" if b"webm" in head[:80] else "mkv" if b"matroska" in head[:80] else None
    if head[:4] in (b"RIFF", b"RF64"):
        return {b"WAVE": "wav", b"AVI ": "avi"}.get(head[8:12])
    if head[:4] == b"OggS":
        return "opus" if b"OpusHead" in head[:80] else "ogg"
    if head[:4] == b"fLaC":
        return "flac"
    if head[:4] == b"\0\0\x01\xba":
        return "mpg"
    if _is_transport_stream(head):
        return "ts"
    return "mp3" if head[:3] == b"ID3" or _is_mp3(head) else None


def description(head: bytes) -> str:
    """What a file that is no recording seems to be, as the end of the sentence "This is ...".

    Example:
        >>> description(b"#EXTM3U" + bytes([10]) + b"http://example.org/a.ts")
        'an HLS playlist'
    """
    for offset, magic, name in _BINARIES:
        if head[offset : offset + len(magic)] == magic:
            return name
    text = _text(head)
    if text is None:
        return "none of the recordings known here"
    plain = text.lstrip("\ufeff \t\r\n\f").lower()
    return next((name for pattern, name in _SCRIPTS if re.match(pattern, plain)), "text")


def _text(head: bytes) -> str | None:
    """The bytes as text, None where they are none; the last character may have been cut."""
    if not head.strip(b"\0"):
        return None
    wide = head[:2] in (b"\xff\xfe", b"\xfe\xff")
    text = head.decode("utf-16" if wide else "utf-8", errors="replace")
    odd = sum(character == "\ufffd" or (character < " " and character not in "\t\r\n\f") for character in text)
    return text if odd <= max(1, len(text) // 100) else None


def _is_transport_stream(head: bytes) -> bool:
    """Whether the sync byte comes back with every packet: 188 bytes, or 192 with a time code before each."""
    return any(
        len(head) >= first + 4 * size and all(head[at] == 0x47 for at in range(first, min(len(head), first + 8 * size), size))
        for first, size in ((0, 188), (4, 192))
    )


def _is_mp3(head: bytes) -> bool:
    """Whether two MPEG layer III frames follow each other, which text or noise hardly ever imitates."""
    size = _mp3_frame(head[:4])
    return size > 0 and (_mp3_frame(head[size : size + 4]) > 0 or len(head) <= size + 4)


def _mp3_frame(header: bytes) -> int:
    """Bytes of the layer III frame that this header begins; 0 where it begins none. Source: ISO 11172-3, 2.4.2.3."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version = header[1] >> 3 & 3  # 3: MPEG 1; 2: MPEG 2; 0: MPEG 2.5; 1 is reserved
    bit_rate, rate = header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or bit_rate in (0, 15) or rate == 3:
        return 0
    first = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
    second = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
    kilobits = (first if version == 3 else second)[bit_rate - 1]
    hertz = (44_100, 48_000, 32_000)[rate] >> {3: 0, 2: 1, 0: 2}[version]
    return (144 if version == 3 else 72) * kilobits * 1_000 // hertz + (header[2] >> 1 & 1)
