"""The dev stack: the program on the local AWS, and nothing beyond this machine."""
