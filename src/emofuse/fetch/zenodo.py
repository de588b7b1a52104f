"""The files of a record at zenodo.org, with their sizes and checksums."""

import json
import urllib.error

from emofuse.core.corpus import Download
from emofuse.core.errors import CorpusError
from emofuse.fetch.https import opened
from emofuse.fetch.unpack import ARCHIVES

API = "https://zenodo.org/api/records/"
_LIMIT = 16 << 20  # bytes of an answer; a record of thousands of files has under one million


def files(record: str) -> tuple[Download, ...]:
    """What a record holds; archives are to be unpacked where they lie.

    Args:
        record: Its number, such as "1188976".

    Raises:
        CorpusError: There is no such record, it cannot be reached, or its files are not open.
    """
    address = f"{API}{record}"
    try:
        with opened(address) as answer:
            said = json.loads(answer.read(_LIMIT))
        return tuple(
            Download(
                url=str(file["links"]["self"]),
                name=str(file["key"]),
                size=int(file["size"]),
                digest=str(file["checksum"]) if ":" in str(file.get("checksum", "")) else None,
                unpack=str(file["key"]).lower().endswith(ARCHIVES),
            )
            for file in sorted(said["files"], key=lambda file: str(file["key"]))
        )
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", None) or error
        raise CorpusError(
            f"{address} cannot be reached ({reason}). Expected a record there; try again later, or look at its page."
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise CorpusError(
            f"{address} lists no open files ({type(error).__name__}). Expected files with sizes; "
            f"look at the record's page: it may be restricted."
        ) from error
