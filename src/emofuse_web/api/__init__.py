"""The REST interface: thin over the same services as the pages."""
