"""A process that runs many programs, one after another."""

import subprocess
import sys

SCRIPT = """
import gc
from snapnames.own_process import collect_rarely

collect_rarely()
before = gc.get_freeze_count()
left = [[number] for number in range(1000)]
collect_rarely()
print(gc.get_freeze_count() - before < len(left))
"""


def test_what_a_program_leaves_behind_is_not_kept_when_the_next_one_begins() -> None:
    """What is there when the process begins is never garbage. What a program has left is."""
    said = subprocess.run([sys.executable, "-c", SCRIPT], check=True, capture_output=True, text=True).stdout

    assert said == "True\n"
