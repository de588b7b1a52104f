"""A site of emofuse, asked from Python: files go there in pieces that can be taken up again, answers come back.

Only the standard library speaks with the site. What a purpose, a notice and consent are, and why they are asked for: docs/api.md.
"""

import base64
import hashlib
import io
import json
import logging
import os
import time
import uuid
from collections.abc import Callable, Mapping
from http.client import HTTPException, HTTPMessage, HTTPResponse
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from emofuse.core.errors import EmofuseError, MediaError
from emofuse.media.transcripts.language import named

if TYPE_CHECKING:
    from emofuse.core.timeline import Span

Told = Callable[[str, float], None]  # what is being done, and how much of it is (0..1)

PIECE = 8 * 2**20  # bytes that a cut line may cost
TRIES = 6  # of one request, while the line or the site is not there
WAITS = (0.2, 1.0, 3.0, 8.0, 15.0)  # s between them
TIMEOUT = 60.0  # s without a byte
LOOK, LOOK_MOST = 1.0, 10.0  # s between looks at what is being done; grows from the one to the other
LOCAL = ("localhost", "127.0.0.1", "::1")
ENDINGS = {  # of names to save under, the longer first
    ".curves.csv": "curves.csv",
    ".spans.csv": "csv",
    ".labels.txt": "audacity",
    ".annotated.mp4": "mp4",
    ".json": "json",
    ".csv": "csv",
    ".vtt": "vtt",
    ".srt": "srt",
    ".eaf": "eaf",
    ".txt": "audacity",
    ".png": "png",
    ".mp4": "mp4",
}
log = logging.getLogger(__name__)


class ServerError(EmofuseError, RuntimeError):
    """A site does not do what it was asked for, or cannot be reached.

    Args:
        message: What happened, what was expected, and how to put it right.
        code: One of the site's catalogue (docs/errors.md); empty where it was not reached.
        status: Of its answer; 0 likewise.
    """

    def __init__(self, message: str, code: str = "", status: int = 0) -> None:
        super().__init__(message)
        self.code, self.status = code, status


class Client:
    """A site, and the token that opens it.

    Args:
        url: Where it is, such as ``https://emofuse.example.org``.
        token: From the site's page of API tokens; with the scopes read and write.
        piece: Bytes that are sent at a time.

    Example:
        ``Client("https://emofuse.example.org", token).analyze("clip.mp4", purpose="research", setting="elsewhere", notice="1",
        consent=True).spans()``
    """

    def __init__(self, url: str, token: str, *, piece: int = PIECE) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ServerError(f"'{url}' is no address of a site. Expected one like https://emofuse.example.org; give its whole address.")
        if not token.isascii() or not token.isprintable() or not token.strip():
            raise ServerError("The token is empty, or none. Expected one that begins with emo_; make one on the site's page of API tokens.")
        if parts.scheme == "http" and parts.hostname not in LOCAL:
            log.warning("%s is not https: whoever is on the way reads the recordings and the token", parts.hostname)
        self.url, self.piece, self._token = url.rstrip("/"), piece, token.strip()
        self._opener: OpenerDirector = build_opener(_NoRedirect)

    def analyze(
        self,
        path: str | os.PathLike[str],
        *,
        purpose: str,
        setting: str,
        notice: str,
        consent: bool,
        reason: str = "",
        audio: str | os.PathLike[str] | None = None,
        eeg: str | os.PathLike[str] | None = None,
        text: str | os.PathLike[str] | None = None,
        eeg_as: Mapping[str, object] | None = None,
        offsets: Mapping[str, float | None] | None = None,
        language: str | None = None,
        hop: int | None = None,
        threshold: float | None = None,
        model: str = "best",
        explain: bool = False,
        annotate: bool = True,
        label: str = "",
        days: int | None = None,
        wait: bool = True,
        progress: Told | None = None,
    ) -> "Remote":
        """Have a recording analysed.

        Args:
            path: A video; or a transcript, by itself.
            purpose: research, medical, safety, personal, marketing or other.
            setting: Where people were recorded: elsewhere, workplace or education.
            notice: The version of the notice that they were given.
            consent: That everybody who is shown or heard agreed.
            reason: The medical or safety reason, at work and in education.
            audio: Sound that is heard instead of the video's own.
            eeg: The brain's recording of the same moment.
            text: What was said.
            eeg_as: What EEG does not say of itself: variable, axes, channels, rate, unit.
            offsets: Seconds by which "audio", "eeg" or "text" is later; None for sound that is to be found by ear.
            language: What the text is in, as a code such as "en" or "ru"; None to have it noticed.
            hop: An answer every so many ms of recognizers that read by windows; None to have it as they were taught.
            threshold: By how much the first label must lead the second not to be called uncertain, 0 to 1; None for the one measured.
            model: "best", "light", or the name of a recognizer.
            explain: Whether to find out why, too.
            annotate: Whether to make a video with the answer in it.
            label: What the site's history calls it.
            days: How long the site keeps it; None for its own number.
            wait: Whether to wait until it is over.
            progress: Told what is being done, and how much of it is.

        Raises:
            ServerError: The site refuses it, cannot be reached, or the analysis failed.
            MediaError: A file cannot be read, or is refused; or a language is told, and no text is named.
            UnknownName: There is no such language.
            RunError: There cannot be such a hop or threshold.
        """
        from emofuse.wishes import Wishes

        wishes = Wishes(hop, threshold)
        mode = "text" if _text(Path(path)) else "av_eeg" if eeg is not None else "av"
        first = "text" if mode == "text" else "video"
        files = {first: path, **{role: file for role, file in (("audio", audio), ("eeg", eeg), ("text", text)) if file is not None}}
        if language is not None and named(language) and "text" not in files:
            raise MediaError("Which language the words are in is told, and there are none. Expected a text; name it, or leave that out.")
        options: dict[str, object] = {"explain": explain, "annotate_video": annotate, **({"offsets": dict(offsets)} if offsets else {})}
        told = {"language": language, "hop_ms": wishes.hop, "threshold": wishes.threshold}
        options |= {name: value for name, value in told.items() if value is not None}
        body: dict[str, object] = {
            "mode": mode,
            "inputs": {
                role: self.upload(file, role, told=eeg_as if role == "eeg" else None, progress=progress) for role, file in files.items()
            },
            "model": model,
            "options": options,
            "purpose": purpose,
            "setting": setting,
            "reason": reason,
            "subject_notice": notice,
            "consent": consent,
            "label": label,
            **({} if days is None else {"retention_days": days}),
        }
        said = self._json("POST", "/api/v1/jobs", body, {"Idempotency-Key": str(uuid.uuid4())})
        remote = Remote(self, said)
        return remote.wait(progress) if wait else remote

    def job(self, id: str) -> "Remote":
        """One that was asked for before.

        Raises:
            ServerError: There is none of that id.
        """
        return Remote(self, self._json("GET", f"/api/v1/jobs/{quote(id, safe='')}"))

    def upload(
        self, path: str | os.PathLike[str], role: str, *, told: Mapping[str, object] | None = None, progress: Told | None = None
    ) -> str:
        """Send a file, and wait until the site has looked at it; its id. A line that is cut is taken up where it was.

        Raises:
            MediaError: It cannot be read, or is refused.
            ServerError: There is no room for it, or the site cannot be reached.
        """
        file = Path(path)
        try:
            with file.open("rb") as bytes_:
                id = self._sent(bytes_, file, role, progress or _quiet)
        except OSError as error:
            raise MediaError(f"{file} cannot be read: {error.strerror}. Expected a file; check its name.") from error
        if told:
            self._looked(id)
            self._json("POST", f"/api/v1/uploads/{id}/told", {name: _plain(value) for name, value in told.items()})
        found = self._looked(id)
        if found["state"] != "ready":
            raise MediaError(f"{file}: {_words(found.get('problem') or {})}")
        return id

    # --- a file on its way -----------------------------------------------------------------------------------------------------------
    def _sent(self, file: io.BufferedReader, path: Path, role: str, progress: Told) -> str:
        size = os.fstat(file.fileno()).st_size
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        about = {"filename": path.name, "role": role, "sha256": digest}
        headers = {"Upload-Length": str(size), "Upload-Metadata": ",".join(f"{key} {_coded(value)}" for key, value in about.items())}
        made = self._ask("POST", "/api/v1/uploads", b"", {**TUS, **headers})
        place, here, failed = made.headers["Location"], 0, 0
        while here < size:
            file.seek(here)
            piece = file.read(self.piece)
            if not piece:
                raise MediaError(f"{path} became shorter while it was sent. Expected it to stay as it is; send it again.")
            headers = {**TUS, "Upload-Offset": str(here), "Content-Type": "application/offset+octet-stream"}
            try:
                here = int(self._once("PATCH", place, piece, headers).headers["Upload-Offset"])
                failed = 0
            except (OSError, HTTPException, ServerError) as error:
                failed += 1
                if failed >= TRIES or (isinstance(error, ServerError) and error.status not in (0, 409, 423, 429, 500, 502, 503, 504)):
                    raise self._lost(error) from error
                time.sleep(WAITS[min(failed, len(WAITS)) - 1])
                here = int(self._ask("HEAD", place, None, TUS).headers["Upload-Offset"])
            progress("upload", here / size)
        return place.rstrip("/").rpartition("/")[2]

    def _looked(self, id: str) -> dict[str, Any]:
        pause = LOOK / 4
        while True:
            found: dict[str, Any] = self._json("GET", f"/api/v1/uploads/{id}")
            if found["state"] not in ("receiving", "checking"):
                return found
            time.sleep(pause)
            pause = min(2 * pause, LOOK_MOST)

    # --- a request -------------------------------------------------------------------------------------------------------------------
    def _json(self, method: str, path: str, body: Mapping[str, object] | None = None, headers: Mapping[str, str] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}
        return json.loads(self._ask(method, path, data, {**kind, **(headers or {})}).content or b"null")

    def _ask(self, method: str, path: str, data: bytes | None, headers: Mapping[str, str]) -> "_Answer":
        """Again and again while nobody answers; for requests that may be sent twice."""
        for attempt in range(TRIES):
            try:
                return self._once(method, path, data, headers)
            except (OSError, HTTPException, ServerError) as error:
                passing = not isinstance(error, ServerError) or error.status in (429, 502, 503, 504)
                if attempt + 1 == TRIES or not passing or getattr(error, "code", "") == "QUOTA_RUNNING":
                    raise self._lost(error) from error
                time.sleep(WAITS[min(attempt, len(WAITS) - 1)])
        raise AssertionError("the last attempt either answers or raises")

    def _once(self, method: str, path: str, data: bytes | None, headers: Mapping[str, str]) -> "_Answer":
        with self._open(method, path, data, headers) as response:
            return _Answer(response.read(), response.headers)

    def _open(self, method: str, path: str, data: bytes | None = None, headers: Mapping[str, str] | None = None) -> HTTPResponse:
        """An answer that is good, to be read.

        Raises:
            ServerError: It says that something is wrong.
            OSError: Nobody answers.
        """
        address = urljoin(self.url + "/", path)
        if urlsplit(address)[:2] != urlsplit(self.url)[:2]:
            raise ServerError(f"The site sends us elsewhere ({address}). Expected its own addresses; check {self.url}.")
        request = Request(
            address, data, {"Authorization": f"Bearer {self._token}", "User-Agent": "emofuse", **(headers or {})}, method=method
        )
        try:
            response: HTTPResponse = self._opener.open(request, timeout=TIMEOUT)
        except HTTPError as error:
            with error:
                raise _refusal(error) from None
        except URLError as error:
            if isinstance(error.reason, OSError):
                raise error.reason from None
            raise
        return response

    def _lost(self, error: Exception) -> ServerError:
        if isinstance(error, ServerError):
            return error
        return ServerError(f"{self.url} cannot be reached ({error}). Expected a site of emofuse there; check the address and the network.")


class Remote:
    """An analysis that a site makes, or has made: read like an answer of our own.

    Args:
        client: Who asks.
        said: What the site says of it.
    """

    def __init__(self, client: Client, said: dict[str, Any]) -> None:
        self._client, self.said = client, said
        self._document: dict[str, Any] | None = None

    def __repr__(self) -> str:
        return f"<analysis {self.id}: {self.status}>"

    @property
    def id(self) -> str:
        """By which it is found again: ``client.job(id)``."""
        return str(self.said["id"])

    @property
    def status(self) -> str:
        """queued, running, succeeded, partial, failed, cancelled or expired."""
        return str(self.said["status"])

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must be told."""
        return tuple(map(str, self.document.get("notes", ())))

    def wait(self, progress: Told | None = None) -> "Remote":
        """Until it is over.

        Raises:
            ServerError: It failed, or was cancelled.
        """
        pause, tell = LOOK, progress or _quiet
        while self.status in ("queued", "running"):
            tell(self.said["stage"] or self.status, self.said["progress"])
            time.sleep(pause)
            pause = min(1.3 * pause, LOOK_MOST)
            self.said = self._client.job(self.id).said
        if self.status not in ("succeeded", "partial"):
            problem = self.said["error"] or {"title": f"The analysis was {self.status}", "detail": "", "fix": "Ask for it again."}
            raise ServerError(_words(problem), str(problem.get("code", "")))
        tell(self.status, 1.0)
        return self

    @property
    def document(self) -> dict[str, Any]:
        """All of the answer (docs/timeline.schema.json).

        Raises:
            ServerError: There is none yet.
        """
        if self._document is None:
            self._document = self._client._json("GET", self._link("json"))
        return self._document or {}

    def spans(self, lane: str | None = None) -> "tuple[Span, ...]":
        """The recording as stretches with one answer each; of the fused lane, or of one that is named.

        Raises:
            ServerError: There is no answer yet, or no such lane.
        """
        from emofuse.core.segment import Segment
        from emofuse.core.timeline import Span

        lanes = {one["name"]: one for one in self.document["lanes"]}
        name = next(iter(lanes)) if lane is None else lane
        if name not in lanes:
            raise ServerError(f"The answer has no lane '{name}'. Expected one of: {', '.join(lanes)}; name one of them.")
        return tuple(
            Span(Segment(s["start"], s["end"]), s["label"], s["probability"], s["uncertain"], s["absent"]) for s in lanes[name]["spans"]
        )

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Keep it in the form that the end of the name asks for: vtt, srt, csv, json, eaf, txt (Audacity), png, mp4.

        Raises:
            ServerError: No form ends like this, or the site has none.
        """
        place = Path(path)
        name = next((name for ending, name in ENDINGS.items() if place.name.endswith(ending)), None)
        if name is None:
            raise ServerError(f"No format ends like '{place.name}'. Known endings: {', '.join(sorted(ENDINGS))}; choose one of them.")
        return self._fetched(self._link(name), place, None)

    def download(self, kind: str, path: str | os.PathLike[str] | None = None) -> Path:
        """Fetch a file by its kind ("annotated", "proxy", "thumbnail", ...), and look whether it is whole.

        Args:
            kind: Which; ``said["artifacts"]`` lists them.
            path: Where to; without it the kind and the first letters of the id, here.

        Raises:
            ServerError: There is none, or not all of it came.
        """
        files = {file["kind"]: file for file in self.said["artifacts"]}
        if kind not in files:
            raise ServerError(
                f"There is no '{kind}' of this analysis. Expected one of: {', '.join(files) or 'none yet'}; name one of them."
            )
        ending = "." + files[kind]["media_type"].partition(";")[0].rpartition("/")[2].removeprefix("x-")
        return self._fetched(files[kind]["href"], Path(path or f"{kind}-{self.id[:8]}{ending}"), files[kind]["sha256"])

    def cancel(self) -> "Remote":
        """Stop it.

        Raises:
            ServerError: It is over.
        """
        self.said = self._client._json("POST", f"/api/v1/jobs/{self.id}/cancel", {})
        return self

    def remove(self) -> None:
        """Remove it from the site, with everything that came out of it."""
        self._client._ask("DELETE", f"/api/v1/jobs/{self.id}", None, {})

    def _link(self, name: str) -> str:
        link = self.said["links"].get(f"exports/{name}")
        if link is None:
            raise ServerError(f"The site has no {name} of this analysis, which is {self.status}. Expected one that is over; wait() for it.")
        return str(link)

    def _fetched(self, link: str, place: Path, digest: str | None) -> Path:
        """Beside, then renamed: whole or not at all."""
        beside = place.with_name(place.name + ".part")
        adding = hashlib.sha256()
        try:
            with self._client._open("GET", link) as response, beside.open("wb") as file:
                while block := response.read(2**16):
                    adding.update(block)
                    file.write(block)
            if digest is not None and adding.hexdigest() != digest:
                raise ServerError(f"{place.name} did not come whole. Expected the sum that the site tells; fetch it again.")
            beside.replace(place)
        except (OSError, HTTPException) as error:
            raise ServerError(f"{place} cannot be fetched or written ({error}). Expected room and a line; try again.") from error
        finally:
            beside.unlink(missing_ok=True)
        return place


TUS = {"Tus-Resumable": "1.0.0"}


class _Answer:
    def __init__(self, content: bytes, headers: HTTPMessage) -> None:
        self.content, self.headers = content, headers


class _NoRedirect(HTTPRedirectHandler):
    """A token goes nowhere but to the site it is for."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Nowhere: the answer counts as it is."""
        return


def _refusal(error: HTTPError) -> ServerError:
    try:
        said = json.loads(error.read() or b"{}")
    except (ValueError, OSError, HTTPException):
        said = {}
    if not isinstance(said, dict) or "title" not in said:
        if 300 <= error.code < 400:
            return ServerError(
                f"The site sends us elsewhere ({error.code}). Expected its own address, with https; give that.", "", error.code
            )
        words = f"The site answered {error.code} without a word. Expected one of emofuse; check its address."
        return ServerError(words, "", error.code)
    return ServerError(_words(said), str(said.get("code", "")), error.code)


def _words(problem: Mapping[str, object]) -> str:
    """What happened, what was expected, how to put it right."""
    title = str(problem.get("title", "Something went wrong"))
    return " ".join(filter(None, (f"{title.rstrip('.')}.", str(problem.get("detail", "")), str(problem.get("fix", "")))))


def _coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _plain(value: object) -> object:
    return ",".join(map(str, value)) if isinstance(value, (list, tuple)) else value


def _text(path: Path) -> bool:
    return path.suffix.lower() in (".txt", ".vtt", ".srt", ".csv", ".tsv", ".eaf")


def _quiet(stage: str, share: float) -> None:
    """Nobody asked."""
