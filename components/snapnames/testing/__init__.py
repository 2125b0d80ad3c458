"""What a test of a Pulumi program needs: an AWS account on this machine, a Pulumi engine, and a stack.

pytest gets them as fixtures, see `plugin`. In the wheel this is `snapnames.testing`. Nothing that a test starts can
reach a real account.
"""

from snapnames.testing.engine import Engine, EngineError
from snapnames.testing.localaws.server import LocalAws
from snapnames.testing.program import Done, Program, Ran

__all__ = ["Done", "Engine", "EngineError", "LocalAws", "Program", "Ran"]
