"""The program on the real engine, checked from outside: names, releases, sources, faults."""
