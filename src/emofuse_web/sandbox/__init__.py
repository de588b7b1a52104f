"""A child process that may be attacked by what it reads: limits, no network, one folder, an empty environment."""
