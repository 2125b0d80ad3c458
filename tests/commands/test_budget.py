"""How often a command runs pulumi: each run is a third of a second, and more where the state is large."""

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from tests.account import launch, names
from tests.program import Program


def _counted(stack: Program, folder: Path) -> Path:
    """Let the command find a pulumi that writes down what it is asked, and is the engine's own; where it writes."""
    real, log = shutil.which("pulumi", path=stack.environment["PATH"]), folder / "pulumi.log"
    folder.mkdir()
    wrapper = folder / "pulumi"
    wrapper.write_text(f'#!/bin/sh\necho "$*" >> {log}\nexec {real} "$@"\n', encoding="utf-8")
    wrapper.chmod(0o755)
    stack.environment["PATH"] = f"{folder}:{stack.environment['PATH']}"
    return log


def test_a_deployment_asks_pulumi_for_nothing_that_it_does_not_use(
    program: Callable[..., Program], aws: LocalAws, ec2: EC2Client, tmp_path: Path
) -> None:
    """One preview and one update; the Automation API alone would ask for outputs twice and for the history."""
    aws.settings(pending_seconds=0)
    stack = program({"service": "web", "source": launch(ec2), "releases": ["1"]})
    log = _counted(stack, tmp_path / "counted")

    stack.snapnames("deploy", "--release", "1")

    words = (line.removeprefix("--non-interactive ").split() for line in log.read_text(encoding="utf-8").splitlines())
    asked = Counter(" ".join(one[:2]) if one[0] == "stack" else one[0] for one in words)
    assert (asked["preview"], asked["up"]) == (1, 1)
    assert asked["stack output"] == asked["stack history"] == 0


def test_a_preview_of_a_deployment_starts_no_python_but_the_commands_own(
    program: Callable[..., Program], aws: LocalAws, ec2: EC2Client, tmp_path: Path
) -> None:
    """The update does: if the command alone is killed, pulumi goes on with it."""
    aws.settings(pending_seconds=0)
    stack = program({"service": "web", "source": launch(ec2), "releases": ["1"]})
    _count_python(stack, tmp_path)

    previewed = stack.snapnames("deploy", "--release", "1", "--preview")
    started = (tmp_path / "python.log").exists()
    stack.snapnames("deploy", "--release", "1")

    assert "web-1(003)" in previewed.out + previewed.err
    assert not started
    assert (tmp_path / "python.log").exists()


def test_name_owned_runs_pulumi_once_and_reads_the_account_once(
    program: Callable[..., Program], aws: LocalAws, ec2: EC2Client, tmp_path: Path
) -> None:
    """No preview, no export, no read of config or outputs; and no Python but the command's own. Then all is named."""
    ec2.create_image(InstanceId=launch(ec2), Name="batch-1", NoReboot=True)
    stack = program({"ownedImages": True})
    log = _counted(stack, tmp_path / "counted")
    _count_python(stack, tmp_path)
    calls: list[Counter[str]] = []

    for _ in range(2):
        mark = aws.mark()
        stack.snapnames("name-owned")
        calls.append(Counter(aws.calls(mark)))

    runs = [line.removeprefix("--non-interactive ").split()[0] for line in log.read_text("utf-8").splitlines()]
    reads = {"ec2.DescribeImages": 2, "ec2.DescribeSnapshots": 1}
    assert calls == [{**reads, "ec2.CreateTags": 3, "ec2.DescribeTags": 4}, reads]
    assert runs == ["up", "up"]
    assert not (tmp_path / "python.log").exists()


def test_name_owned_lets_pulumi_run_a_program_of_ones_own(
    tmp_path: Path, aws: LocalAws, engine: Engine, ec2: EC2Client
) -> None:
    """With a Python of its own; it may do anything to the process that it runs in. It costs no other run of pulumi."""
    ec2.create_image(InstanceId=launch(ec2), Name="batch-1", NoReboot=True)
    main = tmp_path / "main"
    main.mkdir()
    (main / "__main__.py").write_text("from snapnames.program.stack import declare_stack\n\ndeclare_stack()\nX = 1\n")
    stack = Program(tmp_path / "stack", aws, engine, {"ownedImages": True}, main)
    log = _counted(stack, tmp_path / "counted")
    _count_python(stack, tmp_path)

    stack.snapnames("name-owned")

    assert names(ec2, "batch-1") == {
        f"/dev/sd{letter}": f"batch-1(00{n})" for n, letter in enumerate(("a1", "f", "g"), 1)
    }
    assert [line.split()[1] for line in log.read_text("utf-8").splitlines()] == ["up"]
    assert (tmp_path / "python.log").exists()


def _count_python(stack: Program, folder: Path) -> None:
    """Let each Python that a command of pulumi starts write that down."""
    site = folder / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(
        "import sys\nif not sys.orig_argv[1].endswith('snapnames'):\n"
        f"    open({str(folder / 'python.log')!r}, 'a').write(repr(sys.orig_argv))\n",
        encoding="utf-8",
    )
    stack.environment["PYTHONPATH"] = str(site)


_FLEET = {"instanceType": "t3.micro", "zones": ["ap-northeast-2a"], "launch": "template"}
_WATCHED = ("ec2.DescribeImages", "ec2.DescribeSnapshots")
"""Asked for again and again while EC2 makes an image, to show how far it is."""


def test_a_command_keeps_to_its_budget_of_aws_calls(
    program: Callable[..., Program], aws: LocalAws, ec2: EC2Client
) -> None:
    """A deployment of three volumes, the same once more, a rollback and a list."""
    aws.settings(pending_seconds=0)
    stack = program({"service": "web", "source": launch(ec2), "releases": ["1"], "fleet": _FLEET})
    stack.up("--skip-preview")
    calls: dict[str, Counter[str]] = {}

    for command in (["deploy", "--release", "2"], ["deploy", "--release", "2"], ["rollback", "1"], ["releases"]):
        mark = aws.mark()
        stack.snapnames(*command)
        calls["again" if command[0] in calls and command[0] == "deploy" else command[0]] = Counter(aws.calls(mark))
        stack.config["releases"] = ["2", "1"]

    built = calls["deploy"]
    assert sum(built.values()) - sum(built[call] for call in _WATCHED) <= 27
    assert {name: calls[name].total() for name in ("again", "rollback", "releases")} == {
        "again": 23,
        "rollback": 28,
        "releases": 6,
    }
    assert "ec2.DescribeInstanceAttribute" not in built
