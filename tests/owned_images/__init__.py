"""Names for the snapshots of every image that an account owns."""
