"""A stack that others may hold."""
