"""A small S3: objects in memory, parts, ranges, lists, copies of nothing else. Signatures are not checked, only that there is one."""

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

OBJECTS: dict[str, bytes] = {}
PARTS: dict[str, dict[int, bytes]] = {}


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_arguments: object) -> None:
        pass

    def _said(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _asked(self) -> tuple[str, dict[str, str]]:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        signed = "Authorization" in self.headers or "X-Amz-Signature" in query or "Signature" in query
        assert signed, "a request without a signature"
        return unquote(parts.path).lstrip("/"), query

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _missing(self) -> None:
        self._said(404, b"<Error><Code>NoSuchKey</Code><Message>none</Message></Error>", Content_Type="application/xml")

    def do_PUT(self) -> None:
        key, query = self._asked()
        body = self._body()
        if "uploadId" in query:
            PARTS[query["uploadId"]][int(query["partNumber"])] = body
        else:
            OBJECTS[key] = body
        self._said(200, ETag=f'"{hashlib.md5(body).hexdigest()}"')

    def do_POST(self) -> None:
        key, query = self._asked()
        self._body()
        if "uploads" in query:
            PARTS[key] = {}
            said = (
                f"<InitiateMultipartUploadResult><Key>{escape(key)}</Key><UploadId>{escape(key)}</UploadId></InitiateMultipartUploadResult>"
            )
        else:
            OBJECTS[key] = b"".join(body for _number, body in sorted(PARTS.pop(query["uploadId"]).items()))
            said = f'<CompleteMultipartUploadResult><Key>{escape(key)}</Key><ETag>"x"</ETag></CompleteMultipartUploadResult>'
        self._said(200, said.encode(), Content_Type="application/xml")

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        key, query = self._asked()
        if "list-type" in query:
            return self._listed(key.rstrip("/"), query)
        if key not in OBJECTS:
            return self._missing()
        whole = OBJECTS[key]
        headers = {"Last_Modified": formatdate(usegmt=True), "ETag": '"x"'}
        headers |= {name[9:].title().replace("-", "_"): value for name, value in query.items() if name.startswith("response-")}
        if self.command == "HEAD":
            return self._said(200, Content_Length=str(len(whole)), **headers)
        if found := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
            first, last = int(found[1]), min(int(found[2] or len(whole)), len(whole) - 1)
            return self._said(206, whole[first : last + 1], Content_Range=f"bytes {first}-{last}/{len(whole)}", **headers)
        return self._said(200, whole, **headers)

    def _listed(self, bucket: str, query: dict[str, str]) -> None:
        names = sorted(key.removeprefix(f"{bucket}/") for key in OBJECTS if key.startswith(f"{bucket}/{query.get('prefix', '')}"))
        begin = int(query.get("continuation-token", 0))
        page, more = names[begin : begin + 2], begin + 2 < len(names)  # two a page, so that pages are turned
        rows = "".join(
            f"<Contents><Key>{escape(name)}</Key><LastModified>2026-01-01T00:00:00Z</LastModified><Size>1</Size></Contents>"
            for name in page
        )
        token = f"<NextContinuationToken>{begin + 2}</NextContinuationToken>" if more else ""
        said = f"<ListBucketResult><IsTruncated>{str(more).lower()}</IsTruncated>{token}{rows}</ListBucketResult>"
        self._said(200, said.encode(), Content_Type="application/xml")

    def do_DELETE(self) -> None:
        OBJECTS.pop(self._asked()[0], None)
        self._said(204)


@contextmanager
def served() -> Iterator[str]:
    """Its address."""
    OBJECTS.clear()
    PARTS.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
