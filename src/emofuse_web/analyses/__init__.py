"""Everything a user sees about one analysis."""
