"""A Timeline as a file: one format, one file."""
