"""The output for people: lines, and a progress bar for each snapshot while an image is made."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from snapnames.cli.account import Account
from snapnames.cli.errors import CommandError
from snapnames.printable import printable, printable_lines
from snapnames.rules.images import ImageWithSnapshots, Snapshot
from snapnames.rules.services import of_service

_POLL_SECONDS = 2.0
_FIRST_POLL_SECONDS = 0.5
_QUARTER = 25


class Display:
    """Lines on a console, and bars on one that is a terminal."""

    def __init__(self, console: Console) -> None:
        """Print to the console, and start to count the time."""
        self._console = console
        self._started = time.monotonic()
        self._shown = threading.Lock()
        """Held while bars are on the terminal."""
        self.service = ""
        """The service of a program of one's own that is spoken of; empty for snapnames' own program."""
        self.next = ""
        """What comes after the image."""

    @property
    def elapsed(self) -> str:
        """Time since the command began, as `0:01:20`."""
        return str(timedelta(seconds=int(time.monotonic() - self._started)))

    @property
    def seconds(self) -> float:
        """The same, for scripts."""
        return round(time.monotonic() - self._started, 1)

    def say(self, line: str) -> None:
        """Print a line, above the bars if there are any."""
        said = printable_lines(of_service(line, self.service))
        self._console.print(said, markup=False, emoji=False, highlight=False, soft_wrap=True)

    @contextmanager
    def watching(self, account: Account, image_name: str) -> Iterator[None]:
        """While this lasts, show how far the snapshots behind the image are."""
        done = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(account, image_name, done), daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()

    @contextmanager
    def counting(self, total: int, what: str) -> Iterator[Callable[[], None]]:
        """While this lasts, show how many of `total` are done: a bar, or a line for each tenth in a log."""
        done = 0
        tenth = max(1, total // 10)

        def count() -> None:
            nonlocal done
            done += 1
            bar.update(task, completed=done)
            if not self._console.is_terminal and (done % tenth == 0 or done == total):
                self.say(f"[{self.elapsed}] {done} of {total} {what}")

        columns = (
            TextColumn("  {task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=self._console, disable=not self._console.is_terminal) as bar:
            task = bar.add_task(what, total=total)
            yield count

    @contextmanager
    def bars(self, *columns: ProgressColumn) -> Iterator[Progress | None]:
        """Bars to show while this lasts; None without a terminal, or where other bars have its only place."""
        with self._place() as free:
            if free:
                with Progress(*columns, console=self._console) as shown:
                    yield shown
            else:
                yield None

    @contextmanager
    def _place(self) -> Iterator[bool]:
        """Whether this is a terminal on which no other bars are shown; none are while this lasts."""
        free = self._console.is_terminal and self._shown.acquire(blocking=False)
        try:
            yield free
        finally:
            if free:
                self._shown.release()

    def _watch(self, account: Account, image_name: str, done: threading.Event) -> None:
        with self._place() as free, _Bars(self, self._console) if free else _Lines(self) as progress:
            wait = _FIRST_POLL_SECONDS
            while not done.wait(wait):
                try:
                    image = account.image(image_name)
                except CommandError as error:  # the image is made all the same
                    self.say(f"no progress to show: {error}")
                    return
                if image is not None:
                    progress.show(image)
                wait = _POLL_SECONDS


def _label(image: ImageWithSnapshots, snapshot: Snapshot) -> str:
    return f"{printable(image.device(snapshot)) or snapshot.snapshot_id} {snapshot.size} GiB"


class _Lines:
    """For a log: prints a line when a snapshot has progressed by another quarter."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._shown: tuple[int, ...] = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def show(self, image: ImageWithSnapshots) -> None:
        quarters = tuple(snapshot.percent // _QUARTER for snapshot in image.snapshots)
        if quarters in (self._shown, ()):
            return
        self._shown = quarters
        snapshots = ", ".join(f"{_label(image, snapshot)} {snapshot.percent}%" for snapshot in image.snapshots)
        self._display.say(f"[{self._display.elapsed}] image {image.image.name} is {image.image.state}: {snapshots}")


class _Bars(Live):
    """For a terminal: a bar for each snapshot, and under the bars the time and the next step."""

    def __init__(self, display: Display, console: Console) -> None:
        self._display = display
        self._bars = Progress(
            TextColumn("  {task.description}", markup=False), BarColumn(), TaskProgressColumn(), console=console
        )
        self._tasks: dict[str, TaskID] = {}
        super().__init__(console=console, refresh_per_second=4, transient=False)

    def get_renderable(self) -> RenderableType:
        following = f", next: {printable(self._display.next)}" if self._display.next else ""
        return Group(self._bars, Text(f"  {self._display.elapsed} elapsed{following}"))

    def show(self, image: ImageWithSnapshots) -> None:
        for snapshot in image.snapshots:
            key = snapshot.snapshot_id
            if key not in self._tasks:
                self._tasks[key] = self._bars.add_task(_label(image, snapshot), total=100)
            self._bars.update(self._tasks[key], description=_label(image, snapshot), completed=snapshot.percent)
