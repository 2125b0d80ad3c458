"""What others install: the wheel, the component package, the examples, the docs."""
