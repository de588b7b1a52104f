"""Links by which somebody without an account may look at one result: where the site allows them, until they run out or are revoked."""
