"""How modalities meet inside a network: one way, one file."""
