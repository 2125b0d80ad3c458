"""The promises of snapnames, checked from outside."""
