"""What encoders are fed: functions from a signal to an array."""
