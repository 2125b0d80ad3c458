"""From `pulumi preview` to the first resource, by part: what happens before any name is looked at."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from tests.program import ROOT

from .measuring import in_turns, summary
from .scale import Scale
from .stage import PREVIEW, Stack, Stage, stage

PARTS = ("engine", "language host", "Python and Pulumi's SDK", "imports", "account read", "plugin and first resource")
_IMAGES = 4
_POLL_SECONDS = 0.05
"""Looking on ten times as often took a core of its own, and the start twice as long."""
_EVENTS = {"PULUMI_DEBUG_COMMANDS": "true"}
"""Pulumi has --event-log only with this."""

_STAMPED = """
import json, sys, time

began = time.time()
sys.path.insert(0, {root!r})
{imports}
imported = time.time()
with open({stamps!r}, "w") as file:
    json.dump([began, imported], file)
{body}
"""
"""A program that says when it began, and when it had imported what it needs."""

_PROGRAMS = {
    "OwnedImages": (
        "import pulumi\nfrom snapnames.owned_images import OwnedImages\nimport boto3",
        'OwnedImages("owned-images", {})',
    ),
    "Tags with the official SDK": (
        "import pulumi\nimport pulumi_aws as aws\naws.ec2.Tag",
        'aws.ec2.Tag("one", resource_id=SNAPSHOT, key="Name", value="one")',
    ),
}


def measure(scale: Scale) -> dict[str, Any]:
    """A preview of one image's names, and of one Tag with the official SDK."""
    with stage(_IMAGES) as on:
        stacks = {title: _stack(on, number, title) for number, title in enumerate(_PROGRAMS)}
        found = in_turns({title: lambda title=title: _parts(stacks[title]) for title in stacks}, scale.rounds)  # type: ignore[misc]
    return {
        title: {part: summary([run[part] for run in runs]) for part in (*PARTS, "all")} for title, runs in found.items()
    }


def _stack(on: Stage, number: int, title: str) -> Stack:
    imports, body = _PROGRAMS[title]
    stamps = on.folder / f"stamps-{number}"
    text = _STAMPED.format(
        root=str(ROOT),
        imports=imports,
        stamps=str(stamps),
        body=body.replace("SNAPSHOT", repr(on.names[0].snapshot_id)),
    )
    return on.stack(f"start-{number}", {}, text)


def _parts(stack: Stack) -> dict[str, float]:
    """Seconds of each part, in the order in which they follow."""
    log = stack.program.folder / "events.json"
    log.unlink(missing_ok=True)
    stamps = stack.stage.folder / f"stamps-{stack.program.folder.name.rpartition('-')[2]}"
    began, mark = time.time(), stack.stage.aws.mark()
    seen: dict[str, float] = {}
    with stack.program.start(*PREVIEW, "--event-log", str(log), environment=_EVENTS) as process:
        root = psutil.Process(process.pid)
        while process.poll() is None and "first" not in seen:
            for name, started in _started(root):
                seen.setdefault(name, started)
            if _has_resource(log):
                seen["first"] = time.time()
            time.sleep(_POLL_SECONDS)
        out, _ = process.communicate()
    if process.returncode or "first" not in seen:
        raise RuntimeError(out)
    stamped: list[float] = json.loads(stamps.read_text(encoding="utf-8"))
    read = len(stack.stage.aws.calls(mark)) > 0
    points = [began, seen["pulumi-language"], seen["python"], *stamped]
    return {
        "engine": points[1] - points[0],
        "language host": points[2] - points[1],
        "Python and Pulumi's SDK": points[3] - points[2],
        "imports": points[4] - points[3],
        PARTS[4]: 0.0 if not read else max(0.0, seen.get("plugin", seen["first"]) - points[4]),
        PARTS[5]: seen["first"] - (points[4] if not read else max(points[4], seen.get("plugin", seen["first"]))),
        "all": seen["first"] - began,
    }


def _started(root: psutil.Process) -> Iterator[tuple[str, float]]:
    for process in root.children(recursive=True):
        try:
            command = " ".join(process.cmdline())
            if "pulumi-language-python-exec" in command:
                yield "python", process.create_time()
            elif "pulumi-language-python" in command:
                yield "pulumi-language", process.create_time()
            elif "pulumi-resource-aws" in command:
                yield "plugin", process.create_time()
        except psutil.NoSuchProcess:
            continue


def _has_resource(log: Path) -> bool:
    """Whether the engine has come to a resource other than the stack, the component and the provider."""
    return log.exists() and b"aws:ec2/tag:Tag" in log.read_bytes()
