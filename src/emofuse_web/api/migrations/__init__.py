"""The tables of the interface."""
