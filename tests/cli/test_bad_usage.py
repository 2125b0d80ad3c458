"""What the command refuses before it runs anything, and what it costs to ask for help."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from snapnames.testing.localaws.server import LocalAws

from tests.account import writes
from tests.program import ROOT

from .service import Service


def test_a_bad_argument_is_refused_with_its_value_the_rule_and_the_next_step(service: Service, aws: LocalAws) -> None:
    """Each with the exit code of bad usage, and without a call that changes anything."""
    before, mark = service.text, aws.mark()

    name = service.snapnames("deploy", "--release", "1:2", code=2).err
    long = service.snapnames("deploy", "--release", "1" * 119, code=2).err
    keep = service.snapnames("deploy", "--keep", "0", code=2).err
    back = service.snapnames("rollback", code=2).err

    assert "release '1:2' is no part of an image name; EC2 takes letters, digits," in name
    assert "has 129 characters; EC2 takes at most 128: give a shorter --release" in long
    assert "--keep is 0; the release that is deployed stays: give 1 or more" in keep
    assert "snapnames:releases is empty; a rollback needs two releases: run `snapnames deploy` first" in back
    assert "ec2.CreateImage" not in aws.calls(mark)
    assert service.text == before


def _no_stack(service: Service) -> list[str]:
    del service
    return []


def _unknown_stack(service: Service) -> list[str]:
    del service
    return ["--stack", "other"]


def _no_project(service: Service) -> list[str]:
    return ["--cwd", str(service.folder.parent)]


@pytest.mark.parametrize(
    ("where", "message"),
    [
        (_no_stack, "no stack is selected; the command works with one: give --stack, or run `pulumi stack select`"),
        (_unknown_stack, "there is no stack 'other'; the command works with one that exists: run `pulumi stack ls`"),
        (_no_project, "has no Pulumi.yaml, and no folder above has one; the command works in a Pulumi project"),
    ],
)
def test_a_place_without_a_stack_is_refused(
    service: Service, where: Callable[[Service], list[str]], message: str
) -> None:
    """The command makes no stack of its own."""
    done = subprocess.run(
        [Path(sys.executable).with_name("snapnames"), "releases", *where(service)],
        cwd=service.folder,
        env=service.environment,
        check=False,
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_naming_a_stack_does_not_select_it(service: Service) -> None:
    """As with plain `pulumi --stack`."""
    service.snapnames("releases")

    listed = subprocess.run(
        ["pulumi", "stack", "ls", "--json"],
        cwd=service.folder,
        env=service.environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert [stack["current"] for stack in json.loads(listed.stdout)] == [False]


@pytest.mark.parametrize("command", [[], ["deploy"], ["rollback"], ["releases"]])
def test_help_imports_neither_pulumi_nor_boto3_and_says_the_exit_codes(command: list[str]) -> None:
    """So that it answers at once."""
    script = (
        "import sys\nfrom snapnames.cli.app import app\ntry:\n    app(sys.argv[1:], prog_name='snapnames')\n"
        "except SystemExit:\n    pass\nprint([m for m in ('pulumi', 'boto3', 'yaml') if m in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, *command, "--help"], cwd=ROOT, check=True, capture_output=True, text=True
    )

    assert done.stdout.splitlines()[-1] == "[]"
    assert "Exit codes: 0 done; 1 the preview or update failed" in " ".join(done.stdout.split())


@pytest.mark.parametrize("elsewhere", ["a short key", "Pulumi.yaml"])
def test_releases_that_are_not_in_the_commands_own_key_are_refused_by_each_command(
    service: Service, aws: LocalAws, elsewhere: str
) -> None:
    """Plain pulumi takes them; the command would take the list for empty, and drop what it lists."""
    if elsewhere == "Pulumi.yaml":
        service.file.write_text(service.text.replace("  snapnames:releases: []\n", ""), encoding="utf-8")
        with (service.folder / "Pulumi.yaml").open("a", encoding="utf-8") as project:
            project.write('config:\n  snapnames:releases:\n    value: ["2", "1"]\n')
    else:
        text = service.text.replace("snapnames:releases: []", 'releases: ["2", "1"]')
        service.file.write_text(text, encoding="utf-8")
    before, mark = service.text, aws.mark()

    refused = [
        service.snapnames(*command, code=2).err
        for command in (["deploy"], ["deploy", "--preview"], ["rollback"], ["releases"], ["recover"])
    ]

    assert len(set(refused)) == 1
    assert 'error: the stack\'s config says ["2", "1"], and Pulumi.test.yaml [] under snapnames:releases' in refused[0]
    assert "(`releases:` or `live:` in the same file, Pulumi.yaml, an environment)" in refused[0]
    assert (writes(aws, mark), service.text) == ([], before)
