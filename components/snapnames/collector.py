"""Python's garbage collector, set for a process that imports many modules and ends soon.

The provider's modules have some hundred thousand objects, and none of them ever becomes garbage. With the collector's
defaults, a third of the processor time of a preview goes into looking at them again and again.
"""

import atexit
import gc

YOUNG_OBJECTS = 100_000
"""So many new objects that may hold each other are made before the collector looks at them. Python's default is 700."""


def collect_rarely() -> None:
    """Look at new objects less often, at those that are there already never again, and at none when the process ends.

    Only a process that is ours may do this: a program of the user's decides for itself.
    """
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 100)
    atexit.register(gc.freeze)
