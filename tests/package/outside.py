"""Stacks of programs that are in no repository, run by the Python that the wheel is installed in."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from snapnames.testing import Program
from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine

from .installation import Installation

IMAGE_PROGRAM = """
import pulumi

from snapnames import ReleaseImage

image = ReleaseImage("web", {"image_name": "web-1", "source_instance_id": pulumi.Config().require("source")})
pulumi.export("names", image.snapshot_names)
"""


def outside(
    program: str | Path,
    folder: Path,
    installed: Installation,
    aws: LocalAws,
    engine: Engine,
    config: Mapping[str, Any],
    project: str = "outside",
    runtime: str = "python",
) -> Program:
    """A stack of a program's text or folder; nothing of this repository can be imported by it."""
    main = program if isinstance(program, Path) else folder / "main"
    if isinstance(program, str):
        main.mkdir()
        (main / "__main__.py").write_text(program, encoding="utf-8")
    stack = Program(folder / "stack", main, config, endpoint=aws.url, engine=engine, project=project, runtime=runtime)
    # Nothing is compiled there yet, and each command would compile it anew.
    stack.environment.pop("PYTHONDONTWRITEBYTECODE", None)
    stack.environment["PATH"] = stack.environment["PATH"].replace(str(Path(sys.executable).parent), str(installed.bin))
    return stack
