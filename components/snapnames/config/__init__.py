"""The stack's config: text in, typed values or faults out. Asks AWS nothing."""
