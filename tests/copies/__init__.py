"""Copies of releases in other regions, on the real engine and as plain functions."""
