"""What the page says of OpenTofu."""

from collections.abc import Iterator

from .tables import Result, both, table

_TOOLS = {"pulumi": "pulumi", "tofu": "OpenTofu"}


def shown(result: Result) -> Iterator[str]:
    """One service, all names of an account, the same behind EC2's bucket, and what happens after a kill."""
    yield f"OpenTofu {result['tofu']}, Terraform's AWS provider {result['provider']}.\n"
    yield from _service(result["service"])
    yield f"All names of an account, {result['names']:,} of them, unthrottled:\n"
    yield from _bulk(result["bulk"])
    bucket = result["bucket"]
    yield (
        f"Behind EC2's bucket, {bucket['names']:,} names, whole commands. The floor is {bucket['floor_seconds']:g} s:\n"
    )
    rows = [
        (name, f"{of['of_floor']['median']:.2f}", f"{of['throttled_percent']['median']:.1f} %")
        for name, of in bucket["tools"].items()
    ]
    yield from table(("", "of the floor", "throttled, of all calls"), rows)
    yield from _outcomes(result["outcomes"])
    yield _WHERE


def _service(steps: Result) -> Iterator[str]:
    """Processor time, because the provider's own waits are in the seconds of both."""
    yield "A service with a release of 3 EBS volumes, processor seconds and AWS calls of each command:\n"
    rows = [
        (
            step,
            *(both(of[tool]["cpu_seconds"]) for tool in _TOOLS),
            both(of["ratio"]["cpu_seconds"], 2),
            *(sum(of[tool]["calls"].values()) for tool in _TOOLS),
        )
        for step, of in steps.items()
    ]
    yield from table(("", *_TOOLS.values(), "ratio", *(f"calls of {title}" for title in _TOOLS.values())), rows)


def _bulk(bulk: Result) -> Iterator[str]:
    rows = []
    for name, of in bulk["tools"].items():
        ratio = bulk["ratios"].get(name)
        compared = [f"{ratio[kind]['median']:.2f}" for kind in ("seconds", "cpu_seconds")] if ratio else ["", ""]
        rows.append((name, both(of["seconds"]), both(of["cpu_seconds"]), f"{of['peak_mib']:.0f}", *compared))
    head = ("", "seconds", "processor, s", "peak, MiB", "ours to theirs, seconds", "of processor time")
    yield from table(head, rows)


def _outcomes(outcomes: Result) -> Iterator[str]:
    yield "Killed (`kill -9`) while EC2 makes the image, and the same command run again:\n"
    killed = [
        (name, of["exit_code"], of["images"], of["unnamed_snapshots"], f"`{of['error']}`" if of["error"] else "")
        for name, of in outcomes["killed"].items()
    ]
    yield from table(("", "exit code", "images", "snapshots without a name", "error"), killed)
    yield "A name that a person gives to a snapshot after the tool has named it:\n"
    rows = [(name, of["next_run"], of["destroy"]) for name, of in outcomes["renamed"].items()]
    yield from table(("", "at the next run", "at destroy"), rows)


_WHERE = """**Where the others win.** The script needs the least time and memory: it keeps no state, and so it knows
nothing of drift, of names that a person gave, or of what to remove. OpenTofu needs less memory than Pulumi for the
names of an account.

**Where they do not.** A plan of OpenTofu starts the provider several times, which the processor time of each command
shows. It starts all writes at once, and leaves it to EC2 to throttle them.
"""
