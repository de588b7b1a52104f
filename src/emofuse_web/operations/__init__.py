"""For whoever runs it: how it is, backups, health, figures."""
