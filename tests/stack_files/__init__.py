"""What a command makes of the files of a stack, and of its list of releases."""
