"""A bucket of S3, or of whatever speaks like it (MinIO, Ceph, Garage): ``s3://bucket/prefix?endpoint_url=https://...&region_name=...``.

Who may, boto3 finds as it always does: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the role of the machine.
"""

import os
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

import boto3  # type: ignore[import-untyped]  # it has none
from botocore.client import Config  # type: ignore[import-untyped]
from botocore.exceptions import ClientError  # type: ignore[import-untyped]
from django.core.exceptions import ImproperlyConfigured

PIECE = 64 * 2**10  # bytes that are in memory at a time
LENT = 120  # s that a link opens something: a download begins at once
KEPT = 3_600  # s that a copy on this machine stays after it was last read
TOLD = ("endpoint_url", "region_name")
MISSING = ("404", "NoSuchKey", "NotFound")


class Bucket:
    """Objects under a prefix, each named by its key."""

    near = False  # gigabytes travel for minutes: no request waits for that

    def __init__(self, client: Any, name: str, prefix: str, kept: Path) -> None:
        self.client, self.name, self.prefix, self.kept = client, name, prefix, kept

    @classmethod
    def named(cls, address: str, *, kept: Path) -> "Bucket":
        """The bucket of an address; copies for this machine lie in ``kept``.

        Raises:
            ImproperlyConfigured: The address names no bucket, or tells what is not known.
        """
        parts = urlsplit(address)
        told = dict(parse_qsl(parts.query))
        if not parts.netloc or set(told) - set(TOLD):
            raise ImproperlyConfigured(
                "EMOFUSE_STORAGE cannot be read. Expected s3://bucket/prefix, and after a question mark some of "
                f"{', '.join(TOLD)}; mend it."
            )
        config = Config(
            signature_version="s3v4",
            retries={"mode": "standard", "max_attempts": 4},
            request_checksum_calculation="when_required",  # others than Amazon do not know the newer ones
            response_checksum_validation="when_required",
            s3={"addressing_style": "path" if "endpoint_url" in told else "auto"},
        )
        client = boto3.client("s3", config=config, **told)
        prefix = parts.path.strip("/")
        return cls(client, parts.netloc, f"{prefix}/" if prefix else "", kept)

    def put(self, key: str, file: Path) -> None:
        """One object; large files in parts, which become one when the last is there."""
        self.client.upload_file(str(file), self.name, self.prefix + key)

    def take(self, key: str, file: Path) -> None:
        """Put, then gone here."""
        self.put(key, file)
        file.unlink(missing_ok=True)

    def fetch(self, key: str, into: Path) -> None:
        """A copy."""
        try:
            self.client.download_file(self.name, self.prefix + key, str(into))
        except ClientError as error:
            raise _known(error, key) from error

    def local(self, key: str) -> Path:
        """A copy that stays for a while: ids are never given twice, so it cannot be stale."""
        place = self.kept / key
        self.tidy()
        if not place.is_file():
            place.parent.mkdir(parents=True, exist_ok=True)
            beside = place.with_name(f"{place.name}.{uuid.uuid4().hex}.new")
            try:
                self.fetch(key, beside)
                beside.replace(place)
            finally:
                beside.unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            os.utime(place)
        return place

    def size(self, key: str) -> int:
        """Bytes."""
        try:
            return int(self.client.head_object(Bucket=self.name, Key=self.prefix + key)["ContentLength"])
        except ClientError as error:
            raise _known(error, key) from error

    def read(self, key: str, start: int, end: int) -> Iterator[bytes]:
        """Asked for at once, so that what is missing is known before an answer begins."""
        if end <= start:
            self.size(key)
            return iter(())
        try:
            found = self.client.get_object(Bucket=self.name, Key=self.prefix + key, Range=f"bytes={start}-{end - 1}")
        except ClientError as error:
            raise _known(error, key) from error
        return iter(found["Body"].iter_chunks(PIECE))

    def link(self, key: str, *, media_type: str, disposition: str) -> str | None:
        """Signed, for two minutes."""
        asked = {
            "Bucket": self.name,
            "Key": self.prefix + key,
            "ResponseContentType": media_type,
            "ResponseContentDisposition": disposition,
            "ResponseCacheControl": "private, no-store",
        }
        return str(self.client.generate_presigned_url("get_object", Params=asked, ExpiresIn=LENT))

    def keys(self, prefix: str) -> Iterator[tuple[str, float]]:
        """Page by page."""
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=self.prefix + prefix):
            for found in page.get("Contents", ()):
                yield found["Key"].removeprefix(self.prefix), found["LastModified"].timestamp()

    def delete(self, key: str) -> None:
        """Gone, there and here."""
        self.client.delete_object(Bucket=self.name, Key=self.prefix + key)
        (self.kept / key).unlink(missing_ok=True)

    def tidy(self) -> None:
        """Copies that nobody read for an hour go: this machine is not where they are kept."""
        for place in self.kept.glob("*/*"):
            with suppress(FileNotFoundError):
                if place.stat().st_mtime < time.time() - KEPT:
                    place.unlink()


def _known(error: ClientError, key: str) -> Exception:
    if error.response.get("Error", {}).get("Code") in MISSING:
        return FileNotFoundError(f"There are no bytes under {key}. Expected an object of the bucket; it was deleted, or never put there.")
    return cast(Exception, error)
