"""A child process that may be attacked by what it reads: limits, no network, one folder, an empty environment."""

from emofuse_web.sandbox.probe import level
from emofuse_web.sandbox.start import entered, environment

__all__ = ["entered", "environment", "level"]
