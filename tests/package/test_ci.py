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


RECIPE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")


def _recipe() -> dict[Any, Any]:
    (shown,) = re.findall(r"^```yaml\n(.*?)^```", RECIPE, re.MULTILINE | re.DOTALL)
    workflow: dict[Any, Any] = yaml.safe_load(shown)
    return workflow


def test_the_recipe_runs_no_code_of_a_pull_request() -> None:
    """YAML reads the key `on` as true."""
    assert set(_recipe()[True]) == {"push", "workflow_dispatch"}
    assert _recipe()[True]["push"] == {"branches": ["main"]}


def test_the_recipe_pins_each_action_by_its_commit() -> None:
    """With the version beside it."""
    used = re.findall(r"uses: (.*)", RECIPE)

    assert len(used) > 5
    assert [one for one in used if not re.match(r"[a-z-]+/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)] == []


def test_in_the_recipe_no_job_both_writes_to_the_repository_and_knows_a_secret() -> None:
    """A checkout leaves its token in the folder only where it is to push."""
    workflow = _recipe()

    for name, job in workflow["jobs"].items():
        writes = job["permissions"].get("contents") == "write"
        assert writes != ("secrets." in str(job)), name
        assert writes != ("id-token" in job["permissions"]), name
        assert writes == ("environment" not in job), name
        checkout = next(step for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@"))
        assert checkout["with"].get("persist-credentials", True) == writes, name
    assert workflow["permissions"] == {}


def test_the_recipe_lets_go_of_a_lock_only_where_a_person_asks_for_it() -> None:
    """Another run's lock, or that of a person, is not the job's to remove."""
    steps = [step for job in _recipe()["jobs"].values() for step in job["steps"] if "run" in step]

    assert [step["run"] for step in steps if "cancel" in step["run"]] == []
    assert [step.get("if") for step in steps if "--unlock" in step["run"]] == ["inputs.unlock"]
