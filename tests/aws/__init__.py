"""What is read from AWS and written to it, on the local AWS without an engine."""
