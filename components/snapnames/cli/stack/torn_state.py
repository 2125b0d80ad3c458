"""Repairs a state in a folder that a kill left incomplete.

Pulumi's folder backend first truncates and writes the `.attrs` file beside the state. Then it renames the new state
into its place (https://pkg.go.dev/gocloud.dev/blob/fileblob). A kill between the two leaves the old state whole and an
empty `.attrs` file. Every later command of pulumi then ends with `SYMPTOM`. The `.attrs` file holds a content type and
a checksum that pulumi does not use. Without the file, pulumi reads the state.
"""

import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

SYMPTOM = "failed to load checkpoint: EOF"

_WRITTEN_AFTER_SECONDS = 2.0
"""A running update fills the file within milliseconds, so a file that is still empty after this time is torn."""


def mend(backend: Path, stack: str, wait: Callable[[float], object] = time.sleep) -> bool:
    """Remove the stack's empty `.attrs` files, except one that an update is writing. Gives whether there was any.

    `backend`: the folder that has `.pulumi`. `stack`: its short name. `wait`: waits for so many seconds.
    """
    found = {path: _emptied(path) for path in backend.glob(f".pulumi/stacks/**/{stack}.json*.attrs")}
    torn = {path: emptied for path, emptied in found.items() if emptied is not None}
    if torn:
        wait(_WRITTEN_AFTER_SECONDS)
    for path, emptied in torn.items():
        # An update that writes many states may be at it again, and then the file was emptied later.
        if _emptied(path) == emptied:
            path.unlink(missing_ok=True)
    return bool(torn)


def _emptied(path: Path) -> int | None:
    """When an empty file was written last, in nanoseconds; None for one that has text in it or is gone."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return None if found.st_size else found.st_mtime_ns


def folder_of(url: str, project: Path) -> Path | None:
    """The folder of a backend's URL, as `pulumi whoami` gives it. None for another kind of backend.

    >>> folder_of("file:///var/state?no_tmp_dir=true", Path("/srv"))
    PosixPath('/var/state')
    >>> folder_of("file://./state", Path("/srv"))
    PosixPath('/srv/state')
    >>> folder_of("s3://bucket", Path("/srv"))
    """
    scheme, _, path = url.partition("://")
    return project / Path(unquote(path.partition("?")[0])).expanduser() if scheme == "file" else None
