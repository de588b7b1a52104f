"""Files to signals, and back."""
