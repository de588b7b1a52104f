"""Settings, addresses and the ways in for servers."""
