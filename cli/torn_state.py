"""A state in a folder that a kill left torn.

Pulumi's folder backend puts a new state in its place by a rename, but truncates and writes the `.attrs` file beside it
before that (https://pkg.go.dev/gocloud.dev/blob/fileblob). A kill between the two leaves the old state whole and an
empty `.attrs`, and every later command of pulumi ends with `SYMPTOM`. The file holds a content type and a checksum that
pulumi does not use, and without it the state is read.
"""

import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

SYMPTOM = "failed to load checkpoint: EOF"

_WRITTEN_AFTER_SECONDS = 2.0
"""An update that runs writes it within milliseconds."""


def mend(backend: Path, stack: str, wait: Callable[[float], object] = time.sleep) -> bool:
    """Remove the empty `.attrs` files of the stack, none that an update may be writing; whether there was any.

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
    """The folder of a backend's URL, as `pulumi whoami` gives it; None for another kind of backend.

    >>> folder_of("file:///var/state?no_tmp_dir=true", Path("/srv"))
    PosixPath('/var/state')
    >>> folder_of("file://./state", Path("/srv"))
    PosixPath('/srv/state')
    >>> folder_of("s3://bucket", Path("/srv"))
    """
    scheme, _, path = url.partition("://")
    return project / Path(unquote(path.partition("?")[0])).expanduser() if scheme == "file" else None
