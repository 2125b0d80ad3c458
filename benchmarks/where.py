"""Where the time of an update goes: processor time by process, and a profile of the program."""

import pstats
from pathlib import Path
from typing import Any

from tests.program import ROOT

from .measuring import by_process, in_turns, summary
from .scale import Scale
from .stage import UNPACED, UP, Stack, stage

_PROFILED = """
import atexit, cProfile, runpy, sys

sys.path.insert(0, {root!r})
profile = cProfile.Profile()
atexit.register(lambda: (profile.disable(), profile.dump_stats({out!r})))
profile.enable()
runpy.run_path({main!r}, run_name="__main__")
"""
_GROUPS = {
    "waiting": ("select.epoll",),
    "snapnames": ("/components/", "/snapnames/", f"{ROOT}/__main__.py"),
    "Pulumi's SDK": ("/site-packages/pulumi/",),
    "pulumi-aws": ("/site-packages/pulumi_aws/",),
    "gRPC and protobuf": ("/site-packages/grpc/", "/site-packages/google/"),
    "boto3": ("/site-packages/boto", "/site-packages/urllib3/", "/site-packages/jmespath/", "/site-packages/dateutil/"),
    "imports": ("<frozen importlib", "<frozen posixpath", "{built-in method marshal", "{method 'read' of '_io"),
    "asyncio": ("/asyncio/", "/concurrent/", "/selectors.py", "Context' objects"),
}
"""By whose code ran; what Python's own library and built-ins do is `the rest of Python`."""

_TOP = 12


def measure(scale: Scale) -> dict[str, Any]:
    """An update of so many names; the profile is of a run of its own, since it makes Python slower."""
    with stage(scale.profile) as on:
        stacks = {"OwnedImages": on.owned(), "Tags with literals": on.bare()}

        def turn(stack: Stack) -> dict[str, float]:
            stack.put_back()
            return by_process(stack.starter(*UP), on.aws)

        found = in_turns({title: lambda title=title: turn(stacks[title]) for title in stacks}, scale.rounds)  # type: ignore[misc]
        out = on.folder / "program.profile"
        text = _PROFILED.format(root=str(ROOT), out=str(out), main=str(ROOT / "__main__.py"))
        profiled = on.stack("profiled", {"ownedImages": {"namesPerSecond": UNPACED}}, text)
        profiled.put_back()
        profiled.run(*UP)
        profile = _read(out)
    names = {title: list(dict.fromkeys(name for run in runs for name in run)) for title, runs in found.items()}
    return {
        "names": scale.profile,
        "by_process": {
            title: {name: summary([run.get(name, 0.0) for run in runs], 2) for name in names[title]}
            for title, runs in found.items()
        },
        "profile": profile,
    }


def _read(path: Path) -> dict[str, Any]:
    """Seconds by whose code ran, and the functions with most time of their own."""
    stats: dict[tuple[str, int, str], tuple[int, int, float, float, Any]] = pstats.Stats(str(path)).stats  # type: ignore[attr-defined]
    own: dict[str, float] = {}
    for (file, _, function), (_, _, seconds, _, _) in stats.items():
        group = _group(f"{file} {function}")
        own[group] = own.get(group, 0.0) + seconds
    top = sorted(stats.items(), key=lambda item: -item[1][2])[:_TOP]
    return {
        "seconds": round(sum(own.values()), 2),
        "by_code": {group: round(seconds, 2) for group, seconds in sorted(own.items(), key=lambda item: -item[1])},
        "top": [
            {"function": _shown(file, function), "calls": calls, "seconds": round(seconds, 2)}
            for (file, _, function), (_, calls, seconds, _, _) in top
        ],
    }


def _group(function: str) -> str:
    return next(
        (group for group, parts in _GROUPS.items() if any(part in function for part in parts)), "the rest of Python"
    )


def _shown(file: str, function: str) -> str:
    """Without the folders of this machine."""
    short = file.rpartition("/site-packages/")[2] if "/site-packages/" in file else "/".join(file.split("/")[-2:])
    return f"{short} {function}" if file != "~" else function
