"""What the state has of the stack's images.

Others can give an image the mark of the stack, and no output tells which image an update has left unfinished. The image
that a group of the team's own launches is marked in the state to outlive the stack. An update that fails leaves the
mark, and leaves no outputs: only the state itself tells which images have it. The engine's own call that reads the
resources of a state does not tell the mark.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pulumi

from snapnames.errors import InputError
from snapnames.own_updates import engine_process
from snapnames.resources.account_images import stack_tag
from snapnames.rules.resource_types import IMAGE

_TRIES = 3
"""The engine saves the state while the program runs, and a backend of files may show half of it."""


def recorded_images() -> Mapping[str, bool]:
    """Image id to whether the state has the image as one that outlives the stack; nothing of other images.

    Raises `InputError` if the state can't be read.
    """
    images = (one for one in _recorded() if one["type"] == IMAGE and one.get("id"))
    return {one["id"]: bool(one.get("retainOnDelete")) for one in images}


def _recorded() -> Sequence[Mapping[str, Any]]:
    """The resources of the state: one `pulumi stack export`, which takes no lock."""
    command = [_pulumi(), "stack", "export", "--stack", stack_tag(), "--non-interactive"]
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    why = ""
    for _ in range(_TRIES):
        try:
            done = subprocess.run(  # noqa: S603 -- pulumi, and the name of the running stack
                command,
                cwd=pulumi.get_root_directory() or None,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=True,
            )
            resources: Sequence[Mapping[str, Any]] = json.loads(done.stdout)["deployment"].get("resources") or []
        except subprocess.CalledProcessError as error:
            why = error.stderr.strip()
        except (OSError, ValueError, KeyError) as error:
            why = str(error)
        else:
            return resources
    raise InputError(
        f"`pulumi stack export` can't read which images the state of {stack_tag()} has: {why}; an image that it has "
        "could stay in the account for good: put pulumi on PATH, and update again"
    )


def _pulumi() -> str:
    """The pulumi on PATH, or else the one that runs this program."""
    engine = engine_process()
    return shutil.which("pulumi") or (str(Path(f"/proc/{engine}/exe").resolve()) if engine else "pulumi")
