"""What was learnt of one person: a map from probabilities to theirs, recognizers that answer by it, and its folder."""
