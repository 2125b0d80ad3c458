"""What snapnames costs, measured: one file per question. Nothing here asserts a time."""
