"""What a process does that is ours, and ends soon, so that Python and Pulumi's SDK do less for it.

Only such a process may do this: a program of the user's decides for itself.
"""

import atexit
import gc
import os

DEBUG_VARIABLE = "SNAPNAMES_DEBUG_LINES"
"""If this environment variable has a value, the SDK's debug lines go to the engine, which shows them with `--debug`."""

YOUNG_OBJECTS = 100_000
"""So many new objects that may hold each other are made before the collector looks at them. Python's default is 700."""


def lighten_program() -> None:
    """Make a program of Pulumi light: its collector rarely runs, and no debug line goes to the engine."""
    collect_rarely()
    if not os.environ.get(DEBUG_VARIABLE):
        drop_debug_lines()


def collect_rarely() -> None:
    """Look at new objects less often, at those that are there already never again, and at none when the process ends.

    The provider's modules have some hundred thousand objects, and none of them ever becomes garbage. With Python's
    defaults, a third of the processor time of a preview goes into looking at them again and again.
    """
    if gc.get_threshold()[0] == YOUNG_OBJECTS:
        return  # the command runs many programs in its process, and what they leave behind is garbage
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 100)
    atexit.register(gc.freeze)


def drop_debug_lines() -> None:
    """Send none of the SDK's debug lines to the engine.

    The SDK sends some five for each resource, and waits for the engine each time, also if nobody asked for them. The
    engine does not tell a program whether it was started with `--debug`.
    """
    import pulumi  # noqa: PLC0415 -- the command needs this module too, and starts without Pulumi

    vars(pulumi.log)["debug"] = _drop


def _drop(*_line: object, **_about: object) -> None:
    """Do nothing."""
