"""The workflow by which GitHub runs the tests. What it runs there can't be tried here; what it may do can be read."""

import re
from typing import Any

import yaml

from tests.program import ROOT

WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"


def _job() -> dict[str, Any]:
    job: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]["test"]
    return job


def test_each_action_is_pinned_by_its_commit_with_the_version_beside_it() -> None:
    """A tag can be moved to other code."""
    used = re.findall(r"uses: (.*)", WORKFLOW.read_text(encoding="utf-8"))

    assert len(used) == len([step for step in _job()["steps"] if "uses" in step])
    assert [one for one in used if not re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)] == []


def test_it_may_only_read_and_knows_no_secret() -> None:
    """A pull request from anybody runs it."""
    text = WORKFLOW.read_text(encoding="utf-8")

    assert yaml.safe_load(text)["permissions"] == {"contents": "read"}
    assert "permissions" not in _job()
    assert "secrets" not in text
    assert "pull_request_target" not in text


def test_it_runs_what_anybody_can_run_on_the_oldest_and_the_newest_python() -> None:
    """`.ci/run` is `make lint` and `make test`, and nothing else."""
    job = _job()
    commands = [line for line in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines() if "make" in line]
    package = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    named = re.findall(r"Programming Language :: Python :: (3\.\d+)\"", package)

    assert job["steps"][-1] == {"run": ".ci/run"}
    assert commands == ["make lint", "make test"]
    assert job["strategy"]["matrix"]["python"] == [named[0], named[-1]]
