"""Does the result page follow: seeking (U3), the caption in step with the film (U4), and an hour's curves (U5)?

A film of ten minutes and an answer of an hour are made up, served as `emofuse serve` serves them, and looked at in Chromium.
The floor is what each bar allows. Needs the extra `web` and Chromium.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from emofuse.evaluation.record import BENCHMARKS, origin
from emofuse.run import commit

LABELS = ("anger", "calm", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
LANES = ("fused", "face", "voice", "eeg")
SEEKS, PLAYED, ZOOMS, MOVES = 50, 40, 12, 40  # clicks; s of film; clicks; moves of the mouse
FRAME_RATE = 24
SEED = 0
CHROMIUM = "/usr/bin/chromium"


def main() -> None:
    """Measure, print a table, and keep the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=10, help="of the film that is sought in (10)")
    parser.add_argument("--docs", type=Path, default=Path("docs"), help="where rows are kept (docs)")
    parser.add_argument("--keep", action=argparse.BooleanOptionalAction, default=True, help="whether rows are kept")
    parser.add_argument("--only", choices=("film", "hour"), help="one of the two pages")
    parser.add_argument("--chromium", default=CHROMIUM)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as site:
        film_page, hour_page = filled(Path(folder), options.minutes if options.only != "hour" else 1)
        rows = measured(site, film_page, hour_page, options)
    for row in rows:
        print(f"{row['question']} | {row['size']} | {row['floor']} | {row['ours']} | {row['ratio']}")
        if options.keep:
            BENCHMARKS.add(options.docs, row | {"memory": None} | origin("python benchmarks/web_result.py", commit()))
    over = [row["size"] for row in rows if row["ratio"] > 1]
    sys.exit(f"Over the bar: {'; '.join(over)}" if over else 0)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The site on a port of its own, with a database of its own; nothing analyses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = str(folder / "home")
    said = {"EMOFUSE_WEB_HOME": home, "DJANGO_SETTINGS_MODULE": "emofuse_web.config.settings", "OMP_NUM_THREADS": "1"}
    os.environ.update(said)
    for command in (["migrate", "-v0"], ["createcachetable", "-v0"], ["collectstatic", "--noinput", "-v0"]):
        subprocess.run([sys.executable, "-m", "emofuse_web", *command], check=True)
    way = ["-m", "gunicorn", "emofuse_web.config.wsgi:application", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "8"]
    site = subprocess.Popen([sys.executable, *way, "--log-level", "warning"])
    try:
        for _ in range(100):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        site.terminate()
        site.wait()


def filled(folder: Path, minutes: int) -> tuple[str, str]:
    """A sample with a film, and another with an hour of curves; their addresses."""
    import django

    django.setup()
    film = folder / "film.mp4"
    encoded(film, minutes * 60)
    short = kept(answer(minutes * 60, hertz=5, lanes=LANES[:2], span=2_000), {"proxy": (film.read_bytes(), "video/mp4")})
    hour = kept(answer(3_600, hertz=4, lanes=LANES, span=1_500), {})
    return f"/analyses/{short}/", f"/analyses/{hour}/"


def encoded(path: Path, seconds: int) -> None:
    """A film as our proxies are: H.264, a key frame each second, the index in front."""
    import av

    generator = np.random.default_rng(SEED)
    scene = generator.integers(0, 255, (45, 80, 3), dtype=np.uint8).repeat(8, axis=0).repeat(8, axis=1)
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as film:
        stream = film.add_stream("libx264", rate=FRAME_RATE, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = scene.shape[1], scene.shape[0], "yuv420p"
        stream.codec_context.gop_size = FRAME_RATE
        for i in range(seconds * FRAME_RATE):
            frame = av.VideoFrame.from_ndarray(np.roll(scene, i, axis=1), format="rgb24")
            frame.pts, frame.time_base = i, Fraction(1, FRAME_RATE)
            film.mux(stream.encode(frame))
        film.mux(stream.encode())


def answer(seconds: int, *, hertz: int, lanes: Sequence[str], span: int) -> dict[str, Any]:
    """A document as `emofuse analyze` writes it (docs/timeline.schema.json); spans last about `span` ms."""
    generator = np.random.default_rng(SEED)
    duration, count, step = seconds * 1_000, seconds * hertz, 1_000 // hertz
    made = []
    for name in lanes:
        walk = np.cumsum(generator.normal(0, 0.35, (count, len(LABELS))), axis=0)
        walk -= walk.mean(axis=0)
        p = np.exp(walk % 6)
        p /= p.sum(axis=1, keepdims=True)
        edges = np.unique(np.concatenate([[0], np.cumsum(generator.integers(span // 2, 3 * span // 2, duration // span * 2)), [duration]]))
        edges = edges[edges <= duration].tolist()
        spans = [
            {
                "start": a,
                "end": b,
                "label": LABELS[i % len(LABELS)],
                "probability": round(float(generator.uniform(0.3, 0.95)), 4),
                "uncertain": bool(generator.random() < 0.2),
                "absent": None,
            }
            for i, (a, b) in enumerate(zip(edges, edges[1:], strict=False))
        ]
        starts = list(range(0, duration, step))
        made.append(
            {
                "name": name,
                "labels": list(LABELS),
                "label": LABELS[0],
                "pooled": {label: 1 / len(LABELS) for label in LABELS},
                "threshold": 0.2,
                "spans": spans,
                "curves": {
                    "start": starts,
                    "end": [start + step for start in starts],
                    "absent": [None] * count,
                    "p": {label: np.round(p[:, i], 4).tolist() for i, label in enumerate(LABELS)},
                },
            }
        )
    said = {"schema": "emofuse-timeline/1", "limits": "A figure made up.", "source": {"name": "made up"}, "duration": duration}
    return said | {"models": [], "facts": {}, "notes": [], "lanes": made}


def kept(said: dict[str, Any], files: Mapping[str, tuple[bytes, str]]) -> str:
    """A sample analysis with these files; its id."""
    from django.utils import timezone

    from emofuse_web.analyses.lanes import Lane, packed
    from emofuse_web.analyses.models import Analysis, Artifact
    from emofuse_web.jobs.models import Job
    from emofuse_web.storage import storage

    now = timezone.now()
    job = Job.objects.create(kind="analysis", status="succeeded", started=now, finished=now, progress=1.0)
    asked = {"model": "best", "purpose": "research", "setting": "elsewhere", "notice": "1", "consent": now, "retention_days": 30}
    analysis = Analysis.objects.create(sample=True, job=job, mode="av", label="made up", expires=now + timedelta(days=30), **asked)
    lanes = [
        Lane(
            lane["name"],
            tuple(lane["labels"]),
            np.array(lane["curves"]["start"]),
            np.array(lane["curves"]["end"]),
            np.array([lane["curves"]["p"][label] for label in lane["labels"]], dtype=np.float32).T,
        )
        for lane in said["lanes"]
    ]
    every = {"json": (json.dumps(said).encode(), "application/json"), "lanes": (packed(lanes), "application/octet-stream"), **files}
    with tempfile.TemporaryDirectory() as folder:
        for kind, (content, media_type) in every.items():
            digest = hashlib.sha256(content).hexdigest()
            row = Artifact.objects.create(analysis=analysis, kind=kind, media_type=media_type, size=len(content), digest=digest, attempt=1)
            place = Path(folder) / "file"
            place.write_bytes(content)
            storage().put(f"artifacts/{row.id}", place)
    return str(analysis.id)


def measured(site: str, film_page: str, hour_page: str, options: argparse.Namespace) -> list[dict[str, Any]]:
    """All figures, in the form of a row each."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=options.chromium, args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        trouble: list[str] = []
        page.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: trouble.append(str(error)))
        rows: list[dict[str, Any]] = []
        if options.only != "hour":
            page.goto(site + film_page)
            page.wait_for_selector("html.result-ready")
            until(page, "document.getElementById('media').readyState >= 2")
            rows += [*seeking(page, options.minutes), *playing(page)]
        if options.only != "film":
            rows += hour(page, site + hour_page)
        browser.close()
    if trouble:
        sys.exit(f"The browser complained: {trouble[:5]}")
    return rows


def seeking(page: Any, minutes: int) -> list[dict[str, Any]]:
    """U3: clicks on spans, far apart in the film."""
    spans = page.evaluate("fetch(JSON.parse(document.getElementById('result-said').textContent).timeline).then((r) => r.json())")
    starts, ends = spans["lanes"][0]["spans"]["start"], spans["lanes"][0]["spans"]["end"]
    page.evaluate(
        """() => {
          const media = document.getElementById('media');
          window.seeks = [];
          document.addEventListener('click', (event) => (window.clicked = event.timeStamp), true);
          media.addEventListener('seeked', (event) => window.seeks.push([event.timeStamp - window.clicked, media.currentTime]));
        }"""
    )
    page.locator(".lane-strip").first.scroll_into_view_if_needed()
    box = page.locator(".lane-strip").first.bounding_box()
    took, off = [], []
    for i in random.Random(SEED).sample(range(len(starts)), SEEKS):
        middle = (starts[i] + ends[i]) / 2 / spans["duration"]
        before = page.evaluate("seeks.length")
        page.mouse.click(box["x"] + middle * box["width"], box["y"] + box["height"] / 2)
        until(page, f"seeks.length > {before}")
        ms, at = page.evaluate("seeks.at(-1)")
        took.append(ms)
        off.append(min(abs(at - start / 1_000) for start in starts[max(i - 1, 0) : i + 2]))  # a pixel may belong to a neighbour
    size = f"{SEEKS} random spans of {minutes} min"
    return [
        row("How soon and how exactly does a click on a span seek (U3)?", f"{size}: seeked, p95", "500 ms", at95(took), "ms", 500),
        row("How soon and how exactly does a click on a span seek (U3)?", f"{size}: off its start, most", "0.10 s", max(off), "s", 0.1),
    ]


def playing(page: Any) -> list[dict[str, Any]]:
    """U4: how far the film is into a span when the caption says so."""
    page.evaluate(
        """() => {
          const media = document.getElementById('media');
          const caption = document.getElementById('caption');
          const said = JSON.parse(document.getElementById('result-said').textContent);
          window.lags = [];
          return fetch(said.timeline).then((r) => r.json()).then(({ lanes }) => {
            new MutationObserver(() => window.lags.push(1000 * media.currentTime - lanes[0].spans.start[Number(caption.dataset.span)]))
              .observe(caption, { attributes: true, attributeFilter: ['data-span'] });
            media.muted = true;
            media.currentTime = 5;
            return media.play();
          });
        }"""
    )
    page.wait_for_timeout(1_000)
    page.evaluate("window.lags.length = 0")
    page.wait_for_timeout(PLAYED * 1_000)
    lags = page.evaluate("window.lags")
    page.evaluate("document.getElementById('media').pause()")
    assert len(lags) > 5, "the film did not play"
    lag = at95([abs(ms) for ms in lags])
    return [row("Is the caption in step with the film (U4)?", f"{len(lags)} changes in {PLAYED} s of play, p95", "100 ms", lag, "ms", 100)]


def hour(page: Any, address: str) -> list[dict[str, Any]]:
    """U5: 460,800 values: their size on the way, the first paint, and what zooming and moving cost."""
    painted, sent = [], 0
    for _ in range(5):
        page.goto(address)
        until(page, "performance.getEntriesByName('result-painted').length > 0")
        painted.append(page.evaluate("performance.getEntriesByName('result-painted')[0].duration"))
        sent = page.evaluate("performance.getEntriesByType('resource').find(({ name }) => name.endsWith('timeline.json')).encodedBodySize")
    page.evaluate(
        """() => {
          window.slow = [];
          new PerformanceObserver((list) => list.getEntries().forEach((e) => window.slow.push([e.name, e.duration])))
            .observe({ type: 'event', durationThreshold: 16, buffered: false });
        }"""
    )
    for i in range(ZOOMS):
        page.click(f'[data-do="{"in" if i < ZOOMS - 3 else "out"}"]')
        page.wait_for_timeout(400)
    zoomed = page.evaluate("window.slow.map(([, ms]) => ms)")
    page.click('[data-do="all"]')
    page.wait_for_timeout(500)
    page.evaluate(
        """() => {
          window.moves = [];
          document.addEventListener('mousemove', (event) => requestAnimationFrame(() => setTimeout(() =>
            window.moves.push(performance.now() - event.timeStamp))), true);
        }"""
    )
    page.locator(".curve").first.scroll_into_view_if_needed()
    box = page.locator(".curve").first.bounding_box()
    for i in range(MOVES):
        page.mouse.move(box["x"] + 20 + i * (box["width"] - 40) / MOVES, box["y"] + 30)
        page.wait_for_timeout(30)
    moved = page.evaluate("window.moves")
    question, size = "An hour of curves, 460,800 values (U5)", "60 min x 8 labels x 4 lanes at 4 Hz"
    return [
        row(question, f"{size}: first paint after the data, worst of 5", "1,000 ms", max(painted), "ms", 1_000),
        row(question, f"{size}: sent, gzip", "1,048,576 bytes", sent, "bytes", 2**20),
        row(question, f"{size}: {ZOOMS} zooms, worst", "200 ms", max(zoomed, default=16.0), "ms", 200),
        row(question, f"{size}: {len(moved)} moves of the cursor, p95", "200 ms", at95(moved), "ms", 200),
    ]


def until(page: Any, holds: str) -> None:
    """Wait for something; by asking again, since the page's policy forbids what playwright's own waiting does."""
    for _ in range(1_000):
        if page.evaluate(holds):
            return
        page.wait_for_timeout(20)
    sys.exit(f"Waited in vain for: {holds}")


def at95(values: Sequence[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(values, n=20)[-1]


def row(question: str, size: str, floor: str, value: float, unit: str, most: float) -> dict[str, Any]:
    """A row of the record; the ratio is to what the bar allows."""
    shown = f"{value:,.0f} {unit}" if value >= 10 else f"{value:.3f} {unit}"
    return {"question": question, "size": size, "floor": f"bar: {floor}", "ours": shown, "ratio": round(value / most, 3)}


if __name__ == "__main__":
    if shutil.which("chromium") is None and not Path(CHROMIUM).exists():
        sys.exit("Chromium is not here. Expected it on the PATH or at --chromium; install it, and start again.")
    main()
