"""What the `snapnames` command does to a stack, on the real engine and the local AWS."""
