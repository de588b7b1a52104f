"""Frames from a place of a recording on, until it ends or is damaged."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from emofuse.media.probe import packets

if TYPE_CHECKING:
    from av import AudioFrame, VideoFrame
    from av.container import InputContainer
    from av.stream import Stream


def decoded(
    container: "InputContainer", stream: "Stream", seconds: float, damaged: list[float] | None = None
) -> "Iterator[VideoFrame | AudioFrame]":
    """What is decoded from a place on; nothing more where it is damaged, of which `damaged` is told."""
    import av

    if seconds > 0.5 and stream.time_base:
        try:
            container.seek(round(seconds / float(stream.time_base)) + (stream.start_time or 0), stream=stream)
        except av.error.FFmpegError:
            return
    walked = packets(container, [stream])  # type: ignore[list-item]  # a picture or sound, as its callers see to
    while True:
        try:
            packet = next(walked, None)
            if packet is None:
                return
            yield from packet.decode()  # type: ignore[misc]  # frames, as subtitles are not asked for
        except av.error.EOFError:
            return
        except (av.error.FFmpegError, ValueError):
            if damaged is not None:
                damaged.append(seconds)
            return
