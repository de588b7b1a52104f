"""What is written down: a line an event, as words or as JSON.

Never: secrets, what was said, addresses of people, names of files. Messages of the application are fixed words with ids; what others log
goes through `Discreet`, which blanks what looks like any of these.
"""

import copy
import logging
import logging.config
import re
from collections.abc import Mapping, MutableMapping

import structlog
from structlog.typing import Processor

SECRET = re.compile(
    r"(emo_[A-Za-z0-9_\-]{8,}|Bearer\s+\S+|[\w.+\-]+@[\w\-]+\.[\w.\-]+|(?<=/first/)[\w\-]+|(?<=/join/)[\w\-]+"
    r"|(?<=/shared/)[\w\-.]+"
    r"|(?<=/reset/key/)[\w\-]+|(?<=/confirm-email/)[\w\-:]+|(?<=session=)\w+)"
)
BLANK = "[left out]"
SERVERS = ("uvicorn", "uvicorn.access", "uvicorn.error")  # who else writes lines with addresses


class Discreet(logging.Filter):
    """Blanks tokens, addresses of people and secrets of links, in messages and in traces alike."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always lets it pass, without what it must not say."""
        record.msg = SECRET.sub(BLANK, record.getMessage())
        record.args = ()
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text = SECRET.sub(BLANK, _trace(record))
            record.exc_info = None
        return True


class Discretion(logging.StreamHandler):  # type: ignore[type-arg]  # of standard error
    """Writes what `Discreet` leaves of a copy: others who listen to the same record get it whole."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one."""
        said = copy.copy(record)
        Discreet().filter(said)
        super().emit(said)


def _trace(record: logging.LogRecord) -> str:
    """Where it happened and of which kind it was; its message may quote what a user sent, and stays out."""
    import traceback

    assert record.exc_info is not None
    kind, _, where = record.exc_info
    lines = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(where)]
    return "\n".join([*lines, kind.__name__ if kind is not None else "unknown"])


def discreet(logger: object, name: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
    """The same for structlog's own events."""
    return {key: SECRET.sub(BLANK, value) if isinstance(value, str) else value for key, value in event.items()}


def configure(said: Mapping[str, object]) -> None:
    """Everything to standard error, as the settings ask."""
    shown = structlog.processors.JSONRenderer() if said["json"] else structlog.dev.ConsoleRenderer(colors=False)
    before: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "line": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, discreet, shown],
                    "foreign_pre_chain": before,
                }
            },
            "handlers": {"stderr": {"class": "emofuse_web.operations.logs.Discretion", "formatter": "line"}},
            "root": {"handlers": ["stderr"], "level": said["level"]},
            "loggers": {name: {"handlers": [], "propagate": True} for name in SERVERS}
            | {"fido2.server": {"level": "WARNING"}, "django.server": {"level": "WARNING"}, "django.request": {"level": "ERROR"}},
        }
    )
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, *before, discreet, structlog.stdlib.render_to_log_kwargs],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
