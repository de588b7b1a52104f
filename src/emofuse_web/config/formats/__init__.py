"""How days and times are written: one way each, which nobody takes for another, and with the zone."""
