"""Settings out of the environment, by functions that refuse nonsense."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def text(name: str, default: str = "") -> str:
    """What a variable says."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, default: bool) -> bool:
    """Yes or no.

    Raises:
        ImproperlyConfigured: Neither.
    """
    said = text(name).lower()
    if not said:
        return default
    if said not in TRUE + FALSE:
        raise ImproperlyConfigured(f"{name} is '{said}'. Expected 1 or 0 (or true, yes, on, false, no, off); set one of them.")
    return said in TRUE


def number(name: str, default: int, *, least: int = 0) -> int:
    """A whole number.

    Raises:
        ImproperlyConfigured: No number, or one below the least.
    """
    said = text(name)
    if not said:
        return default
    if not said.lstrip("-").isdigit() or int(said) < least:
        raise ImproperlyConfigured(f"{name} is '{said}'. Expected a whole number of at least {least}; set one.")
    return int(said)


def words(name: str, default: str = "") -> list[str]:
    """Words between commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def home() -> Path:
    """Where everything is kept: EMOFUSE_WEB_HOME; else the folder "web" in EMOFUSE_HOME, or in the user's own cache."""
    if named := text("EMOFUSE_WEB_HOME"):
        return Path(named)
    return Path(text("EMOFUSE_HOME") or Path.home() / ".cache" / "emofuse") / "web"


def secret(name: str, kept: Path) -> str:
    """A key that is set, or one made once and kept in a file that only its owner can read.

    Raises:
        ImproperlyConfigured: It is set, and too short to be a secret.
    """
    said = text(name)
    if said and len(said) < 50:
        raise ImproperlyConfigured(f"{name} has {len(said)} characters. Expected 50 or more that nobody can guess; set a longer one.")
    if said:
        return said
    import secrets

    kept.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
    except FileExistsError:
        pass
    return kept.read_text(encoding="utf-8")
