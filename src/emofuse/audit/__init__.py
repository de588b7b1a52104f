"""Where a corpus, a split, a table of features or a run would flatter whoever reports it: one question, one file."""
