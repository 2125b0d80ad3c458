"""What an exported state says, and the state as it should be. Plain functions."""
