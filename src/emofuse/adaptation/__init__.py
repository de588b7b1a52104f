"""A recognizer, or a fusion, adapted to one person from a few labelled clips: shown by nested folds, refused where it does not help."""
