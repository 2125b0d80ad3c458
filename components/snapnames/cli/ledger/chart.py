"""A bar for each image: the size of its snapshots, stacked by device. The page's style gives the colors."""

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup
from pygal import HorizontalStackedBar, PluginImportFixer
from pygal.etree import etree
from pygal.style import Style

from snapnames.cli.ledger.book import Row
from snapnames.printable import printable

# pygal leaves a finder of its maps that has no `find_spec`: Python 3.12 passes it over, and what else asks each finder,
# as pytest does, fails. Nothing here has a map.
sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, PluginImportFixer)]

COLORS = 8
"""How many devices have a color of their own. If there are more devices, the smaller ones share the last color."""

_OTHERS = "others"
_WIDTH = 960
_BAR, _AXIS = 22, 48
_LABEL = 36
"""How many characters of a title stand beside its bar. The whole title shows when one points at the bar."""

_PART = 25
"""The most bars above one axis. More bars make several drawings of the same scale, so that an axis is always near."""

_SPACE = "\u00a0"


@dataclass(frozen=True)
class Chart:
    """The drawings, and which color belongs to which device."""

    parts: tuple[Markup, ...]
    """SVG drawings, one below the other."""

    devices: tuple[str, ...]
    """In the order of their colors."""


@dataclass(frozen=True)
class _Bar:
    title: str
    label: str
    sizes: Counter[str]


def chart(rows: Sequence[Row]) -> Chart | None:
    """Draw it; None when nothing has a size."""
    sizes = [_sizes(row) for row in rows]
    total = sum(sizes, Counter[str]())
    if not total:
        return None
    # In the order of the table: the root first.
    devices = list(total)
    if len(devices) > COLORS:
        rest = [device for device, _ in total.most_common()[COLORS - 1 :]]
        sizes = [_grouped(size, rest) for size in sizes]
        devices = [device for device in devices if device not in rest] + [_OTHERS]
    titles = [printable(row.title) for row in rows]
    labels = [f"{_cut(title)} {size.total()} GiB" for title, size in zip(titles, sizes, strict=True)]
    # All labels have the same length, so that the bars of all parts begin at the same place.
    length = max(map(len, labels))
    bars = [_Bar(t, label.rjust(length, _SPACE), s) for t, label, s in zip(titles, labels, sizes, strict=True)]
    largest = max(size.total() for size in sizes)
    parts = [_drawn(bars[first : first + _PART], devices, largest) for first in range(0, len(bars), _PART)]
    return Chart(tuple(parts), tuple(devices))


def _cut(title: str) -> str:
    return title if len(title) <= _LABEL else f"{title[: _LABEL - 1]}…"


def _sizes(row: Row) -> Counter[str]:
    sizes = Counter[str]()
    for line in row.lines:
        sizes[line.device or "no device yet"] += line.size
    return +sizes


def _grouped(sizes: Counter[str], rest: Sequence[str]) -> Counter[str]:
    others = sum(sizes[device] for device in rest)
    return Counter({**{device: size for device, size in sizes.items() if device not in rest}, _OTHERS: others})


def _drawn(bars: Sequence[_Bar], devices: Sequence[str], largest: int) -> Markup:
    drawing = HorizontalStackedBar(
        style=Style(label_font_size=12, major_label_font_size=12),
        width=_WIDTH,
        height=_AXIS + _BAR * len(bars),
        margin=8,
        margin_right=24,
        range=(0, largest),
        show_legend=False,
        truncate_label=-1,
        value_formatter=lambda size: f"{size:.0f} GiB",
    )
    upwards = bars[::-1]  # pygal draws the first bar at the bottom
    drawing.x_labels = [bar.label for bar in upwards]
    for device in devices:
        drawing.add(printable(device), [bar.sizes[device] or None for bar in upwards])
    root = drawing.render_tree()
    _strip(root)
    _title_bars(root, [bar.title for bar in upwards], [printable(device) for device in devices])
    return Markup(etree.tostring(root, encoding="unicode"))  # noqa: S704 -- pygal has escaped each text in it


def _strip(root: "etree.Element") -> None:
    """Remove scripts and styles, which the page's policy refuses, and the boxes that the script needs for its tips."""
    for parent in list(root.iter()):
        for child in list(parent):
            extra = not isinstance(child.tag, str) or child.tag.rpartition("}")[2] in ("defs", "title")
            if extra or "overlay" in child.get("class", ""):
                parent.remove(child)
    root.attrib.pop("id", None)
    root.set("role", "img")
    root.set("aria-label", "Size of images by device")


def _title_bars(root: "etree.Element", titles: Sequence[str], devices: Sequence[str]) -> None:
    """Add a tip to each bar that says what it is, and remove bars without a size."""
    series = [group for group in root.iter() if isinstance(group.tag, str) and "serie-" in group.get("class", "")]
    for device, group in zip(devices, series, strict=True):
        for bars in [one for one in group.iter() if one.get("class") == "bars"]:
            for title, bar in zip(titles, list(bars), strict=True):
                rectangle, value = bar[0], bar[1].text
                for note in list(bar)[1:]:
                    bar.remove(note)
                if not float(rectangle.get("width", 0)):
                    bars.remove(bar)
                    continue
                tip = etree.SubElement(bar, rectangle.tag.replace("rect", "title"))
                tip.text = f"{title}, {device}: {value}"
