"""Work that outlives a request: rows that are claimed, done by a child process, and finished once."""
