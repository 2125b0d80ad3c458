"""A stack whose update was cut off, brought back to where the next update works."""
