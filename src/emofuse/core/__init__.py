"""The nouns: the standard library and numpy, nothing else."""
