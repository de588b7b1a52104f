"""What is written down, and never: secrets, transcripts, addresses of people, names of files."""

import logging
from collections.abc import Mapping


def configure(said: Mapping[str, object]) -> None:
    """Set the level."""
    logging.basicConfig(level=str(said["level"]))
