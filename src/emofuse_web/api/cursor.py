"""Pages that stay true while rows come and go: the next one begins after the last row that was seen."""

import base64
import binascii
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from emofuse_web.analyses.models import Analysis
from emofuse_web.analyses.problems import refused


def page(rows: QuerySet[Analysis], cursor: str | None, limit: int) -> tuple[list[Analysis], str | None]:
    """Rows, the newest first, and the cursor of the next page; None on the last.

    Raises:
        Refused: The cursor is none of ours.
    """
    if cursor is not None:
        when, last = _read(cursor)
        rows = rows.filter(Q(created__lt=when) | Q(created=when, id__lt=last))
    found = list(rows[: limit + 1])
    more = found[limit - 1] if len(found) > limit else None
    return found[:limit], None if more is None else _written(more)


def _written(row: Analysis) -> str:
    return base64.urlsafe_b64encode(f"{row.created.isoformat()} {row.id}".encode()).decode()


def _read(cursor: str) -> tuple[datetime, UUID]:
    try:
        when, _space, id = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True).decode("ascii").rpartition(" ")
        moment = datetime.fromisoformat(when)
        if moment.tzinfo is None:
            raise ValueError(when)
        return moment, UUID(id)
    except (binascii.Error, ValueError, OverflowError) as error:
        raise refused("REQUEST_INVALID", _("The cursor is none of ours. Expected what an earlier page gave as next.")) from error
