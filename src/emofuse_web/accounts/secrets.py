"""Secrets of which only a hash is kept: 256 bit from the system, so that a plain hash is enough."""

import hashlib
import secrets


def made(prefix: str = "") -> tuple[str, str]:
    """A secret and its hash."""
    secret = prefix + secrets.token_urlsafe(32)
    return secret, digest(secret)


def digest(secret: str) -> str:
    """SHA-256, as a hexadecimal number; rows are found by it, so that no secret is compared letter by letter."""
    return hashlib.sha256(secret.encode()).hexdigest()
