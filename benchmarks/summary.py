"""`benchmarks/summary.json`: the numbers that the page shows, out of the raw results, which git does not have."""

import json
import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from tests.program import ROOT

RAW = ROOT / ".dev" / "bench"
"""A folder for each scale, a file for each question: the value of every round."""

FILE = ROOT / "benchmarks" / "summary.json"

Summary = dict[str, dict[str, dict[str, Any]]]
"""By question and scale: `result`, and `run`, which says what it stands for."""

_SHOWN = {
    "overhead": ("*/names", "*/component/seconds/*", "*/bare/seconds/*", "*/ratio/*"),
    "growth": (
        *("start_up/seconds/*", "exponents/*"),
        *("preview/*/seconds/*", "naming/*/seconds/*", "checkpoints/*/seconds/*"),
    ),
    "bucket": ("names", "floor_seconds", "*_seconds/*", "*_ratio/*", "throttled_percent/*", "calls/*"),
    "calls": ("*",),
    "others": (
        *("names", "custodian", "script_out_of_order", "ratios/*/seconds/median"),
        *("tools/*/seconds/*", "tools/*/cpu_seconds/*", "tools/*/calls/*"),
    ),
    "peer": (
        *("tofu", "provider", "names", "service/*/cpu_seconds/*", "service/*/calls/*"),
        *("bulk/tools/*/seconds/*", "bulk/tools/*/cpu_seconds/*", "bulk/tools/*/peak_mib", "bulk/ratios/*/median"),
        *("bucket/names", "bucket/floor_seconds", "bucket/tools/*/of_floor/median"),
        *("bucket/tools/*/throttled_percent/median", "outcomes/*"),
    ),
    "targets": (
        *("names", "at_once", "exponents/*"),
        *("targets/*/*/seconds/*", "targets/*/*/cpu_of_a_target/*"),
    ),
    "regions": ("regions/*/seconds/*", "regions/*/cpu_seconds/*", "regions/*/peak_mib"),
    "ledger": (
        *("behind", "images/*/page_mib", "images/*/seconds/*", "images/*/cpu_seconds/*"),
        *("images/*/peak_mib", "images/*/calls/*"),
    ),
    "start_up": ("*",),
    "where": ("*",),
}
"""For each question the paths of its result that the page shows. `values`, a number for each round, are never shown."""


def read() -> Summary:
    """What the page is made of."""
    summary: Summary = json.loads(FILE.read_text(encoding="utf-8"))
    return summary


def keep(question: str, scale: str, answer: Mapping[str, Any]) -> None:
    """Put what was just measured into the file."""
    text = json.dumps(with_answer(read(), question, scale, answer), indent=1)
    # A line for each map of figures, so that a difference is read as one.
    lines = re.sub(r"\{[^{}\[\]]+\}", lambda found: re.sub(r"\s*\n\s*", " ", found[0]), text)
    FILE.write_text(lines + "\n", encoding="utf-8")


def with_answer(summary: Summary, question: str, scale: str, answer: Mapping[str, Any]) -> Summary:
    """The summary with one answer in the place of the one before. All others stay as they are."""
    short = {"run": answer["run"], "result": shortened(answer["result"], _SHOWN[question])}
    return {**summary, question: {**summary.get(question, {}), scale: short}}


def shortened(result: Mapping[str, Any], shown: Sequence[str], path: str = "") -> dict[str, Any]:
    """A result with nothing but what is shown.

    >>> shortened({"up": {"seconds": {"median": 2, "values": [1, 2, 3]}, "calls": {"CreateTags": 9}}}, ["*/seconds/*"])
    {'up': {'seconds': {'median': 2}}}
    """
    kept: dict[str, Any] = {}
    for key, value in result.items():
        inner = f"{path}{key}"
        if isinstance(value, Mapping) and value:
            below = shortened(value, shown, f"{inner}/")
            kept |= {key: below} if below else {}
        elif key != "values" and any(fnmatchcase(inner, pattern) for pattern in shown):
            kept[key] = value
    return kept
