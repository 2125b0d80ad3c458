"""A Pulumi engine for this machine: the CLI, its Python language host and the aws plugin.

Uses what is installed, else the official releases, else builds all three from Go modules. README.md says when which.
"""

from snapnames.testing.engine import Engine, EngineError, Origin

from .resolution import ensure, find

__all__ = ["Engine", "EngineError", "Origin", "ensure", "find"]
