"""What snapnames costs, measured: one file per question, run by hand. Nothing here asserts a time."""
