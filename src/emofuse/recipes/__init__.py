"""Every number in docs/results.md, as a function that makes it again."""
