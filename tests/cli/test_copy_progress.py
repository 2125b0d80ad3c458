"""What is seen while EC2 copies: one line or bar for each region and image."""

import threading
from io import StringIO

from botocore.exceptions import EndpointConnectionError
from rich.console import Console
from snapnames.cli.copy_progress import CopyProgress, CopyState
from snapnames.cli.display import Display

WEST, EU = "web-1:us-west-2", "web-1:eu-west-1"


class Region:
    """What a region answers, one after the other; `asked` is set when all of it was given."""

    def __init__(self, *answers: CopyState | Exception | None) -> None:
        """Take the answers; the last one stays."""
        self._answers = [*answers]
        self._last: CopyState | Exception | None = None
        self.asked = threading.Event()

    def read(self) -> CopyState | None:
        """The next answer."""
        if self._answers:
            self._last = self._answers.pop(0)
        else:
            self.asked.set()
        if isinstance(self._last, Exception):
            raise self._last
        return self._last


def shown(copies: list[str], *, terminal: bool = False, **regions: Region) -> str:
    """What is printed until each region has given all of its answers twice over."""
    out = StringIO()

    def read(region: str, _: str) -> CopyState | None:
        return regions[region.replace("-", "_")].read()

    progress = CopyProgress(Display(Console(file=out, force_terminal=terminal, width=80)), read)
    for copy in copies:
        progress.begun(copy)
    for region in regions.values():
        assert region.asked.wait(30)
    progress.close()
    return out.getvalue()


def at(percent: int) -> CopyState:
    """A copy of two volumes that is so far."""
    return CopyState("pending", 2, 28, percent)


def test_a_log_gets_a_line_for_each_region_when_it_has_come_by_a_quarter() -> None:
    """And none before EC2 shows a snapshot."""
    said = shown([WEST, EU], us_west_2=Region(None, at(10), at(20), at(60)), eu_west_1=Region(at(90)))

    lines = [line.partition("] ")[2] for line in said.splitlines()]
    assert [line for line in lines if "us-west-2" in line] == [
        "copy web-1 in us-west-2 is pending: 2 snapshots, 28 GiB, 10%",
        "copy web-1 in us-west-2 is pending: 2 snapshots, 28 GiB, 60%",
    ]
    assert [line for line in lines if "eu-west-1" in line] == [
        "copy web-1 in eu-west-1 is pending: 2 snapshots, 28 GiB, 90%"
    ]


def test_a_terminal_gets_a_bar_for_each_region() -> None:
    """With the image and its size."""
    said = shown([WEST, EU], terminal=True, us_west_2=Region(at(10)), eu_west_1=Region(at(90)))

    assert "us-west-2 web-1 28 GiB" in said
    assert "eu-west-1 web-1 28 GiB" in said
    assert "90%" in said


def test_a_region_that_does_not_answer_is_said_once_and_the_others_are_shown() -> None:
    """The copy is made all the same."""
    gone = EndpointConnectionError(endpoint_url="https://ec2.us-west-2.amazonaws.com")
    out = StringIO()
    other = Region(at(50), at(50))
    asked: list[str] = []

    def read(region: str, _: str) -> CopyState | None:
        asked.append(region)
        if region == "us-west-2":
            raise gone
        return other.read()

    progress = CopyProgress(Display(Console(file=out, width=200)), read)
    for copy in (WEST, EU):
        progress.begun(copy)
    assert other.asked.wait(30)
    progress.close()

    assert out.getvalue().count("no progress to show of the copies in us-west-2: ") == 1
    assert asked.count("us-west-2") == 1
    assert "copy web-1 in eu-west-1 is pending: 2 snapshots, 28 GiB, 50%" in out.getvalue()
