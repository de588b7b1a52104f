"""Commands of `emofuse-web`."""
