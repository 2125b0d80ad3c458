"""What a stack may do, and what it makes of hostile input."""
