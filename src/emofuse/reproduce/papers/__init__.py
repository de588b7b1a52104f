"""The papers: one file each, with a row for every system they measured."""
