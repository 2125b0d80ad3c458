"""The engine, seen from outside: what it finds, downloads, builds and serves."""
