"""Resources, without the engine."""
