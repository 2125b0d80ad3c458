"""What a stack's config says, and which of its faults are told."""
