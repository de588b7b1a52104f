"""What does analysing a video cost over decoding it, and does memory grow with its length?

The floor is PyAV decoding sound and picture of the same file with the same threads and dropping everything.
Each measurement is a process of its own; the clock runs once it has imported and loaded what it needs, which has a row of its own.
The films are 720p at 30 frames a second, H.264 and AAC: all clips after one another, encoded once and then repeated packet by packet.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av

SIZE, RATE, HERTZ = (1280, 720), 30, 48_000
YUNET = "yunet_n_320_320.onnx"
QUESTIONS = {
    "analysis": "What does analysing cost over decoding?",
    "reading": "What do reading sound and following faces alone cost over decoding?",
}


def main() -> None:
    """Make the films, measure, print a table, and keep the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", default="1,10,60", help="lengths, with commas between (1,10,60)")
    parser.add_argument(
        "--runs", type=int, default=3, help="of each measurement, up to half an hour of film in all; their median counts (3)"
    )
    parser.add_argument("--clip", type=Path, help="what the films are made of (all of ../shared/data/clips, else the demo's)")
    parser.add_argument("--models", type=Path, default=Path("../shared/models"), help=f"holds {YUNET}, where it is not at home yet")
    parser.add_argument("--docs", type=Path, default=Path("docs"), help="where rows are kept (docs)")
    parser.add_argument("--only", choices=QUESTIONS, help="one question instead of both")
    parser.add_argument("--measure", nargs=2, metavar=("WHAT", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.measure[0], Path(options.measure[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        base = encoded([options.clip] if options.clip else clips(Path(folder)), Path(folder) / "base.mp4")
        home = at_home(options.models, Path(folder))
        print(f"{'size':>24} {'what':>9} {'seconds':>8} {'ratio':>6} {'video s/s':>9} {'peak MB':>8} {'process s':>9}")
        for minutes in map(int, options.minutes.split(",")):
            film = repeated(base, Path(folder) / "film.mp4", minutes * 60)
            report(film, minutes, options, home)
            film.unlink()


def report(film: Path, minutes: int, options: argparse.Namespace, home: str | None) -> None:
    """Measure everything on one film in turns, print it and keep the rows."""
    from emofuse.evaluation.record import BENCHMARKS, origin
    from emofuse.run import commit

    wanted = [what for what in QUESTIONS if options.only in (None, what)]
    found: dict[str, list[dict[str, float]]] = {what: [] for what in ("floor", *wanted)}
    for _ in range(max(1, min(options.runs, 30 // minutes))):
        for what in found:
            found[what].append(measured(what, film, home))
    size = f"{minutes} min of 720p at 30/s"
    middle = {what: {key: statistics.median(run[key] for run in runs) for key in runs[0]} for what, runs in found.items()}
    floor = middle["floor"]
    for what, ours in middle.items():
        ratio = ours["seconds"] / floor["seconds"]
        rest = f"{ratio:6.2f} {60 * minutes / ours['seconds']:9.1f} {ours['peak']:8.0f} {ours['process']:9.2f}"
        print(f"{size:>24} {what:>9} {ours['seconds']:8.2f} {rest}", flush=True)
        if what in QUESTIONS:
            row = {
                "question": QUESTIONS[what],
                "size": size,
                "floor": f"{floor['seconds']:.2f} s",
                "ours": f"{ours['seconds']:.2f} s ({60 * minutes / ours['seconds']:.0f} s of video a second)",
                "ratio": round(ratio, 3),
                "memory": f"{ours['peak']:.0f} MB (floor {floor['peak']:.0f} MB)",
                **origin(f"python benchmarks/analysis.py --minutes {minutes}", commit()),
            }
            BENCHMARKS.add(options.docs, row)


def measured(what: str, film: Path, home: str | None) -> dict[str, float]:
    """Seconds and peak MB of one measurement in a process of its own."""
    environment = os.environ | ({"EMOFUSE_HOME": home} if home else {})
    begun = time.perf_counter()
    child = subprocess.run(
        [sys.executable, __file__, "--measure", what, str(film)], env=environment, capture_output=True, text=True, check=False
    )
    if child.returncode:
        raise SystemExit(f"measuring {what} failed:\n{child.stderr}")
    result: dict[str, float] = json.loads(child.stdout.splitlines()[-1])
    return result | {"process": time.perf_counter() - begun}


def measure(what: str, film: Path) -> None:
    """What a child does: one thing, with the clock running."""
    work = {"floor": decode, "reading": read, "analysis": analyse}[what]
    seconds = work(film)
    print(json.dumps({"seconds": seconds, "peak": peak()}))


def peak() -> float:
    """Most memory this process ever had, in MB; Linux's ru_maxrss would also count the parent's at the time of the fork."""
    try:
        (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) / 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)


def decode(film: Path) -> float:
    """The floor: sound and picture decoded and dropped."""
    begun = time.perf_counter()
    with av.open(str(film)) as file:
        for stream in file.streams:
            stream.thread_type = "AUTO"
        for _ in file.decode():
            pass
    return time.perf_counter() - begun


def read(film: Path) -> float:
    """Sound and faces as recognizers get them."""
    from emofuse.media.files import clip_from_files

    begun = time.perf_counter()
    clip = clip_from_files(film)
    for _ in clip.chunks(frozenset(clip.sources), 10_000):
        pass
    return time.perf_counter() - begun


def analyse(film: Path) -> float:
    """All of it: faces, voice, networks, one timeline."""
    from emofuse.analysis import analyze_file, recognizer

    recognizer()  # loaded once, however many films are analysed; benchmarks/inference.py says how long that takes
    begun = time.perf_counter()
    answer = analyze_file(film)
    answer.spans()
    return time.perf_counter() - begun


def clips(folder: Path) -> list[Path]:
    """All real clips where there are any, else the demo's."""
    found = sorted(Path("../shared/data/clips").glob("*.mp4"))
    if found:
        return found
    from emofuse.demo import main as demo

    demo([str(folder / "demo.mp4")])
    return [folder / "demo.mp4"]


def at_home(models: Path, folder: Path) -> str | None:
    """An EMOFUSE_HOME with YuNet's weights, where they are named; None where the user's own has to do."""
    if not (models / YUNET).is_file():
        return None
    (folder / "home").mkdir()
    shutil.copy(models / YUNET, folder / "home" / YUNET)
    return str(folder / "home")


def encoded(sources: Sequence[Path], target: Path) -> Path:
    """Clips after one another as 720p at 30 frames a second, H.264 and AAC; frames are repeated where there are fewer."""
    with av.open(str(target), "w") as new:
        video = new.add_stream("libx264", rate=RATE, options={"preset": "medium", "crf": "23"})
        video.width, video.height, video.pix_fmt = *SIZE, "yuv420p"
        audio = new.add_stream("aac", rate=HERTZ, layout="mono")
        count = heard = 0
        for source in sources:
            first, resampler = count, av.AudioResampler("fltp", "mono", HERTZ)
            heard = max(heard, round(count / RATE * HERTZ))  # sound begins with its picture
            with av.open(str(source)) as old:
                for frame in old.decode():
                    if isinstance(frame, av.AudioFrame):
                        for block in resampler.resample(frame):
                            block.pts, block.time_base = heard, Fraction(1, HERTZ)
                            heard += block.samples
                            new.mux(audio.encode(block))
                        continue
                    scaled = frame.reformat(*SIZE, "yuv420p")
                    while (count - first) / RATE <= (frame.time or 0) + 1e-6:
                        scaled.pts, scaled.time_base = count, Fraction(1, RATE)
                        new.mux(video.encode(scaled))
                        count += 1
        new.mux(video.encode(None))
        new.mux(audio.encode(None))
    return target


def repeated(base: Path, target: Path, seconds: int) -> Path:
    """A film of that many seconds out of copies of a short one, without encoding anything again."""
    with av.open(str(base)) as old:
        packets = [packet for packet in old.demux() if packet.dts is not None]
        times = [float(packet.pts * packet.time_base) for packet in packets]
        video = old.streams.video[0]
        round_trip = float(video.frames / Fraction(RATE))
        before: dict[int, int] = {}
        with av.open(str(target), "w") as new:
            streams: Sequence = [new.add_stream_from_template(stream) for stream in old.streams]
            originals = [(packet.pts, packet.dts) for packet in packets]
            for lap in range(-(-seconds // int(round_trip))):
                for packet, time_, (pts, dts) in zip(packets, times, originals, strict=True):
                    shift = round(Fraction(video.frames * lap, RATE) / packet.time_base)
                    index = packet.stream.index
                    late = packet.stream.type == "audio" and time_ >= round_trip
                    if late or time_ + lap * round_trip >= seconds or dts + shift <= before.get(index, dts + shift - 1):
                        continue
                    before[index] = dts + shift
                    copy = av.Packet(bytes(packet))
                    copy.pts, copy.dts, copy.time_base, copy.duration = pts + shift, dts + shift, packet.time_base, packet.duration
                    copy.is_keyframe = packet.is_keyframe
                    copy.stream = streams[index]
                    new.mux(copy)
    return target


if __name__ == "__main__":
    main()
