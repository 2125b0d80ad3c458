"""Faults by the hundred on the real engine: kills at every call, and schedules of faults by chance.

`python -m tests.campaign` runs them, goes on where it was stopped, and writes docs/reliability.md. `make test` runs a
seeded few.
"""
