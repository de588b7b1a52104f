"""The loop, and what happens to training batches only."""
