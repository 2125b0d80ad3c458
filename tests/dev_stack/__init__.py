"""What `make` does with a clone of the repository."""
