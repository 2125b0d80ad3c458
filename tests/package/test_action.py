"""The GitHub Action: its file is read, and its scripts are run, with a stand-in for the command and on the engine."""

import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from dev.action.comment import markdown
from dev.engine import Engine
from tests.account import images, names
from tests.cli.service import Service
from tests.program import ROOT, kill_all

from .action import SCRIPTS, act
from .installation import run

ACTION = (ROOT / "action.yml").read_text(encoding="utf-8")


def _steps() -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = yaml.safe_load(ACTION)["runs"]["steps"]
    return steps


def test_no_input_is_ever_a_part_of_a_line_that_a_shell_reads() -> None:
    """GitHub puts the value of an expression into the script before the shell reads it."""
    lines = [step["run"] for step in _steps() if "run" in step]
    given = {name: value for step in _steps() for name, value in step.get("env", {}).items()}

    assert len(lines) == 4
    assert [line for line in lines if "${{" in line] == []
    used = {name for name in yaml.safe_load(ACTION)["inputs"] if f"inputs.{name} }}}}" in str(given)}
    assert used == {"command", "stack", "folder", "release", "keep", "unlock"}


def test_each_other_action_that_it_uses_is_pinned_by_its_commit() -> None:
    """With the version beside it."""
    used = re.findall(r"uses: (.*)", ACTION)

    assert len(used) == 3
    assert [one for one in used if not re.match(r"[a-z-]+/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)] == []


def test_only_the_comment_gets_a_token_and_it_runs_no_program() -> None:
    """The job with the token neither installs anything nor starts Pulumi."""
    with_token = [step for step in _steps() if "token" in str(step).lower()]
    commenting = [step for step in _steps() if step["if"] == "inputs.command == 'comment'"]

    assert len(with_token) == 1
    assert with_token[0] in commenting
    assert [step.get("run", step.get("uses", "")).partition("@")[0] for step in commenting] == [
        "actions/download-artifact",
        'python3 -I "$GITHUB_ACTION_PATH/dev/action/comment.py"',
    ]
    others = [step["if"] for step in _steps() if step not in commenting]
    assert [one for one in others if "!= 'comment'" not in one and "== 'preview'" not in one] == []


def _calls(folder: Path) -> list[list[str]]:
    file = folder / "calls"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


DEPLOY = ["deploy", "--stack=production", "--cwd=.", "--release=7", "--json"]


@pytest.mark.parametrize(
    ("variables", "code", "calls"),
    [
        ({}, 0, [DEPLOY]),
        ({"GITHUB_RUN_ATTEMPT": "2"}, 0, [["recover", "--stack=production", "--cwd=.", "--json"], DEPLOY]),
        ({"INPUT_UNLOCK": "true"}, 0, [["recover", "--stack=production", "--cwd=.", "--unlock", "--json"], DEPLOY]),
        (
            {"GITHUB_RUN_ATTEMPT": "2", "CODE_OF_recover": "1"},
            1,
            [["recover", "--stack=production", "--cwd=.", "--json"]],
        ),
        ({"CODE_OF_deploy": "2"}, 2, [DEPLOY]),
        ({"INPUT_KEEP": "3; rm -r ~"}, 2, []),
        ({"INPUT_STACK": ""}, 2, []),
        (
            {"INPUT_STACK": "--unlock", "INPUT_KEEP": "3", "INPUT_RELEASE": "$(id)"},
            0,
            [["deploy", "--stack=--unlock", "--cwd=.", "--release=$(id)", "--keep=3", "--json"]],
        ),
    ],
)
def test_a_retry_repairs_the_stack_before_it_deploys_and_ends_as_the_command_does(
    variables: dict[str, str], code: int, calls: list[list[str]], runner: dict[str, str], tmp_path: Path
) -> None:
    """A repair that fails lets nothing be deployed. A value is one argument, and never an option."""
    done = act("run.py", "deploy", variables={**runner, **variables}, cwd=tmp_path)

    assert (done.code, _calls(tmp_path)) == (code, calls)
    assert "Traceback" not in done.err


def test_an_output_can_not_add_another_output(runner: dict[str, str], tmp_path: Path) -> None:
    """GitHub reads `name<<END`, the value, and `END`; nobody can guess END."""
    act("run.py", "deploy", variables=runner, cwd=tmp_path)

    text = (tmp_path / "output").read_text(encoding="utf-8")
    read = dict(re.findall(r"^(\w+)<<([0-9a-f]{32}\n.*?)\n[0-9a-f]{32}$", text, re.MULTILINE | re.DOTALL))
    assert {name: value[33:] for name, value in read.items()} == {
        "release": "7",
        "image": "web-7",
        "live": "7\n\nimage=other",
    }


def test_a_preview_ends_as_the_command_does_and_is_written_also_when_it_fails(
    runner: dict[str, str], tmp_path: Path
) -> None:
    """The other job shows it then too."""
    done = act("run.py", "preview", variables={**runner, "CODE_OF_deploy": "1"}, cwd=tmp_path)
    shown = act("comment.py", variables={**runner, "INPUT_COMMAND": "preview"}, cwd=tmp_path)

    assert done.code == 1
    assert _calls(tmp_path) == [[*DEPLOY, "--preview"]]
    assert json.loads(Path(runner["INPUT_FILE"]).read_text("utf-8"))["exit"] == 1
    assert shown.code == 0
    assert "### The preview of stack `production` failed" in (tmp_path / "summary").read_text("utf-8")


def test_no_value_of_a_property_gets_into_the_file_that_others_can_read(runner: dict[str, str], tmp_path: Path) -> None:
    """An artifact can be read by everybody who may read the repository."""
    act("run.py", "preview", variables=runner, cwd=tmp_path)

    assert json.loads(Path(runner["INPUT_FILE"]).read_text("utf-8")) == {
        "stack": "production",
        "exit": 0,
        "preview": {"image": "web-7", "properties": [{"resource": "template web", "property": "userData"}]},
    }


def test_without_the_command_on_path_it_says_what_to_do(runner: dict[str, str], tmp_path: Path) -> None:
    """And no Python error."""
    done = act("run.py", "deploy", variables={**runner, "PATH": str(tmp_path)}, cwd=tmp_path)

    assert done.code == 2
    assert done.err == (
        "error: the command snapnames is not on PATH: install it, or leave the input install as it is\n"
    )


def test_a_preview_shows_every_name_before_the_image_exists(
    tmp_path: Path, aws: LocalAws, engine: Engine, runner: dict[str, str], ec2: EC2Client
) -> None:
    """On the real engine, from the command to the text of the comment; nothing is made."""
    service = Service(tmp_path / "stack", aws, engine)
    variables = {**runner, **service.environment, "INPUT_STACK": service.stack, "INPUT_FOLDER": str(service.folder)}

    done = act("run.py", "preview", variables=variables, cwd=tmp_path)

    body = markdown(json.loads(Path(runner["INPUT_FILE"]).read_text(encoding="utf-8")))
    assert done.code == 0, done.err
    assert [n for n in (1, 2, 3) if f"- `front-web-7(00{n})`" not in body] == []
    assert "### Preview of `front-web-7` on stack `test`" in body
    assert "hidden" not in body
    assert images(ec2) == {}


def test_a_retry_of_a_run_that_was_killed_goes_on_with_the_same_image(
    tmp_path: Path, aws: LocalAws, engine: Engine, runner: dict[str, str], ec2: EC2Client
) -> None:
    """The runner dies while EC2 makes the image. The second attempt repairs the stack, and builds no second image."""
    aws.settings(pending_seconds=4.0)
    service = Service(tmp_path / "stack", aws, engine)
    variables = {**runner, **service.environment, "INPUT_STACK": service.stack, "INPUT_FOLDER": str(service.folder)}
    mark = aws.mark()
    with subprocess.Popen(
        [sys.executable, "-I", SCRIPTS / "run.py", "deploy"],
        cwd=tmp_path,
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        while "ec2.CreateImage" not in aws.calls(mark):
            assert process.poll() is None
            time.sleep(0.05)
        kill_all(process)

    retried = act("run.py", "deploy", variables={**variables, "GITHUB_RUN_ATTEMPT": "2"}, cwd=tmp_path)

    assert retried.code == 0, retried.err
    assert aws.calls(mark).count("ec2.CreateImage") == 1
    assert {*names(ec2, "front-web-7").values()} == {f"front-web-7(00{n})" for n in (1, 2, 3)}
    assert service.releases == (["7"], None)
    assert "image<<" in Path(runner["GITHUB_OUTPUT"]).read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_command_of_the_actions_own_commit_is_installed_by_hashes(tmp_path: Path) -> None:
    """Into the runner's folder for what a run leaves; PATH leads to it."""
    clone = tmp_path / "action"
    run("git", "clone", "--quiet", ROOT, clone, cwd=tmp_path)
    variables = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "RUNNER_TEMP": str(tmp_path / "temp"),
        "GITHUB_ACTION_PATH": str(clone),
        "GITHUB_PATH": str(tmp_path / "path"),
    }
    (tmp_path / "temp").mkdir()

    run(clone / "dev" / "action" / "install.sh", cwd=tmp_path, variables=variables)

    (folder,) = (tmp_path / "path").read_text(encoding="utf-8").splitlines()
    assert run(f"{folder}/snapnames", "--version", cwd=tmp_path).stdout.startswith("snapnames ")
