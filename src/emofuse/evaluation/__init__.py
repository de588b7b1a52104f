"""Numbers about recognizers, and where they would flatter us."""
