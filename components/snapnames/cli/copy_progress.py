"""How far EC2 is with the copies of an update: a bar for each region and image, or lines in a log."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn

from snapnames.aws.images import images_by
from snapnames.aws.session import REFUSALS, StackSession
from snapnames.aws.snapshots import snapshots_copied_for
from snapnames.cli.display import Display
from snapnames.printable import printable

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

_POLL_SECONDS = 2.0
_FIRST_POLL_SECONDS = 0.5
_QUARTER = 25


@dataclass(frozen=True)
class CopyState:
    """A copy, as EC2 tells it."""

    state: str
    snapshots: int
    size: int
    """GiB of all volumes."""

    percent: int
    """Of all of them together."""

    def __str__(self) -> str:
        many = "" if self.snapshots == 1 else "s"
        return f"{self.snapshots} snapshot{many}, {self.size} GiB, {self.percent}%"


Read = Callable[[str, str], CopyState | None]
"""Reads the copy of an image, by its name, in a region."""


class CopyProgress:
    """Shows the copies that are under way, from the first one that begins until it is closed."""

    def __init__(self, display: Display, read: Read) -> None:
        """Show nothing yet. `read` is called in a thread of its own."""
        self._display, self._read = display, read
        self._done = threading.Event()
        self._watcher: threading.Thread | None = None
        self._under_way: dict[str, None] = {}
        self._quarters: dict[str, int] = {}
        self._unread: set[str] = set()
        self._tasks: dict[str, TaskID] = {}

    def begun(self, copy: str) -> None:
        """A copy has begun. `copy`: what the program calls it, the name of the image with the region."""
        self._under_way[copy] = None
        if self._watcher is None:
            self._watcher = threading.Thread(target=self._watch, daemon=True)
            self._watcher.start()

    def ended(self, copy: str) -> None:
        """A copy is made, or has failed."""
        self._under_way.pop(copy, None)

    def close(self) -> None:
        """Show no more."""
        self._done.set()
        if self._watcher is not None:
            self._watcher.join()

    def _watch(self) -> None:
        columns = (TextColumn("  {task.description}", markup=False), BarColumn(), TaskProgressColumn())
        with self._display.bars(*columns) as bars:
            wait = _FIRST_POLL_SECONDS
            while not self._done.wait(wait):
                for copy in [*self._under_way]:
                    self._look(copy, bars)
                wait = _POLL_SECONDS

    def _look(self, copy: str, bars: Progress | None) -> None:
        name, _, region = copy.rpartition(":")
        if region in self._unread:
            return
        try:
            found = self._read(region, name)
        except REFUSALS as error:  # the copy is made all the same
            self._unread.add(region)
            self._display.say(f"no progress to show of the copies in {region}: {error}")
            return
        if found is None or not found.snapshots:
            return
        if bars is not None:
            label = f"{region} {printable(name)} {found.size} GiB"
            if copy not in self._tasks:
                self._tasks[copy] = bars.add_task(label, total=100)
            bars.update(self._tasks[copy], description=label, completed=found.percent)
        elif self._quarters.get(copy) != found.percent // _QUARTER:
            self._quarters[copy] = found.percent // _QUARTER
            self._display.say(f"[{self._display.elapsed}] copy {name} in {region} is {found.state}: {found}")


def reader(session: StackSession) -> Read:
    """Reads copies by the session's keys, with a client for each region."""
    clients: dict[str, EC2Client] = {}

    def read(region: str, name: str) -> CopyState | None:
        if region not in clients:
            clients[region] = session.elsewhere(region).ec2_in_haste()
        images = [image for image in images_by(clients[region], "name", [name]) if image.copied]
        if not images:
            return None
        behind = snapshots_copied_for(clients[region], [images[-1].image_id])
        size = sum(one.size for one in behind)
        done = sum(one.size * one.percent for one in behind)
        return CopyState(images[-1].state, len(behind), size, done // size if size else 0)

    return read
