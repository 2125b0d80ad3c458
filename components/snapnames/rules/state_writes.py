"""What the engine's writes of the state cost, where it writes the whole state for each resource."""

from collections.abc import Mapping

NO_ORGANIZATION = "organization"
"""The organization of every stack whose state is in a file or a bucket."""

NO_CHECKPOINTS = {"PULUMI_SKIP_CHECKPOINTS": "true", "PULUMI_EXPERIMENTAL": "true"}
"""Has the engine write the state once, when the update has ended; `snapnames name-owned` runs it so."""

MANY = 200
"""New names. With 200 of them the update took 2.5 times as long (`docs/benchmarks.md`, Growth)."""


def slow_update(new_names: int, organization: str, environment: Mapping[str, str]) -> str:
    """What to say of an update whose time grows with the square of the number of names; empty if it does not.

    >>> slow_update(1000, "acme", {}), slow_update(1000, "organization", NO_CHECKPOINTS)
    ('', '')
    """
    written_once = all(environment.get(name) == value for name, value in NO_CHECKPOINTS.items())
    if new_names < MANY or organization != NO_ORGANIZATION or written_once:
        return ""
    return (
        f"{new_names} names are new in this stack. Its state is in a file or a bucket. There `pulumi up` writes the "
        "whole state for each name, so its time grows with the square of their number. `snapnames name-owned` gives "
        "the same names and writes the state once"
    )
