"""What the page says of each answer."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import charts

Result = Mapping[str, Any]
Shown = Callable[[Result, Path], Iterator[str]]


@dataclass(frozen=True)
class Section:
    """A question of the page."""

    title: str
    asks: str
    shown: Shown


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    names = list(head)
    yield "| " + " | ".join(names) + " |"
    yield "|" + "---|" * len(names)
    for row in rows:
        yield "| " + " | ".join(str(cell) for cell in row) + " |"
    yield ""


def _both(of: Result, digits: int = 1) -> str:
    """Median and worst."""
    return f"{of['median']:.{digits}f} ({of['worst']:.{digits}f})"


def _met(value: float, goal: float, *, below: bool = False) -> str:
    met = value < goal if below else value <= goal
    return f"goal {'below' if below else 'at most'} {goal:g}: **{'met' if met else 'not met'}**"


def _calls(of: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name.rpartition('.')[2]}" for name, count in of.items()) or "none"


def _calls_section(result: Result, _: Path) -> Iterator[str]:
    yield "A service. Each release has 3 EBS volumes and an instance-store volume:\n"
    rows = [(title, _calls(of["reads"]), _calls(of["writes"])) for title, of in result["service"].items()]
    yield from _table(("step", "reads", "writes"), rows)
    account = dict(result["account"])
    yield f"`OwnedImages`, on an account of {account.pop('names'):,} snapshots:\n"
    rows = [(title, _calls(of["reads"]), _calls(of["writes"])) for title, of in account.items()]
    yield from _table(("step", "reads", "writes"), rows)


def _start_up(result: Result, chart: Path) -> Iterator[str]:
    parts = list(next(iter(result.values())))
    rows = [(part, *(_both(of[part], 2) for of in result.values())) for part in parts]
    yield from _table(("seconds", *result), rows)
    yield (
        "The language host spends most of its time in `python -m pip list -v --format json`. It looks for plugins this "
        "way.\n"
    )
    bars = {title: {part: of[part]["median"] for part in parts if part != "all"} for title, of in result.items()}
    charts.stacked(chart, "From `pulumi preview` to the first resource", bars, "seconds, medians")


def _overhead(result: Result, chart: Path) -> Iterator[str]:
    dots = {}
    rows = []
    for component, found in result.items():
        for command in ("preview", "up", "preview again", "up again"):
            of = found[command]
            ratio = of["ratio"]
            dots[f"{component} {command}"] = ratio["seconds"]["values"]
            rows.append(
                (
                    f"{component}, {found['names']:,} names: `{command}`",
                    _both(of["component"]["seconds"]),
                    _both(of["bare"]["seconds"]),
                    _both(ratio["seconds"], 3),
                    _both(ratio["cpu_seconds"], 3),
                    _met(ratio["seconds"]["median"], 1.05),
                )
            )
    yield from _table(
        ("", "component, s", "plain program, s", "ratio of seconds", "ratio of processor time", "goal, for the median"),
        rows,
    )
    yield (
        "In the first preview, `ReleaseImage` cannot be as fast as the plain program. While its image does not exist,\n"
        "a release reads its source instance, the volumes of this instance, and whether the image name is free. These\n"
        "are some ten reads, and the program has twelve releases. The plain program knows the devices and reads\n"
        "nothing. Later commands do not make these reads.\n"
    )
    charts.ratios(chart, "Over a bare program of the same Tags", dots, 1.05)


def _growth(result: Result, chart: Path) -> Iterator[str]:
    rows = []
    for kind in ("preview", "naming", "checkpoints"):
        times = ", ".join(f"{int(size):,}: {_both(of['seconds'])}" for size, of in result[kind].items())
        of = result["exponents"][kind]
        verdict = "see below" if kind == "checkpoints" else _met(of["above_start_up"], 1.1)
        rows.append((_KINDS[kind], times, of["all"], of["above_start_up"], of["cpu_above_start_up"], verdict))
    yield from _table(
        (
            "",
            "names: seconds",
            "exponent",
            "exponent without start-up",
            "exponent of processor time without start-up",
            "goal, without start-up",
        ),
        rows,
    )
    yield (
        "Start-up is the time of a preview of an account without images: "
        f"{_both(result['start_up']['seconds'])} s. The columns without start-up subtract it first.\n"
    )
    yield _CHECKPOINTS
    lines = {_KINDS[kind]: {int(size): of["seconds"]["values"] for size, of in result[kind].items()} for kind in _KINDS}
    charts.growth(chart, "Time over names", lines)


_KINDS = {
    "preview": "`pulumi preview`",
    "naming": "naming, without checkpoints",
    "checkpoints": "plain `pulumi up`, with checkpoints",
}
_CHECKPOINTS = """Plain `pulumi up` on a file or bucket backend takes quadratic time. The engine is the reason: before
and after each step it serializes, checks and writes the whole state (`SnapshotManager.saveSnapshot` and
`diyBackend.saveCheckpoint` of Pulumi 3.230). Its only switches skip all checkpoints, or compress the file. It also has
a journal, which writes one entry per step, but only for the Pulumi Cloud backend.

So use `snapnames name-owned` for thousands of names. It skips the checkpoints. A kill loses nothing, because the next
run reads from the account what was named.
"""


def _bucket(result: Result, chart: Path) -> Iterator[str]:
    names, floor = result["names"], result["floor_seconds"]
    yield (
        f"With {names:,} names, the smallest possible time is ({names:,} - 100) / 10 = {floor:g} s. snapnames makes 90 "
        "calls at once. It keeps the other 10 of the first 100 calls back for retries, and makes them a second later.\n"
    )
    rows = [
        (
            "first to last CreateTags",
            _both(result["naming_seconds"]),
            _both(result["naming_ratio"], 3),
            _met(result["naming_ratio"]["median"], 1.05),
        ),
        (
            "the whole command, preview included",
            _both(result["command_seconds"]),
            _both(result["command_ratio"], 3),
            "includes start-up and preview",
        ),
        (
            "throttled calls, of all calls",
            "",
            f"{_both(result['throttled_percent'], 2)} %",
            _met(result["throttled_percent"]["worst"], 1, below=True),
        ),
    ]
    yield from _table(("", "seconds", "compared with the smallest possible time", "goal"), rows)
    yield f"Calls of the last round: {_calls(result['calls'])}.\n"
    at_once = [(0.0, 0), (0.0, 100), ((names - 100) / 10, names)]
    charts.timeline(chart, f"{names:,} names behind EC2's buckets", [(x, y) for x, y in result["timeline"]], at_once)


def _others(result: Result, chart: Path) -> Iterator[str]:
    tools = result["tools"]
    yield f"The account has {result['names']:,} snapshots. Cloud Custodian has version {result['custodian']}.\n"
    rows = [(name, _both(of["seconds"]), _both(of["cpu_seconds"]), _calls(of["calls"])) for name, of in tools.items()]
    yield from _table(("", "seconds", "processor time, s", "calls"), rows)
    for name, ratio in result["ratios"].items():
        median = ratio["seconds"]["median"]
        verb = "takes" if median >= 1 else "needs only"
        yield f"- `snapnames name-owned` {verb} {median:.2f} times as long as: {name}."
    wrong = result["script_out_of_order"]
    yield (
        f"- {wrong:,} names of the script do not follow the order of the devices, because the script numbers the "
        "mappings as EC2 lists them."
    )
    yield f"\n{_OTHERS}"
    charts.bars(
        chart,
        f"Naming {result['names']:,} snapshots",
        {n: of["seconds"]["values"] for n, of in tools.items()},
        "seconds",
    )


_OTHERS = """**Where the other tools are better.** As long as EC2 does not throttle, the script takes the least time and
the fewest calls. It makes one call for each name. The official provider also reads each name back (DescribeTags).
Custodian can give one tag to many snapshots in one call, which no Pulumi resource can do. If all snapshots should have
the same tag, use Custodian.

**Where they are not better.** If the names differ, EC2's bucket limits all tools (see above). The script writes every
name again at each run, and it also overwrites a name that a person gave. Custodian needs a policy for each name.
"""


def _where(result: Result, chart: Path) -> Iterator[str]:
    processes = result["by_process"]
    names = list(dict.fromkeys(name for of in processes.values() for name in of))
    empty = {"median": 0.0, "worst": 0.0}
    rows = [
        (
            "elapsed time, s" if name == "all" else f"{name}, processor s",
            *(_both(of.get(name, empty), 2) for of in processes.values()),
        )
        for name in names
        if any(of.get(name, empty)["worst"] >= 0.05 for of in processes.values())
    ]
    yield from _table(("", *processes), rows)
    profile = result["profile"]
    debug, whole = profile["debug_log"], profile["seconds"]
    yield f"cProfile measured the program (`python3`), and slowed it down to {whole:.1f} s. Whose code ran:\n"
    yield from _table(("code", "s", "%"), [(k, v, f"{100 * v / whole:.0f}") for k, v in profile["by_code"].items()])
    yield "These functions took the most time themselves, without the functions that they call:\n"
    rows = [(f"`{one['function']}`", f"{one['calls']:,}", one["seconds"]) for one in profile["top"]]
    yield from _table(("function", "calls", "s"), rows)
    share = 100 * debug["seconds"] / whole
    yield (
        f"The code of snapnames takes {100 * profile['by_code'].get('snapnames', 0.0) / whole:.1f} % of this time. "
        f"Pulumi's SDK sends each of {debug['calls']:,} lines of its debug log to the engine and waits for each call, "
        f"also if nobody reads the log. This takes {debug['seconds']:.1f} s, or {share:.0f} % (`pulumi/log.py`, called "
        "by `pulumi/runtime/resource.py`).\n"
    )
    bars = {
        title: {name: value["median"] for name, value in of.items() if name != "all" and value["median"] >= 0.05}
        for title, of in processes.items()
    }
    charts.stacked(
        chart, f"An update of {result['names']:,} names, by process", bars, "seconds of processor time, medians"
    )


SECTIONS = {
    "overhead": Section(
        "Overhead over the engine",
        "A component gives the names, and a plain program gives the same names. The plain program declares each Tag "
        "literally with the official SDK. A release of 20 volumes is an image and 20 names in both programs.",
        _overhead,
    ),
    "growth": Section(
        "Growth",
        "How the time grows with the number of names. An exponent of 1 is linear, and 2 is quadratic.",
        _growth,
    ),
    "bucket": Section(
        "Against EC2's bucket",
        "EC2 takes 100 CreateTags calls at once from most accounts, and then 10 a second. So S different names take at "
        "least (S - 100) / 10 seconds. `snapnames name-owned` ran unchanged, behind a proxy that has EC2's bucket for "
        "each API call.",
        _bucket,
    ),
    "calls": Section("Calls", "The API calls of each step. Tests check the figures that matter.", _calls_section),
    "others": Section(
        "Against what people use",
        "snapnames is compared with a boto3 script, which makes one CreateTags call after another "
        "(`benchmarks/name_snapshots.py`), and with Cloud Custodian. All ran on the same local AWS in the same rounds, "
        "without throttling.",
        _others,
    ),
    "start_up": Section(
        "Start-up",
        "The time before any name is looked at. `OwnedImages` lists the account in this time, and the other program "
        "does not. `OwnedImages` has its own Tag class, because the official class loads the 180 modules of its "
        "package.",
        _start_up,
    ),
    "where": Section("Where the time goes", "The time of an update by process, and a profile of the program.", _where),
}
