"""Many accounts and regions: the list of targets, and the commands that work on it."""
