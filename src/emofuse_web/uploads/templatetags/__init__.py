"""What templates take from here."""
