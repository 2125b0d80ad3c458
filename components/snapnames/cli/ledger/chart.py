"""A bar for each image: the size of its snapshots, stacked by device. page.html draws it, page.css gives the colors."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from snapnames.cli.ledger.book import Row

COLORS = 8
"""Devices that have a color of their own; of more than that the smaller ones share the last."""

_OTHERS = "others"


@dataclass(frozen=True)
class Part:
    """The part of a bar that stands for one device."""

    device: str
    color: int
    size: int
    """GiB."""

    percent: float
    """Of the width that the largest image has."""


@dataclass(frozen=True)
class Bar:
    """What stands for one image."""

    title: str
    parts: tuple[Part, ...]

    @property
    def size(self) -> int:
        """GiB of all its parts."""
        return sum(part.size for part in self.parts)


@dataclass(frozen=True)
class Chart:
    """What is drawn, and which color is which device."""

    bars: tuple[Bar, ...]
    devices: tuple[str, ...]
    """In the order of their colors."""


def chart(rows: Sequence[Row]) -> Chart | None:
    """The bars of these images; None when nothing has a size."""
    sizes = [_sizes(row) for row in rows]
    total = sum(sizes, Counter[str]())
    if not total:
        return None
    # As the table has them: the root first.
    devices = list(total)
    if len(devices) > COLORS:
        rest = {device for device, _ in total.most_common()[COLORS - 1 :]}
        sizes = [_grouped(size, rest) for size in sizes]
        devices = [device for device in devices if device not in rest] + [_OTHERS]
    largest = max(size.total() for size in sizes)
    bars = (Bar(row.title, tuple(_parts(size, devices, largest))) for row, size in zip(rows, sizes, strict=True))
    return Chart(tuple(bars), tuple(devices))


def _sizes(row: Row) -> Counter[str]:
    sizes = Counter[str]()
    for line in row.lines:
        sizes[line.device or "no device yet"] += line.size
    return +sizes


def _grouped(sizes: Counter[str], rest: set[str]) -> Counter[str]:
    others = sum(sizes[device] for device in rest)
    return Counter({**{device: size for device, size in sizes.items() if device not in rest}, _OTHERS: others})


def _parts(sizes: Counter[str], devices: Sequence[str], largest: int) -> Iterable[Part]:
    for color, device in enumerate(devices):
        if size := sizes[device]:
            yield Part(device, color, size, round(100 * size / largest, 3))
