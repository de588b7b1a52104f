"""The fusion bench: every way to fuse, on the same people, the same folds, with signals missing."""
