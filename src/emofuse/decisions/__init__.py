"""How several probabilities become one answer: one way, one file."""
