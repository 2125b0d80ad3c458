"""Charts as SVG: the same bytes for the same results."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

mpl.rcParams["svg.hashsalt"] = "snapnames"
mpl.rcParams["svg.fonttype"] = "none"
mpl.rcParams["font.size"] = 10

_WIDTH = 7.5


def _figure(title: str, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(_WIDTH, height), layout="constrained", facecolor="white")
    axes = figure.add_subplot()
    axes.set_title(title, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _save(figure: Figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
    # Git has it without blanks at the ends of lines.
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line.rstrip() for line in lines) + "\n", encoding="utf-8")


def growth(path: Path, title: str, lines: Mapping[str, Mapping[int, Sequence[float]]]) -> None:
    """Seconds over names, both logarithmic: each value as a dot, the medians joined."""
    figure, axes = _figure(title, 4)
    for label, sizes in lines.items():
        medians = [sorted(values)[len(values) // 2] for values in sizes.values()]
        (line,) = axes.plot(list(sizes), medians, label=label)
        dots = [(size, value) for size, values in sizes.items() for value in values]
        axes.scatter([x for x, _ in dots], [y for _, y in dots], s=10, color=line.get_color())
    axes.set(xscale="log", yscale="log", xlabel="names", ylabel="seconds")
    ticks = sorted({size for sizes in lines.values() for size in sizes})
    axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    axes.minorticks_off()
    axes.yaxis.set_major_formatter("{x:g}")
    axes.grid(visible=True, alpha=0.3)
    axes.legend(frameon=False)
    _save(figure, path)


def stacked(path: Path, title: str, bars: Mapping[str, Mapping[str, float]], unit: str) -> None:
    """A bar of parts for each of a few things."""
    figure, axes = _figure(title, 1.2 + 0.6 * len(bars))
    starts = dict.fromkeys(bars, 0.0)
    for part in dict.fromkeys(part for parts in bars.values() for part in parts):
        widths = [parts.get(part, 0.0) for parts in bars.values()]
        axes.barh(list(bars), widths, left=list(starts.values()), label=part, height=0.6)
        starts = {bar: starts[bar] + width for bar, width in zip(bars, widths, strict=True)}
    axes.invert_yaxis()
    axes.set_xlabel(unit)
    axes.legend(frameon=False, ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.35))
    _save(figure, path)


def timeline(path: Path, title: str, points: Sequence[tuple[float, int]], floor: Sequence[tuple[float, int]]) -> None:
    """Names given over time, and the most that EC2 takes."""
    figure, axes = _figure(title, 3.5)
    axes.plot([x for x, _ in floor], [y for _, y in floor], "--", color="black", label="the most that EC2 takes", lw=1)
    axes.step([x for x, _ in points], [y for _, y in points], where="post", label="snapnames name-owned")
    axes.set(xlabel="seconds since the first CreateTags", ylabel="names given")
    axes.grid(visible=True, alpha=0.3)
    axes.legend(frameon=False)
    _save(figure, path)


def ratios(path: Path, title: str, dots: Mapping[str, Sequence[float]], goal: float) -> None:
    """Each round's ratio as a dot, and the goal as a line."""
    figure, axes = _figure(title, 1 + 0.4 * len(dots))
    for position, values in enumerate(dots.values()):
        axes.scatter(list(values), [position] * len(values), s=18, color="tab:blue", alpha=0.6)
        axes.scatter([sorted(values)[len(values) // 2]], [position], s=120, marker="|", color="black")
    axes.axvline(goal, linestyle="--", color="tab:red", lw=1)
    axes.axvline(1, color="black", lw=0.5)
    axes.set_yticks(range(len(dots)), list(dots))
    axes.invert_yaxis()
    axes.set_xlabel(f"times the floor; the bar is the median, the dashed line the goal ({goal:g})")
    _save(figure, path)


def bars(path: Path, title: str, values: Mapping[str, Sequence[float]], unit: str) -> None:
    """A bar for each median, a dot for each value."""
    figure, axes = _figure(title, 1 + 0.4 * len(values))
    medians = [sorted(of)[len(of) // 2] for of in values.values()]
    axes.barh(list(values), medians, color="tab:blue", alpha=0.5, height=0.6)
    for position, of in enumerate(values.values()):
        axes.scatter(list(of), [position] * len(of), s=10, color="black", zorder=3)
    axes.invert_yaxis()
    axes.set_xlabel(unit)
    _save(figure, path)
