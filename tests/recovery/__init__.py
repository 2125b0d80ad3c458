"""How an update that was cut off is taken up again, without an engine."""
