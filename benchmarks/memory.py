"""The most memory that a command and all that it started had at one time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    import subprocess

_SAMPLE_SECONDS = 0.1
_MIB = 1 << 20


class Peak:
    """What was seen so far."""

    mib = 0.0


@contextmanager
def peak(process: "subprocess.Popen[str]") -> Iterator[Peak]:
    """Look at the process and at its descendants ten times a second, until the block ends."""
    found, ended = Peak(), threading.Event()

    def look() -> None:
        while not ended.wait(_SAMPLE_SECONDS):
            with suppress(psutil.NoSuchProcess):
                root = psutil.Process(process.pid)
                found.mib = max(found.mib, sum(map(_resident, (root, *root.children(recursive=True)))) / _MIB)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield found
    finally:
        ended.set()
        thread.join()


def _resident(process: psutil.Process) -> int:
    with suppress(psutil.NoSuchProcess):
        return int(process.memory_info().rss)
    return 0
