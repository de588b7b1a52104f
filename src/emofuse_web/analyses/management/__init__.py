"""Commands about analyses."""
