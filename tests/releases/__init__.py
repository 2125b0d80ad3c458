"""Releases over time: what the fleet launches, going back, and what a dropped release may take along."""
