"""What is made of an exported state: plain functions."""
